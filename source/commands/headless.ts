/** A node without a screen: `--json` and `--plain`. Lines in, lines out, in the order of the log. */
import {type Context, exitCodes} from './context.js';
import {jsonReady, toJsonLine} from './format-json.js';
import {createJsonReports} from './json-reports.js';
import {createLeaving} from './leaving.js';
import {openNode} from './open-node.js';
import {createPlainReports} from './plain-reports.js';
import {readInput} from './read-input.js';
import {createReporter} from './reporter.js';

/** What is left for a slow reader of the second within which a signal is obeyed. */
const FLUSH_MS = 300;

export async function runHeadless(context: Context, mode: 'json' | 'plain'): Promise<number> {
	const {output, clock, options, stdin, complain} = context;
	const relaunch = () => {
		complain('this computer woke on another network, and what was said here is not for it: start again');
		code = exitCodes.failed;
		leaving.leave('quit');
	};
	const node = await openNode(context, {keep: true, relaunch});
	const {session} = node;
	const json = mode === 'json' ? createJsonReports() : undefined;
	const reporter = createReporter(output, json?.format ?? createPlainReports(), clock, session.store.getState);
	session.store.subscribe(reporter.commit);
	const leaving = createLeaving(output);
	let code: number = exitCodes.done;
	try {
		const self = await Promise.race([node.start(), leaving.asked]);
		if (typeof self === 'object') {
			reporter.open(json && toJsonLine(jsonReady(self, node.name)));
			const quit = () => leaving.leave('quit');
			const read = readInput({context, session, self, reporter, json, quit}).then(result => {
				if (options.stay) return;
				code = result;
				leaving.leave('input-ended');
			});
			await Promise.race([read.then(() => leaving.asked), leaving.asked]);
		}
		const reason = await leaving.asked;
		await session.stop(reason);
		await reporter.finish(json && toJsonLine({type: 'bye', reason}), reason === 'signal' ? FLUSH_MS : undefined);
		return code;
	} finally {
		leaving.stop();
		stdin.destroy();
	}
}
