/** Reads a log file (protocol.md, section 17). */
import {crc32} from 'node:zlib';
import {decode} from './messagepack.mjs';

const MAX_FRAME_BYTES = 1_048_576;

/** Length in bytes of the valid record at offset `at`; 0 if there is none. Without `marker` any marker is accepted. */
function lengthAt(bytes, at, marker) {
	if (at + 15 > bytes.length) return 0;
	const end = at + 4 + bytes.readUInt32BE(at);
	if (end > bytes.length || end > at + 4 + MAX_FRAME_BYTES || end < at + 23) return 0;
	if (!bytes.subarray(at + 4, at + 7).equals(Buffer.from('95c408', 'hex'))) return 0;
	if (marker && !bytes.subarray(at + 7, at + 15).equals(marker)) return 0;
	if (bytes[end - 5] !== 0xce || bytes.readUInt32BE(end - 4) !== crc32(bytes.subarray(at, end - 4))) return 0;
	return end - at;
}

/** Returns the first header, or the second one if the first is damaged. */
function findHeader(bytes) {
	for (let at = 0; at <= 256; at++) {
		const length = lengthAt(bytes, at);
		if (length > 0 && length <= 256 && (at === 0 || at === length)) return bytes.subarray(at, at + length);
	}
	throw new Error('this is not a log');
}

/** Reads a log as `{header, records: [{kind, loggedAt, body}], damaged: [[offset, length]], torn: bytes at the end}`. */
export function readLog(bytes) {
	const first = findHeader(bytes);
	const marker = first.subarray(7, 15);
	const records = [];
	const damaged = [];
	let good = 0;
	for (let at = 0; at < bytes.length; ) {
		const length = lengthAt(bytes, at, marker);
		if (length === 0) {
			at += 1;
			continue;
		}
		if (at > good) damaged.push([good, at - good]);
		const [, kind, loggedAt, body] = decode(bytes.subarray(at + 4, at + length));
		if (kind !== 'header') records.push({kind, loggedAt, body});
		at += length;
		good = at;
	}
	return {header: decode(first.subarray(4))[3], records, damaged, torn: bytes.length - good};
}
