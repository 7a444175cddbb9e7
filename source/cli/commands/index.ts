/** All commands except chat, re-exported by one module, so that the bundle is split into few files. */
export {runAttach} from '../attach/attach.js';
export {runDemo} from '../demo/demo.js';
export {runKeep} from '../keep/keep.js';
export {runCompletion} from './completion.js';
export {runDoctor} from './doctor.js';
export {runExport} from './export.js';
export {runFetch} from './fetch.js';
export {runInspect} from './inspect.js';
export {runLogs} from './logs.js';
export {runReplay} from './replay.js';
export {runSend} from './send.js';
