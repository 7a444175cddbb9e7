/** State of one file that this node shares or fetches, for the screen and the JSON lines. No log contains it. */
import type {FileId} from './shared-file.js';

/**
 * - `hashing`: a file is read before it is shared. `bytes` is the number of bytes read so far. `id` is a temporary
 *   id, because the final id depends on the content.
 * - `sharing`: this node serves the file.
 * - `waiting`: a fetch that is blocked. `reason` is the cause: no connected peer has the missing parts, or the disk
 *   is full.
 * - `fetching`: parts of the file are arriving. `checking`: parts that an earlier, unfinished fetch left on disk are
 *   verified.
 * - `done`: the complete file is at `path`, and this node serves it.
 * - `failed`, `cancelled`: the fetch has ended.
 */
export type FileTransferState =
	| 'hashing'
	| 'sharing'
	| 'waiting'
	| 'fetching'
	| 'checking'
	| 'done'
	| 'failed'
	| 'cancelled';

/** Whether a transfer is a fetch that has not ended, so that the user can cancel it. */
export function isFetching({state}: Pick<FileTransfer, 'state'>): boolean {
	return state === 'fetching' || state === 'waiting' || state === 'checking';
}

/** Whether a fetch has failed or was cancelled, so that the user can start it again. */
export function hasFailed({state}: Pick<FileTransfer, 'state'>): boolean {
	return state === 'failed' || state === 'cancelled';
}

export interface FileTransfer {
	readonly id: FileId;
	readonly name: string;
	readonly state: FileTransferState;
	/** Bytes of the file that are on this computer and verified. */
	readonly bytes: number;
	/** Size of the file in bytes. */
	readonly of: number;
	/** Connected peers that have at least one part of the file. */
	readonly holders: number;
	/** Connected peers that have the whole file. */
	readonly completeHolders: number;
	/** Bytes of the file that this node has sent since the node started. */
	readonly sentBytes: number;
	/** Bytes that arrive per second, while `fetching`. */
	readonly bytesPerSecond?: number;
	/** Path of the complete file. */
	readonly path?: string;
	/** Why the transfer waits or has failed, as text for the user. */
	readonly reason?: string;
}
