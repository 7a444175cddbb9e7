/** `export [FILE]`: a saved log as text, markdown or JSON lines, or the verdict on its signatures. */
import {nameOf} from '../core/select-peers.js';
import {cleanLine} from '../ui/layout/clean-for-screen.js';
import {type Context, exitCodes} from './context.js';
import {exportJsonLines} from './export-jsonl.js';
import {createEntryTest, type EntryTest, judgeFound} from './filter-entries.js';
import {createMarkdownFormat} from './format-markdown.js';
import {formatPlain} from './format-plain.js';
import {chooseLog, describeDamage, type LoadedLog, loadLog} from './open-log.js';
import {placesHere} from './places.js';
import {printEntries} from './print-entries.js';
import {type FeedVerdict, verifyLog} from './verify-log.js';

export async function runExport(context: Context): Promise<number> {
	const {options, output, complain} = context;
	const log = await loadLog(chooseLog(options.words[0], placesHere(options.dataDir)));
	for (const line of describeDamage(log)) complain(line);
	if (options.verify) return printVerdicts(context, log);
	const passes = createEntryTest(log.state, options.filter);
	const written = await print(context, log, passes);
	await output.flush();
	return judgeFound(context, written);
}

function print({options, output}: Context, log: LoadedLog, passes: EntryTest): Promise<number> {
	if (options.format === 'jsonl') return exportJsonLines(output, log, passes);
	const format =
		options.format === 'markdown' ? createMarkdownFormat(log.state) : formatPlain.bind(undefined, log.state);
	return printEntries(output, log.state, passes, format);
}

/** Failed when any feed does not hold to its end. */
async function printVerdicts({output}: Context, log: LoadedLog): Promise<number> {
	const verdicts = verifyLog(log);
	for (const verdict of verdicts) output.write(`${verdictLine(log, verdict)}\n`);
	await output.flush();
	return verdicts.some(({fault}) => fault !== undefined) ? exitCodes.failed : exitCodes.done;
}

function verdictLine({state}: LoadedLog, {peer, verified, last, fault}: FeedVerdict): string {
	const verdict = fault === undefined ? `holds to ${last}` : `holds to ${verified} of ${last}: ${fault}`;
	return `${peer} ${verdict} ${cleanLine(nameOf(state, peer))}`;
}
