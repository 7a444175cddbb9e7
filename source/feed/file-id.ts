/** Id of the content of a file (protocol.md, Files): SHA-256("p2pchat-ink file 1" || room tag || size || leaves). */
import {hash as digest} from 'node:crypto';
import type {FileId} from '../core/shared-file.js';
import {uint64Bytes} from './chain.js';

const FILE_LABEL = Buffer.from('p2pchat-ink file 1');

/** SHA-256 of one part of a file, 32 bytes. */
export function leafOf(part: Uint8Array): Uint8Array {
	return digest('sha256', part, 'buffer');
}

/**
 * Id of a file in a room. `size` is in bytes, `leaves` are the hashes of its parts. A file has different ids in two
 * rooms. So nobody can find out by comparing ids that both rooms have the file.
 */
export function fileIdOf(roomTag: Uint8Array, size: number, leaves: Uint8Array): FileId {
	const bytes = Buffer.concat([FILE_LABEL, roomTag, uint64Bytes(size), leaves]);
	return digest('sha256', bytes, 'hex') as FileId;
}
