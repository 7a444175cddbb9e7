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
export interface ScanStart {
	readonly marker: Uint8Array;
	readonly header: LogHeader;
	readonly offset: number;
}

export interface Scanner {
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
	readonly goodEnd: number;
	/** Complete after `end`. */
	readonly damage: readonly Damage[];
	/** Good records of kinds that this version does not know. */
	readonly unknownRecords: number;
}

const EMPTY = new Uint8Array(0);

export function createScanner(crc32: Crc32, start?: ScanStart): Scanner {
	const damage: Damage[] = [];
	let header = start?.header;
	let marker = start?.marker;
	let prefix = marker && recordPrefix(marker);
	/** Bytes not yet judged; the first stands at `base` in the file. */
	let pending: Uint8Array = EMPTY;
	let base = start?.offset ?? 0;
	let at = 0;
	let goodEnd = base;
	/** File offset where the present damage began. */
	let damagedFrom: number | undefined;
	let unknownRecords = 0;
	let headerLength = 0;

	function endDamage(offset: number, kind: Damage['kind']): void {
		if (damagedFrom !== undefined) damage.push({offset: damagedFrom, length: offset - damagedFrom, kind});
		damagedFrom = undefined;
	}

	/** Reads the marker from the first header, or from the second: the same bytes, so it stands at its own length. */
	function learnMarker(final: boolean): boolean {
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
	function search(final: boolean): boolean {
		const found = prefix ? bufferOf(pending).indexOf(prefix, at + 4) : -1;
		if (found >= 0) at = found - 4;
		else at = final ? pending.length : Math.max(at, pending.length - RECORD_START_BYTES + 1);
		return found >= 0;
	}

	function take(length: number, found: ScannedRecord[]): void {
		const offset = base + at;
		const entry = decodeLogRecord(pending.subarray(at, at + length));
		endDamage(offset, 'damaged');
		if (entry === undefined) damage.push({offset, length, kind: 'damaged'});
		else if (entry.type === 'unknown') unknownRecords++;
		else if (entry.type === 'header') headerLength = length;
		else found.push({offset, length, record: entry});
		at += length;
		goodEnd = base + at;
	}

	function step(final: boolean): ScannedRecord[] {
		const found: ScannedRecord[] = [];
		if (marker === undefined && !learnMarker(final) && !final) return found;
		while (at < pending.length) {
			if (damagedFrom !== undefined && !search(final)) break;
			const probe = probeRecord(pending, at, marker, crc32);
			if (probe.type === 'short' && !final) break;
			if (probe.type === 'good' && marker) take(probe.length, found);
			else {
				damagedFrom ??= base + at;
				at += 1;
			}
		}
		pending = pending.subarray(at);
		base += at;
		at = 0;
		return found;
	}

	return {
		push(chunk) {
			pending = join(pending, chunk);
			return step(false);
		},
		end() {
			const found = step(true);
			endDamage(base, 'torn');
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
		get goodEnd() {
			return goodEnd;
		},
		damage,
		get unknownRecords() {
			return unknownRecords;
		},
	};
}

/** A plain array, never a Buffer: views of it are made for every record and field, and cost half as much. */
function join(pending: Uint8Array, chunk: Uint8Array): Uint8Array {
	if (pending.length === 0) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
	const joined = new Uint8Array(pending.length + chunk.length);
	joined.set(pending);
	joined.set(chunk, pending.length);
	return joined;
}

function bufferOf(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
