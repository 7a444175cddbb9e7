/** `export [FILE]`: a saved log as text, markdown or JSON lines, or the verdict on its signatures. */

import {bytesToHex} from '../../codec/bytes.js';
import {type Batch, lastSeq, type PeerId} from '../../core/event.js';
import {nameOf} from '../../core/select-peers.js';
import {createFeedTips} from '../../feed/feed-tips.js';
import {resolveSystemDataDir} from '../../storage/data-dir.js';
import {cleanLine} from '../../ui/text/clean-for-screen.js';
import {type CliContext, exitCodes, type Output} from '../context.js';
import {jsonEvent, toIsoTime, toJsonLine} from '../output/format-json.js';
import {createMarkdownFormat, formatPlain} from '../output/format-text.js';
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

export async function runExport(context: CliContext): Promise<number> {
	const {options, output, printError} = context;
	const log = await loadLog(resolveLogPath(options.operands[0], resolveSystemDataDir(options.dataDir)));
	for (const line of describeDamage(log)) printError(line);
	if (options.verify) return printVerification(context, log);
	const matches = createEntryFilter(log.state, options.filter);
	const written = await printLog(context, log, matches);
	await output.flush();
	return exitCodeForMatches(context, written);
}

function printLog({options, output}: CliContext, log: LoadedLog, matches: EntryPredicate): Promise<number> {
	if (options.format === 'jsonl') return exportJsonLines(output, log, matches);
	const format =
		options.format === 'markdown' ? createMarkdownFormat(log.state) : formatPlain.bind(undefined, log.state);
	return printEntries(output, log.state, matches, format);
}

/** Failed when any feed does not hold to its end. */
async function printVerification({output}: CliContext, log: LoadedLog): Promise<number> {
	const verdicts = verifyLog(log);
	for (const verdict of verdicts) output.write(`${formatVerification(log, verdict)}\n`);
	await output.flush();
	return verdicts.some(({fault}) => fault !== undefined) ? exitCodes.failed : exitCodes.done;
}

function formatVerification({state}: LoadedLog, {peer, verifiedSeq, last, fault}: FeedVerification): string {
	const verdict = fault === undefined ? `holds to ${last}` : `holds to ${verifiedSeq} of ${last}: ${fault}`;
	return `${peer} ${verdict} ${cleanLine(nameOf(state, peer))}`;
}

/** Which feeds of a log are what their authors signed, and how far. */

export interface FeedVerification {
	readonly peer: PeerId;
	/** Highest seq in the log. */
	readonly last: number;
	/** Signature and chain hold from 1 to this. */
	readonly verifiedSeq: number;
	/** What stands against it behind that. */
	readonly fault?: 'bad signature' | 'forked' | 'gap';
}

/** By first appearance in the log. */
export function verifyLog({header, batches}: Pick<LoadedLog, 'header' | 'batches'>): FeedVerification[] {
	const tips = createFeedTips({roomTag: header.roomTag});
	const verdicts = new Map<PeerId, FeedVerification>();
	for (const batch of batches) {
		const known = verdicts.get(batch.peer) ?? {peer: batch.peer, last: 0, verifiedSeq: 0};
		const {type} = tips.accept(batch);
		const fault =
			type === 'invalid' ? 'bad signature' : type === 'forked' ? 'forked' : type === 'ahead' ? 'gap' : undefined;
		verdicts.set(batch.peer, {
			...known,
			last: Math.max(known.last, lastSeq(batch)),
			verifiedSeq: tips.seqOf(batch.peer),
			...(fault && !known.fault && {fault}),
		});
	}
	return [...verdicts.values()].map(({fault, ...verdict}) =>
		verdict.verifiedSeq < verdict.last || fault === 'forked' ? {...verdict, fault: fault ?? 'gap'} : verdict,
	);
}

/** A log as JSON lines that another program can check: the events, then the signed batches they came in. */

/**
 * `log`: room and its tag. `event`: as `--json` tells them. `batch`: bytes of the entries (base64), chain hash before the
 * first (hex), signature over the last (hex); design.md, 2. Only batches of feeds with an event that passed.
 */
export async function exportJsonLines(
	output: Output,
	{header, state, batches}: LoadedLog,
	matches: EntryPredicate,
): Promise<number> {
	const {format, version, roomName, roomTag, created} = header;
	output.write(
		`${toJsonLine({type: 'log', format, version, room: roomName, roomTag: bytesToHex(roomTag), created: toIsoTime(created)})}\n`,
	);
	const authors = new Set<PeerId>();
	const written = await printEntries(output, state, matches, entry => {
		if (
			entry.type === 'launched' ||
			entry.type === 'peer-connected' ||
			entry.type === 'peer-disconnected' ||
			entry.type === 'notice'
		)
			return undefined;
		authors.add(entry.peer);
		return toJsonLine(jsonEvent(state, entry, false));
	});
	for (const batch of batches) {
		if (output.isClosed) break;
		if (authors.has(batch.peer)) output.write(`${toJsonLine(jsonBatch(batch))}\n`);
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
