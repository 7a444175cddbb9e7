/**
 * Pace of garbage collection while files are transferred. V8 counts the bytes of arriving and served parts as part of its
 * heap. By default it then collects the whole heap each time it has grown by a tenth, about every 13 MB, which takes up to
 * 40 % of the processor time of a transfer (performance.md, row 15).
 */
import {setFlagsFromString} from 'node:v8';

/**
 * Growth of the heap, in percent, after which V8 collects it during a transfer. A larger value costs more memory: the
 * limit is 64 MiB beyond an idle node.
 */
const TRANSFER_PERCENT = 200;
/** With this value, V8 computes the growth itself. */
const AUTOMATIC = 0;
/** Largest heap in bytes that may grow so much. In a larger heap, V8 collects less often anyway. */
const MAX_HEAP_BYTES = 64 * 1024 * 1024;
/** Time in ms without a read or written part after which a transfer counts as over. */
const TRANSFER_END_MS = 2000;

export interface HeapGrowth {
	/** To be called when a part of a file is read or written. */
	noteTransfer(): void;
}

export interface HeapAccess {
	usedBytes(): number;
	/** Sets the growth in percent. */
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
