/** `export [FILE]`: prints a saved log as text, markdown, JSON lines or one HTML page, or verifies its signatures. */

import {bytesToHex} from '../../codec/bytes.js';
import {type Batch, lastSeq} from '../../core/batch.js';
import {UsageError} from '../../core/errors.js';
import {eventId, type PeerId} from '../../core/event.js';
import {hasAddresses, isExported} from '../../core/export-scope.js';
import {timelineWithAllLosses} from '../../core/presence-rows.js';
import {nameOf} from '../../core/select-peers.js';
import {sliceTimeline, type TimelineEntry} from '../../core/timeline.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes} from '../context.js';
import {formatJsonEntry, toIsoTime, toJsonLine} from '../output/format-json.js';
import {formatPins} from '../output/format-pins.js';
import {createMarkdownFormat, formatPlain} from '../output/format-text.js';
import {htmlExport} from '../output/html-export.js';
import {readPageAssets} from '../page-assets.js';
import {
	createEntryFilter,
	describeDamage,
	type EntryPredicate,
	exitCodeForMatches,
	type LoadedLog,
	loadLog,
	printEntries,
	resolveLogPath,
} from '../saved-log.js';
import type {Output} from '../standard-output.js';
import {type FeedVerification, verifyLog} from '../verify-log.js';

/** Resolves to the exit code. */
export async function runExport(context: CliContext): Promise<number> {
	const {options, output, printError} = context;
	if (options.whispers && options.format === 'html')
		throw new UsageError('An HTML page never contains whispers. Remove --whispers, or choose another --format.');
	const log = await loadLog(resolveLogPath(options.operands[0], resolveSystemDataDir(options.dataDir)));
	for (const line of describeDamage(log)) printError(line);
	if (options.verify) return printVerification(context, log);
	const filter = createEntryFilter(log.state, options.filter);
	const scope = {...options, withAddresses: hasAddresses(options.format, options.withAddresses)};
	const matches: EntryPredicate = entry => isExported(entry, scope) && filter(entry);
	const written = await printLog(context, log, matches);
	await output.flush();
	return exitCodeForMatches(context, written);
}

function printLog(context: CliContext, log: LoadedLog, matches: EntryPredicate): Promise<number> {
	const {options, output} = context;
	if (options.format === 'jsonl') return exportJsonLines(output, log, matches, Object.keys(options.filter).length > 0);
	if (options.format === 'html') return printHtml(context, log, matches);
	const withAddresses = hasAddresses(options.format, options.withAddresses);
	const isMarkdown = options.format === 'markdown';
	const pins = formatPins(log.state, matches, isMarkdown ? 'markdown' : 'text', withAddresses);
	if (pins !== '') output.write(`${pins}\n`);
	const format = isMarkdown
		? createMarkdownFormat(log.state, withAddresses)
		: (entry: TimelineEntry) => formatPlain(log.state, entry, withAddresses);
	return printEntries(output, log.state, matches, format);
}

/** Prints the log as one HTML file. Resolves to the number of events. */
async function printHtml(
	{options, output, version, clock}: CliContext,
	log: LoadedLog,
	matches: EntryPredicate,
): Promise<number> {
	const {state, header, batches, damage} = log;
	const entries = sliceTimeline(state.timeline, 0, state.timeline.length).filter(matches);
	const parts = htmlExport({
		state,
		room: header.roomName,
		entries,
		batches,
		verifications: verifyLog(log),
		damagedParts: damage.length,
		isFiltered: Object.keys(options.filter).length > 0,
		withAddresses: options.withAddresses,
		assets: readPageAssets(),
		version,
		now: clock.now(),
	});
	for (const part of parts) {
		if (output.isClosed) break;
		output.write(part);
		await output.whenWritable();
	}
	return entries.length;
}

/** Prints one line per feed. Resolves to the exit code: `failed` if a feed is not valid to its end. */
async function printVerification({output, printError}: CliContext, log: LoadedLog): Promise<number> {
	const verifications = verifyLog(log);
	for (const verification of verifications) output.write(`${formatVerification(log, verification)}\n`);
	await output.flush();
	// The summary goes only to a terminal, because scripts and cron treat text on standard error as a sign of failure.
	if (process.stderr.isTTY) printError(verificationSummary(verifications));
	return log.damage.length > 0 || verifications.some(({fault}) => fault !== undefined)
		? exitCodes.failed
		: exitCodes.done;
}

/** One sentence about all feeds, for people. Scripts read the lines on standard output. */
function verificationSummary(verifications: readonly FeedVerification[]): string {
	const faulty = verifications.filter(({fault}) => fault !== undefined).length;
	const feeds = verifications.length === 1 ? '1 feed' : `${verifications.length} feeds`;
	if (faulty === 0) return `${feeds} verified: all signatures and hash chains are valid to the last event.`;
	return `${faulty} of ${feeds} ${faulty === 1 ? 'is' : 'are'} not valid to the end. “holds to 8 of 21” means: the first 8 of 21 events are valid.`;
}

function formatVerification({state}: LoadedLog, {peer, verifiedSeq, last, fault}: FeedVerification): string {
	const result = fault === undefined ? `holds to ${last}` : `holds to ${verifiedSeq} of ${last}: ${fault}`;
	return `${peer} ${result} ${cleanLine(nameOf(state, peer))}`;
}

/**
 * Prints a log as JSON lines that another program can verify. There is one `log` line with the room tag, a `pinned`
 * line for each pinned message, and an `event` line for each event as in `--json`. The signed batches are `batch` lines
 * (`protocol.md`, "Feeds and batches"). Batches are printed only for authors of a printed event. With a filter, a batch
 * is printed only if all its events pass the filter, because a batch contains the texts of all its events. Resolves to
 * the number of events.
 */
async function exportJsonLines(
	output: Output,
	{header, state, batches}: LoadedLog,
	matches: EntryPredicate,
	isFiltered: boolean,
): Promise<number> {
	const {format, version, roomName, roomTag, created} = header;
	output.write(
		`${toJsonLine({type: 'log', format, version, room: roomName, roomTag: bytesToHex(roomTag), created: toIsoTime(created)})}\n`,
	);
	const pins = formatPins(state, matches, 'jsonl');
	if (pins !== '')
		output.write(`${pins}
`);
	const authors = new Set<PeerId>();
	const printed = new Set<string>();
	const isPrinted = (batch: Batch) =>
		batch.entries.every((_, index) => printed.has(eventId(batch.peer, batch.firstSeq + index)));
	const written = await printEntries(output, {...state, timeline: timelineWithAllLosses(state)}, matches, entry => {
		const line = formatJsonEntry(state, entry);
		if (line !== undefined && entry.type !== 'whisper') {
			authors.add(entry.peer);
			if (isFiltered) printed.add(eventId(entry.peer, entry.seq));
		}
		return line;
	});
	for (const batch of batches) {
		if (output.isClosed) break;
		if (isFiltered ? isPrinted(batch) : authors.has(batch.peer)) output.write(`${toJsonLine(jsonBatch(batch))}\n`);
		await output.whenWritable();
	}
	return written;
}

function jsonBatch(batch: Batch): Readonly<Record<string, unknown>> {
	return {
		type: 'batch',
		peer: batch.peer,
		firstSeq: batch.firstSeq,
		lastSeq: lastSeq(batch),
		previousHash: bytesToHex(batch.previousHash),
		entries: batch.entries.map(entry => Buffer.from(entry).toString('base64')),
		signature: bytesToHex(batch.signature),
	};
}
