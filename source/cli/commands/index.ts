/** All sub-commands but chat, as one module: the bundle then splits into few files, and chat opens each file it needs. */
export {runDemo} from '../demo/demo.js';
export {runDoctor} from './doctor.js';
export {runExport} from './export.js';
export {runLogs} from './logs.js';
export {runReplay} from './replay.js';
export {runSend} from './send.js';
