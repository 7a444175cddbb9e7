import type {Row} from './row.js';
import {absenceRow} from './rows/absence.js';
import {appendRow} from './rows/append.js';
import {codecRow} from './rows/codec.js';
import {discoveryRow} from './rows/discovery.js';
import {filesRow} from './rows/files.js';
import {historyRow} from './rows/history.js';
import {idleRow} from './rows/idle.js';
import {keyRow} from './rows/key.js';
import {latencyRow} from './rows/latency.js';
import {meshRow} from './rows/mesh.js';
import {newcomerRow} from './rows/newcomer.js';
import {openRow} from './rows/open.js';
import {replayRow} from './rows/replay.js';
import {startRow} from './rows/start.js';
import {windowRow} from './rows/window.js';

/** All rows except row 8 (fifty processes for ten minutes), which is `npm run soak`. */
export const rows: readonly Row[] = [
	codecRow,
	openRow,
	appendRow,
	historyRow,
	newcomerRow,
	latencyRow,
	meshRow,
	keyRow,
	replayRow,
	startRow,
	idleRow,
	discoveryRow,
	absenceRow,
	windowRow,
	filesRow,
];
