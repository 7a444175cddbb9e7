// Loaded into a node under attack (`--import`): on SIGUSR2 it says on stderr how long its event loop stood still since the
// last time, ms.
import {monitorEventLoopDelay} from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const delays = monitorEventLoopDelay({resolution: RESOLUTION_MS});
delays.enable();
process.on('SIGUSR2', () => {
	const ms = value => Math.max(0, value / 1e6 - RESOLUTION_MS);
	process.stderr.write(`${JSON.stringify({max: ms(delays.max), p99: ms(delays.percentile(99))})}\n`);
	delays.reset();
});
