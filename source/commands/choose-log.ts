/** `replay` without a file, at a terminal: which of the saved logs? */

import {UsageError} from '../core/usage-error.js';
import type {DataDir} from '../storage/data-dir.js';
import {listLogs, summarizeLog} from '../storage/list-logs.js';
import {chooseFromLogs} from '../ui/replay/log-chooser.js';
import type {Context} from './context.js';
import type {Leaving} from './leaving.js';
import {formatBytes} from './logs.js';
import {createScreenHooks} from './screen-machine.js';

/** Path of the chosen one; undefined: none. Throws UsageError when nothing is saved. */
export async function chooseLogAtTerminal(
	{options, clock, stdin, stdout}: Context,
	places: DataDir,
	leaving: Leaving,
): Promise<string | undefined> {
	const logs = listLogs(places.logs).flatMap(log =>
		'error' in log
			? []
			: [{path: log.path, room: log.header.roomName, created: log.header.created, size: formatBytes(log.size)}],
	);
	const [only] = logs;
	if (!only) throw new UsageError(`there is no saved log in ${places.logs} yet; name a FILE`);
	const {onProcessExit} = createScreenHooks(clock, process.env);
	const chooser = chooseFromLogs({
		logs,
		stdin,
		stdout,
		stderr: process.stderr,
		environment: process.env,
		mono: options.mono,
		clock,
		async summarize(path) {
			const {events, peers, damage} = await summarizeLog(path);
			return {events, peers, damaged: damage.length > 0};
		},
		...(onProcessExit && {onProcessExit}),
	});
	void leaving.asked.then(chooser.stop);
	return chooser.chosen;
}
