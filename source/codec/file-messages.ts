/**
 * Decoders of the messages about files, and the encoder of `file-data`, which contains the bytes of files (protocol.md,
 * Files).
 */
import {MAX_FILE_PARTS, MAX_SLICE_BYTES} from '../core/limits.js';
import {LEAF_BYTES, MAX_PART_BYTES} from '../core/shared-file.js';
import {failField, readBoolean, readFileId, readOptional, readUint} from './field-readers.js';
import {
	type MsgpackWriter,
	sizeOfBytes,
	sizeOfUint,
	writeBytes,
	writeMapHeader,
	writeShortString,
	writeUint,
} from './msgpack-writer.js';

type Fields = Readonly<Record<string, unknown>>;

const MAX_PART_SET_BYTES = MAX_FILE_PARTS / 8;

function readBytesUpTo(value: unknown, path: string, max: number, min = 0): Uint8Array {
	if (!(value instanceof Uint8Array) || value.length > max || value.length < min)
		return failField(path, `${min} to ${max} bytes`);
	return value;
}

function readLeaves(value: unknown, path: string): Uint8Array {
	const leaves = readBytesUpTo(value, path, MAX_FILE_PARTS * LEAF_BYTES);
	return leaves.length % LEAF_BYTES === 0 ? leaves : failField(path, `hashes of ${LEAF_BYTES} bytes`);
}

export function readFileAsk(fields: Fields) {
	return {
		type: 'file-ask' as const,
		id: readUint(fields.id, 'id'),
		file: readFileId(fields.file, 'file'),
		leaves: readBoolean(fields.leaves, 'leaves'),
	};
}

export function readFileInfo(fields: Fields) {
	const leaves = readOptional(fields.leaves, 'leaves', readLeaves);
	return {
		type: 'file-info' as const,
		id: readUint(fields.id, 'id'),
		...(leaves && {leaves}),
		have: fields.have === true ? (true as const) : readBytesUpTo(fields.have, 'have', MAX_PART_SET_BYTES),
	};
}

export function readFileWant(fields: Fields) {
	return {
		type: 'file-want' as const,
		id: readUint(fields.id, 'id'),
		file: readFileId(fields.file, 'file'),
		part: readUint(fields.part, 'part', MAX_FILE_PARTS - 1),
		offset: readUint(fields.offset, 'offset', MAX_PART_BYTES - 1),
		length: readUint(fields.length, 'length', MAX_SLICE_BYTES, 1),
	};
}

export function readFileData(fields: Fields) {
	return {
		type: 'file-data' as const,
		id: readUint(fields.id, 'id'),
		bytes: readBytesUpTo(fields.bytes, 'bytes', MAX_SLICE_BYTES, 1),
	};
}

export function readFileNone(fields: Fields) {
	return {type: 'file-none' as const, id: readUint(fields.id, 'id')};
}

interface Slice {
	readonly id: number;
	readonly bytes: Uint8Array;
}

/** Number of bytes that `writeFileData` writes. */
export function sizeOfFileData({id, bytes}: Slice): number {
	return 1 + 5 + 10 + 3 + sizeOfUint(id) + 6 + sizeOfBytes(bytes.length);
}

/** Writes a `file-data` message with the same bytes as `pack`, but copies the slice only once. */
export function writeFileData(writer: MsgpackWriter, {id, bytes}: Slice): void {
	writeMapHeader(writer, 3);
	writeShortString(writer, 'type');
	writeShortString(writer, 'file-data');
	writeShortString(writer, 'id');
	writeUint(writer, id);
	writeShortString(writer, 'bytes');
	writeBytes(writer, bytes);
}
