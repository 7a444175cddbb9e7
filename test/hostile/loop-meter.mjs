// Module that the node under attack loads with `--import`. On SIGUSR2 it prints to stderr how long the event loop was
// delayed since the previous signal, in ms.
import {monitorEventLoopDelay} from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const delays = monitorEventLoopDelay({resolution: RESOLUTION_MS});
delays.enable();
process.on('SIGUSR2', () => {
	const ms = value => Math.max(0, value / 1e6 - RESOLUTION_MS);
	process.stderr.write(`${JSON.stringify({max: ms(delays.max), p99: ms(delays.percentile(99))})}\n`);
	delays.reset();
});
