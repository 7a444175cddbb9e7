import {fstatSync, read as readCallback} from 'node:fs';
import {promisify} from 'node:util';
import {toStorageError} from './errors.js';
import type {ScannedRecord, Scanner} from './scan.js';

const read = promisify(readCallback);

/** Bytes read at a time: what one turn of the event loop has to decode and reduce. */
export const READ_CHUNK_BYTES = 256 * 1024;

export interface ReadPlan {
	readonly fd: number;
	readonly path: string;
	readonly scanner: Scanner;
	/** Byte offset to start at. */
	readonly from: number;
	/** Byte offset to stop at: what is behind it came later. */
	readonly to: number;
	readonly chunkBytes?: number;
}

/**
 * Scans a stretch of an open file to its end, one chunk at a time, with the event loop running in between. Every chunk
 * has a buffer of its own, so records may be kept. Throws StorageError.
 */
export async function* readRecords(plan: ReadPlan): AsyncGenerator<readonly ScannedRecord[]> {
	const {fd, path, scanner, to, chunkBytes = READ_CHUNK_BYTES} = plan;
	let offset = plan.from;
	while (offset < to) {
		const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, to - offset));
		const {bytesRead} = await read(fd, chunk, 0, chunk.length, offset).catch(error => {
			throw toStorageError(error, 'cannot read the log', path);
		});
		if (bytesRead === 0) break;
		offset += bytesRead;
		const records = scanner.push(chunk.subarray(0, bytesRead));
		if (records.length > 0) yield records;
	}
	const rest = scanner.end();
	if (rest.length > 0) yield rest;
}

/** Size in bytes of an open file. */
export function sizeOf(fd: number): number {
	return fstatSync(fd).size;
}
