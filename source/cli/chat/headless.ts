/** Runs a node without a screen, for `--json` and `--plain`: executes input lines and prints events in the order of the log. */
import {type CliContext, exitCodes} from '../context.js';
import {createExitRequest} from '../exit-request.js';
import {jsonReady, toJsonLine} from '../output/format-json.js';
import {createJsonReportFormatter, createPlainReportFormat} from '../output/report-formats.js';
import {createReporter} from '../output/reporter.js';
import {openNode} from './open-node.js';
import {readInput} from './read-input.js';

/** Longest time to flush the output to a slow reader after a signal, because the program must exit within one second. */
const SIGNAL_FLUSH_MS = 300;

/** Runs the chat until the input ends, a signal arrives or the output is closed. Resolves to the exit code. */
export async function runHeadless(context: CliContext, mode: 'json' | 'plain'): Promise<number> {
	const {output, clock, options, stdin, printError} = context;
	const relaunch = () => {
		printError(
			'This computer woke on another network. The chat has ended, so that its messages are not sent there. Start it again.',
		);
		exitCode = exitCodes.failed;
		exitRequest.request('quit');
	};
	const node = await openNode(context, {keepsLog: true, relaunch});
	const {chatNode} = node;
	const jsonFormatter = mode === 'json' ? createJsonReportFormatter() : undefined;
	const reporter = createReporter(
		output,
		jsonFormatter?.format ?? createPlainReportFormat(),
		clock,
		chatNode.store.getState,
	);
	chatNode.store.subscribe(reporter.onCommit);
	const exitRequest = createExitRequest(output);
	let exitCode: number = exitCodes.done;
	try {
		const self = await Promise.race([node.start(), exitRequest.requested]);
		if (typeof self === 'object') {
			reporter.start(jsonFormatter && toJsonLine(jsonReady(self, node.name)));
			const quit = () => exitRequest.request('quit');
			const inputDone = readInput({
				context,
				chatNode,
				self,
				reporter,
				jsonFormatter,
				quit,
			}).then(result => {
				if (options.stay) return;
				exitCode = result;
				exitRequest.request('input-ended');
			});
			await Promise.race([inputDone.then(() => exitRequest.requested), exitRequest.requested]);
		}
		const reason = await exitRequest.requested;
		await chatNode.stop();
		await reporter.finish(
			jsonFormatter && toJsonLine({type: 'bye', reason}),
			reason === 'signal' ? SIGNAL_FLUSH_MS : undefined,
		);
		return exitCode;
	} finally {
		exitRequest.stop();
		stdin.destroy();
	}
}
