/** A log as JSON lines that another program can check: the events, then the signed batches they came in. */
import {hexOf} from '../codec/bytes.js';
import {type Batch, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import type {EntryTest} from './filter-entries.js';
import {jsonEvent, toIsoTime, toJsonLine} from './format-json.js';
import type {LoadedLog} from './open-log.js';
import type {Output} from './output.js';
import {printEntries} from './print-entries.js';

/**
 * `log`: room and its tag. `event`: as `--json` tells them. `batch`: bytes of the entries (base64), chain hash before the
 * first (hex), signature over the last (hex); design.md, 2. Only batches of feeds with an event that passed.
 */
export async function exportJsonLines(
	output: Output,
	{header, state, batches}: LoadedLog,
	passes: EntryTest,
): Promise<number> {
	const {format, version, roomName, roomTag, created} = header;
	output.write(
		`${toJsonLine({type: 'log', format, version, room: roomName, roomTag: hexOf(roomTag), created: toIsoTime(created)})}\n`,
	);
	const authors = new Set<PeerId>();
	const written = await printEntries(output, state, passes, entry => {
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
		if (output.ended) break;
		if (authors.has(batch.peer)) output.write(`${toJsonLine(jsonBatch(batch))}\n`);
		await output.ready();
	}
	return written;
}

function jsonBatch(batch: Batch): Readonly<Record<string, unknown>> {
	return {
		type: 'batch',
		peer: batch.peer,
		firstSeq: batch.firstSeq,
		lastSeq: lastSeq(batch),
		previousHash: hexOf(batch.previousHash),
		entries: batch.entries.map(entry => Buffer.from(entry).toString('base64')),
		signature: hexOf(batch.signature),
	};
}
