/** Everything that an open window for guests needs, in one module, so that the bundle loads it in one file. */
export {createInvitation} from '../invite/create-invitation.js';
export {createPackageTarball} from './package-tarball.js';
export {readPageAssets} from './page-assets.js';
