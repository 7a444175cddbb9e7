/** `replay [FILE]`: shows the replay screen. Without a terminal, or with --plain, it prints the log as plain lines. */

import {resolveSystemDataDir} from '../../storage/data-dir.js';
import type {CliContext} from '../context.js';
import {formatPlain} from '../output/format-text.js';
import {
	createEntryFilter,
	describeDamage,
	exitCodeForMatches,
	leaveOutWhispers,
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
	const matches = leaveOutWhispers(createEntryFilter(log.state, options.filter), options.whispers);
	const written = await printEntries(output, log.state, matches, entry => formatPlain(log.state, entry));
	await output.flush();
	return exitCodeForMatches(context, written);
}
