/**
 * Scanner that finds the valid records in the bytes of a log file and the damage between them (protocol.md, The log
 * file). It accepts the bytes in chunks of any size. Every record of a file contains the marker of the file, 8 random
 * bytes. After damage, the scanner searches for the next position with this marker and a correct CRC. Peers do not
 * know the marker, so their texts cannot imitate a record.
 */
import {toPlainUint8Array} from '../codec/bytes.js';
import {
	type Crc32,
	decodeLogRecord,
	type LogEntry,
	type LogHeader,
	type LogRecord,
	MAX_HEADER_BYTES,
	markerAt,
	probeRecord,
	RECORD_START_BYTES,
	recordPrefix,
} from '../codec/log-record.js';
import type {Damage} from './log.js';

/**
 * Limits of the work for false records: bytes that look like a record but have a wrong CRC. The CRC of false records
 * is computed for at most MAX_WRONG_BYTES, plus MAX_WRONG_BYTES_PER_BYTE for each scanned byte of the file. A log
 * with ordinary damage stays below them, because its false records do not overlap. In a crafted file, a false record
 * of 1 MiB can begin every 16 bytes, and checking all of them would take hours. False records of up to
 * MAX_SMALL_CANDIDATE_BYTES are always checked.
 */
const MAX_WRONG_BYTES = 64 * 1024 * 1024;
const MAX_WRONG_BYTES_PER_BYTE = 8;
const MAX_SMALL_CANDIDATE_BYTES = 4096;

export interface ScannedRecord {
	/** Position of the record in the file: byte offset and length. */
	readonly offset: number;
	readonly length: number;
	readonly record: LogRecord;
}

/** Position at which a scan starts in a file whose header is already known. */
interface ScanStart {
	readonly marker: Uint8Array;
	readonly header: LogHeader;
	readonly offset: number;
}

export interface LogScanner {
	/** Returns the records that `chunk` completes, in file order. Their bytes may share the memory of `chunk`. */
	push(chunk: Uint8Array): ScannedRecord[];
	/**
	 * Ends the scan. Returns the records in bytes that `push` could not decide about. Such bytes remain, for example,
	 * if the damaged length of a record points beyond the end of the file.
	 */
	end(): ScannedRecord[];
	/** Header of the file. Undefined until it has been read, and after `end` if both headers are invalid. */
	readonly header: LogHeader | undefined;
	/** Marker of the file; undefined as long as `header` is undefined. */
	readonly marker: Uint8Array | undefined;
	/** Length in bytes of one header; 0 until a header has been read. */
	readonly headerLength: number;
	/** Byte offset of the end of the last valid record. A writer appends the next record there. */
	readonly validEnd: number;
	/** Damage found so far; complete after `end`. */
	readonly damage: readonly Damage[];
	/** Number of valid records of kinds that this program version does not know. */
	readonly unknownRecords: number;
}

/** A valid record of the file that is not a LogRecord: a header, or a record of a kind that this version does not know. */
export interface OtherRecord {
	readonly offset: number;
	readonly length: number;
	readonly entry: Exclude<LogEntry, LogRecord>;
}

/**
 * Creates a scanner. Without `start`, the scan begins at the start of the file, and the scanner reads the marker from
 * the header. `onOther` receives the valid records that `push` and `end` do not return, in file order.
 */
export function createLogScanner(crc32: Crc32, start?: ScanStart, onOther?: (record: OtherRecord) => void): LogScanner {
	const damage: Damage[] = [];
	let header = start?.header;
	let marker = start?.marker;
	let prefix = marker && recordPrefix(marker);
	/** Bytes not yet scanned. */
	let pending: Uint8Array = new Uint8Array(0);
	/** File offset of the first byte of `pending`. */
	let pendingOffset = start?.offset ?? 0;
	/** Offset in `pending` of the next byte to scan. */
	let cursor = 0;
	let validEnd = pendingOffset;
	/** File offset at which the current damaged range starts; undefined if the scanner is not in a damaged range. */
	let damageStart: number | undefined;
	let unknownRecords = 0;
	let headerLength = 0;
	/** Number of bytes whose CRC was computed although they turned out to be no record. */
	let wrongBytes = 0;

	/**
	 * CRC of bytes that may be a record. Returns -1, which no CRC equals, if the CRC of too many bytes was already
	 * computed for false records (MAX_WRONG_BYTES).
	 */
	function limitedCrc(bytes: Uint8Array): number {
		const limit = MAX_WRONG_BYTES + MAX_WRONG_BYTES_PER_BYTE * (pendingOffset + cursor);
		if (wrongBytes > limit && bytes.length > MAX_SMALL_CANDIDATE_BYTES) return -1;
		wrongBytes += bytes.length;
		return crc32(bytes);
	}

	function endDamage(offset: number, kind: Damage['kind']): void {
		if (damageStart !== undefined) damage.push({offset: damageStart, length: offset - damageStart, kind});
		damageStart = undefined;
	}

	/**
	 * Reads the marker from the first valid header. The file begins with two equal copies of the header. So the
	 * second copy starts at an offset that equals its length.
	 */
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

	/**
	 * Moves the cursor to the next position at which a record can start. Returns false if `pending` has no such
	 * position.
	 */
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
		else if (entry.type === 'unknown' || entry.type === 'header') {
			if (entry.type === 'unknown') unknownRecords++;
			else headerLength = length;
			onOther?.({offset, length, entry});
		} else found.push({offset, length, record: entry});
		cursor += length;
		validEnd = pendingOffset + cursor;
	}

	function scanPending(final: boolean): ScannedRecord[] {
		const found: ScannedRecord[] = [];
		if (marker === undefined && !detectMarker(final) && !final) return found;
		while (cursor < pending.length) {
			if (damageStart !== undefined && !seekNextRecord(final)) break;
			const wrongBefore = wrongBytes;
			const probe = probeRecord(pending, cursor, marker, limitedCrc);
			if (probe.type === 'incomplete' && !final) break;
			if (probe.type === 'good' && marker) {
				wrongBytes = wrongBefore;
				consumeRecord(probe.length, found);
			} else {
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

/**
 * Joins bytes in a plain Uint8Array. Every record and field is a view of this array, and views of a Buffer would need
 * twice the memory.
 */
function concatenateBytes(pending: Uint8Array, chunk: Uint8Array): Uint8Array {
	if (pending.length === 0) return toPlainUint8Array(chunk);
	const joined = new Uint8Array(pending.length + chunk.length);
	joined.set(pending);
	joined.set(chunk, pending.length);
	return joined;
}

function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
