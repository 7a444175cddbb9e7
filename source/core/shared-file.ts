/**
 * A shared file and its parts (protocol.md, Files). A file is identified by its content, and is transferred and
 * verified in parts.
 */
import {MAX_FILE_BYTES, MAX_FILE_PARTS, MIN_PART_BYTES} from './limits.js';

/** Id of the content of a file in one room: SHA-256 as 64 lowercase hexadecimal digits. */
export type FileId = string & {readonly __brand: 'FileId'};

const FILE_ID_PATTERN = /^[0-9a-f]{64}$/;

/** Whether a text has the form of a file id. */
export function isFileId(text: string): text is FileId {
	return FILE_ID_PATTERN.test(text);
}

/** Length in bytes of the hash of a part of a file. */
export const LEAF_BYTES = 32;

/** Length in bytes of a part of the largest possible file, which has the longest parts. */
export const MAX_PART_BYTES = partSize(MAX_FILE_BYTES);

/** Whether a number is a possible size of a shared file, in bytes. */
export function isFileSize(size: number): boolean {
	return Number.isInteger(size) && size >= 0 && size <= MAX_FILE_BYTES;
}

/**
 * Length in bytes of every part of a file except the last: the smallest power of two, at least MIN_PART_BYTES, with
 * which the file has at most MAX_FILE_PARTS parts.
 */
export function partSize(size: number): number {
	let bytes = MIN_PART_BYTES;
	while (bytes * MAX_FILE_PARTS < size) bytes *= 2;
	return bytes;
}

/** Number of parts of a file. An empty file has none. */
export function partCount(size: number): number {
	return Math.ceil(size / partSize(size));
}

/** Length in bytes of one part; 0 if the file has no such part. */
export function partLength(size: number, part: number): number {
	const bytes = partSize(size);
	return part < 0 ? 0 : Math.max(0, Math.min(bytes, size - part * bytes));
}
