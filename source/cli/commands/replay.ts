/** `replay [FILE]`: shows the replay screen. Without a terminal, or with --plain, it prints the log as plain lines. */

import {isExported} from '../../core/export-scope.js';
import {entryAt} from '../../core/timeline.js';
import {resolveTime} from '../../node/parse-time.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import type {CliContext} from '../context.js';
import {formatPlain} from '../output/format-text.js';
import {
	createEntryFilter,
	describeDamage,
	type EntryPredicate,
	exitCodeForMatches,
	loadLog,
	printEntries,
	resolveLogPath,
} from '../saved-log.js';

/** Resolves to the exit code. */
export async function runReplay(context: CliContext): Promise<number> {
	const {options, stdin, stdout} = context;
	const usesScreen = stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb' && options.mode === undefined;
	if (usesScreen) return (await import('../replay/replay-at-terminal.js')).runReplayAtTerminal(context);
	return printLog(context);
}

async function printLog(context: CliContext): Promise<number> {
	const {options, output, printError} = context;
	const log = await loadLog(resolveLogPath(options.operands[0], resolveSystemDataDir(options.dataDir)));
	for (const line of describeDamage(log)) printError(line);
	const filtered = createEntryFilter(log.state, options.filter);
	// Printed lines cannot be scrolled to the time of --at, so printing begins at that time.
	const from = options.at ? resolveTime(options.at, entryAt(log.state.timeline, 0)?.at ?? 0) : Number.NEGATIVE_INFINITY;
	const matches: EntryPredicate = entry =>
		entry.at >= from && isExported(entry, {...options, withAddresses: true}) && filtered(entry);
	const written = await printEntries(output, log.state, matches, entry => formatPlain(log.state, entry));
	await output.flush();
	return exitCodeForMatches(context, written);
}
