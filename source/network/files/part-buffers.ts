/**
 * Memory for the parts of all fetches: the parts that are arriving, and those that wait to be written. The total is at
 * most MAX_WANTED_FILE_BYTES. If the disk is slow, this memory is used up, and this node requests no further parts.
 *
 * The memory of written parts is used again. New memory for each part would cost page faults and garbage collections.
 */
import {MAX_WANTED_FILE_BYTES} from '../../core/limits.js';
import {MAX_PART_BYTES} from '../../core/shared-file.js';

export interface PartBuffers {
	/** Reserves memory for a part of `bytes` bytes. Returns false if not enough of the budget is left. */
	reserve(bytes: number): boolean;
	/** Returns memory for a part of the reserved length. It contains bytes of other parts. */
	take(bytes: number): Uint8Array;
	/** Ends a reservation. `part`: memory that `take` returned and that nobody uses any more. */
	release(bytes: number, part?: Uint8Array): void;
	readonly usedBytes: number;
}

/** Maximum bytes of memory that are kept for later parts. */
const MAX_SPARE_BYTES = 2 * MAX_PART_BYTES;

export function createPartBuffers(): PartBuffers {
	let usedBytes = 0;
	/** Memory for later parts. All have the same length. */
	let spares: Uint8Array[] = [];
	return {
		reserve(bytes) {
			if (usedBytes + bytes > MAX_WANTED_FILE_BYTES) return false;
			usedBytes += bytes;
			return true;
		},
		take(bytes) {
			const spare = spares[0]?.length === bytes ? spares.pop() : undefined;
			// The memory is not filled with zeros, because nothing reads it before all bytes of the part have arrived.
			return spare ?? new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
		},
		release(bytes, part) {
			usedBytes -= bytes;
			if (part && spares[0]?.length !== part.length) spares = [];
			if (part && (spares.length + 1) * part.length <= MAX_SPARE_BYTES) spares.push(part);
			if (usedBytes === 0) spares = [];
		},
		get usedBytes() {
			return usedBytes;
		},
	};
}
