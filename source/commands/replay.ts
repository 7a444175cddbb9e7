/** `replay [FILE]`: at a terminal the replay screen, else the log as plain lines. */
import type {Context} from './context.js';
import {createEntryTest, judgeFound} from './filter-entries.js';
import {formatPlain} from './format-plain.js';
import {chooseLog, describeDamage, loadLog} from './open-log.js';
import {placesHere} from './places.js';
import {printEntries} from './print-entries.js';

export async function runReplay(context: Context): Promise<number> {
	const {options, stdin, stdout} = context;
	const isScreen = stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb' && options.mode === undefined;
	if (isScreen) return (await import('./replay-at-terminal.js')).runReplayAtTerminal(context);
	return printLog(context);
}

async function printLog(context: Context): Promise<number> {
	const {options, output, complain} = context;
	const log = await loadLog(chooseLog(options.words[0], placesHere(options.dataDir)));
	for (const line of describeDamage(log)) complain(line);
	const passes = createEntryTest(log.state, options.filter);
	const written = await printEntries(output, log.state, passes, entry => formatPlain(log.state, entry));
	await output.flush();
	return judgeFound(context, written);
}
