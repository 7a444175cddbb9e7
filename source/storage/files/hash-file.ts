/** Hashing of a file: computes the hashes of its parts, the leaves (protocol.md, Files). */
import {createHash} from 'node:crypto';
import {LEAF_BYTES, partCount, partLength, partSize} from '../../core/shared-file.js';
import {StorageError} from '../errors.js';
import {isSameState, readAt, readFileState, type SourceFile} from './source-file.js';

/**
 * Number of bytes that are hashed before the event loop runs again. SHA-256 takes about half a millisecond for so
 * many bytes.
 */
const SLICE_BYTES = 256 * 1024;

/**
 * Hashes the parts of a file. The result has the hashes in the order of the parts, LEAF_BYTES for each part.
 * `onProgress` gets the bytes hashed so far after every part. Rejects with a StorageError if the file changes while it
 * is hashed, or with the error of the system if the file cannot be read.
 */
export async function hashFile(file: SourceFile, onProgress?: (bytes: number) => void): Promise<Uint8Array> {
	const {size} = file.state;
	const parts = partCount(size);
	const leaves = new Uint8Array(parts * LEAF_BYTES);
	for (let part = 0; part < parts; part++) {
		const start = part * partSize(size);
		leaves.set(await hashRange(file, start, start + partLength(size, part)), part * LEAF_BYTES);
		onProgress?.(start + partLength(size, part));
	}
	if (isSameState(file.state, await readFileState(file.path))) return leaves;
	throw changed(file.path);
}

async function hashRange(file: SourceFile, start: number, end: number): Promise<Uint8Array> {
	const hash = createHash('sha256');
	for (let offset = start; offset < end; ) {
		const bytes = await readAt(file.handle, offset, Math.min(SLICE_BYTES, end - offset));
		// If no bytes could be read, the file has become shorter since its size was read.
		if (bytes.length === 0) throw changed(file.path);
		hash.update(bytes);
		offset += bytes.length;
	}
	return hash.digest();
}

function changed(path: string): StorageError {
	return new StorageError(
		'changed',
		'the file changes while it is read',
		path,
		'Wait until the file is complete, or share a copy.',
	);
}
