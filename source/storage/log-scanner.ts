/**
 * Bytes of a log file in any chunks -> good records and the stretches that hold none (design.md, 4). Pure: no file, no
 * clock. After damage it searches for the next place where the file's own marker and a right CRC stand together; text that
 * imitates a record cannot know the marker.
 */
import {
	type Crc32,
	decodeLogRecord,
	type LogHeader,
	type LogRecord,
	MAX_HEADER_BYTES,
	markerAt,
	probeRecord,
	RECORD_START_BYTES,
	recordPrefix,
} from '../codec/log-record.js';
import type {Damage} from './log.js';

export interface ScannedRecord {
	/** Byte offset and length of the whole record in the file. */
	readonly offset: number;
	readonly length: number;
	readonly record: LogRecord;
}

/** Where to go on in a file whose header is known. */
export interface ScanResumePoint {
	readonly marker: Uint8Array;
	readonly header: LogHeader;
	readonly offset: number;
}

export interface LogScanner {
	/** Records that `chunk` completes, in file order; their bytes may be views of `chunk`. */
	push(chunk: Uint8Array): ScannedRecord[];
	/** No more bytes: judges what is left, and returns records found in it (behind a damaged length). */
	end(): ScannedRecord[];
	/** Undefined until a header was read; after `end`: none of the two is good. */
	readonly header: LogHeader | undefined;
	readonly marker: Uint8Array | undefined;
	/** Bytes of one header that was read; 0 if none. */
	readonly headerLength: number;
	/** End of the last good record: where a writer goes on. */
	readonly validEnd: number;
	/** Complete after `end`. */
	readonly damage: readonly Damage[];
	/** Good records of kinds that this version does not know. */
	readonly unknownRecords: number;
}

const EMPTY = new Uint8Array(0);

export function createLogScanner(crc32: Crc32, start?: ScanResumePoint): LogScanner {
	const damage: Damage[] = [];
	let header = start?.header;
	let marker = start?.marker;
	let prefix = marker && recordPrefix(marker);
	/** Bytes not yet judged; the first stands at `base` in the file. */
	let pending: Uint8Array = EMPTY;
	let pendingOffset = start?.offset ?? 0;
	let cursor = 0;
	let validEnd = pendingOffset;
	/** File offset where the present damage began. */
	let damageStart: number | undefined;
	let unknownRecords = 0;
	let headerLength = 0;

	function endDamage(offset: number, kind: Damage['kind']): void {
		if (damageStart !== undefined) damage.push({offset: damageStart, length: offset - damageStart, kind});
		damageStart = undefined;
	}

	/** Reads the marker from the first header, or from the second: the same bytes, so it stands at its own length. */
	function detectMarker(final: boolean): boolean {
		if (!final && pending.length < 2 * MAX_HEADER_BYTES) return false;
		for (let offset = 0; offset <= Math.min(MAX_HEADER_BYTES, pending.length); offset++) {
			const probe = probeRecord(pending, offset, undefined, crc32);
			if (probe.type !== 'good' || probe.length > MAX_HEADER_BYTES) continue;
			if (offset !== 0 && offset !== probe.length) continue;
			const entry = decodeLogRecord(pending.subarray(offset, offset + probe.length));
			if (entry?.type !== 'header') continue;
			header = {...entry.header, roomTag: entry.header.roomTag.slice()};
			marker = markerAt(pending, offset).slice();
			prefix = recordPrefix(marker);
			return true;
		}
		return false;
	}

	/** Moves `at` to the next place that begins like a record; false if there is none in what we have. */
	function seekNextRecord(final: boolean): boolean {
		const found = prefix ? asBuffer(pending).indexOf(prefix, cursor + 4) : -1;
		if (found >= 0) cursor = found - 4;
		else cursor = final ? pending.length : Math.max(cursor, pending.length - RECORD_START_BYTES + 1);
		return found >= 0;
	}

	function consumeRecord(length: number, found: ScannedRecord[]): void {
		const offset = pendingOffset + cursor;
		const entry = decodeLogRecord(pending.subarray(cursor, cursor + length));
		endDamage(offset, 'damaged');
		if (entry === undefined) damage.push({offset, length, kind: 'damaged'});
		else if (entry.type === 'unknown') unknownRecords++;
		else if (entry.type === 'header') headerLength = length;
		else found.push({offset, length, record: entry});
		cursor += length;
		validEnd = pendingOffset + cursor;
	}

	function scanPending(final: boolean): ScannedRecord[] {
		const found: ScannedRecord[] = [];
		if (marker === undefined && !detectMarker(final) && !final) return found;
		while (cursor < pending.length) {
			if (damageStart !== undefined && !seekNextRecord(final)) break;
			const probe = probeRecord(pending, cursor, marker, crc32);
			if (probe.type === 'short' && !final) break;
			if (probe.type === 'good' && marker) consumeRecord(probe.length, found);
			else {
				damageStart ??= pendingOffset + cursor;
				cursor += 1;
			}
		}
		pending = pending.subarray(cursor);
		pendingOffset += cursor;
		cursor = 0;
		return found;
	}

	return {
		push(chunk) {
			pending = concatenateBytes(pending, chunk);
			return scanPending(false);
		},
		end() {
			const found = scanPending(true);
			endDamage(pendingOffset, 'torn');
			return found;
		},
		get header() {
			return header;
		},
		get marker() {
			return marker;
		},
		get headerLength() {
			return headerLength;
		},
		get validEnd() {
			return validEnd;
		},
		damage,
		get unknownRecords() {
			return unknownRecords;
		},
	};
}

/** A plain array, never a Buffer: views of it are made for every record and field, and cost half as much. */
function concatenateBytes(pending: Uint8Array, chunk: Uint8Array): Uint8Array {
	if (pending.length === 0) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
	const joined = new Uint8Array(pending.length + chunk.length);
	joined.set(pending);
	joined.set(chunk, pending.length);
	return joined;
}

function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
