/**
 * Memory budget for the parts of all fetches: the parts that are arriving, and those that wait to be written. The total
 * is at most MAX_WANTED_FILE_BYTES. If the disk is slow, the budget is used up, and this node requests no further
 * parts.
 */
import {MAX_WANTED_FILE_BYTES} from '../../core/limits.js';

export interface PartBuffers {
	/** Reserves memory for a part of `bytes` bytes. Returns false if not enough of the budget is left. */
	reserve(bytes: number): boolean;
	release(bytes: number): void;
	readonly usedBytes: number;
}

export function createPartBuffers(): PartBuffers {
	let usedBytes = 0;
	return {
		reserve(bytes) {
			if (usedBytes + bytes > MAX_WANTED_FILE_BYTES) return false;
			usedBytes += bytes;
			return true;
		},
		release(bytes) {
			usedBytes -= bytes;
		},
		get usedBytes() {
			return usedBytes;
		},
	};
}
