/** All code that an open window for guests needs, re-exported by one module, so that the bundle has one file for it. */
export {createInvitation} from '../invite/create-invitation.js';
export {createPackageTarball} from './package-tarball.js';
export {readPageAssets} from './page-assets.js';
