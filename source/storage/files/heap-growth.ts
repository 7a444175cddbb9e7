/**
 * Sets how often V8 collects garbage while files are transferred. V8 counts the bytes of received and sent parts of files as
 * heap. By default it therefore collects the whole heap each time the heap has grown by a tenth, about every 13 MB. This
 * takes up to 40 % of the processor time of a transfer (performance.md, row 15).
 */
import {setFlagsFromString} from 'node:v8';

/**
 * Growth of the heap, in percent, after which V8 collects garbage during a transfer. A larger value costs more
 * memory. During a transfer, the program should take at most 64 MiB more memory than when it is idle (performance.md,
 * row 15).
 */
const TRANSFER_PERCENT = 200;
/** Value of the growth with which V8 itself computes after what growth it collects garbage. */
const AUTOMATIC = 0;
/** Largest heap in bytes to which TRANSFER_PERCENT applies. V8 collects a larger heap less often by default. */
const MAX_HEAP_BYTES = 64 * 1024 * 1024;
/** If no part of a file is read or written for this time in ms, the transfer counts as ended. */
const TRANSFER_END_MS = 2000;

export interface HeapGrowth {
	/** Notes that a transfer is running. Callers call it each time that a part of a file is read or written. */
	noteTransfer(): void;
}

export interface HeapAccess {
	usedBytes(): number;
	/** Sets after what growth of the heap, in percent, V8 collects garbage. */
	setGrowth(percent: number): void;
}

const V8_HEAP: HeapAccess = {
	usedBytes: () => process.memoryUsage().heapUsed,
	setGrowth: percent => setFlagsFromString(`--heap-growing-percent=${percent}`),
};

export function createHeapGrowth(heap: HeapAccess = V8_HEAP): HeapGrowth {
	let end: NodeJS.Timeout | undefined;

	return {
		noteTransfer() {
			if (end) {
				end.refresh();
				return;
			}
			if (heap.usedBytes() <= MAX_HEAP_BYTES) heap.setGrowth(TRANSFER_PERCENT);
			end = setTimeout(() => {
				end = undefined;
				heap.setGrowth(AUTOMATIC);
			}, TRANSFER_END_MS).unref();
		},
	};
}
