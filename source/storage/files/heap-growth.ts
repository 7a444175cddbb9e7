/**
 * Sets how much memory V8 uses beyond what the program needs. V8 collects the garbage of the whole heap when the heap
 * has grown by a factor since the last collection. V8 computes the factor itself, and the result is bad for this
 * program in two cases:
 *
 * - V8 counts the bytes of received and sent parts of files as heap. During a transfer, it therefore collects garbage
 *   about every 13 MB, which takes up to 40 % of the processor time of the transfer (performance.md, row 15).
 * - In a small room, V8 keeps the garbage of many screens. After six minutes of chat, a node occupied 146 MB, and a
 *   collection freed 57 MB of them (performance.md, row 12).
 */
import {setFlagsFromString} from 'node:v8';

/**
 * Growth of the heap, in percent, after which V8 collects garbage during a transfer. A larger value costs more
 * memory. During a transfer, the program should take at most 64 MiB more memory than when it is idle (performance.md,
 * row 15).
 */
const TRANSFER_PERCENT = 400;
/**
 * Growth of a small heap (MAX_HEAP_BYTES), in percent, after which V8 collects garbage while no file is transferred.
 * A smaller value costs more processor time.
 */
const CHAT_PERCENT = 30;
/** Value of `--heap-growing-percent` with which V8 computes the growth itself. */
const AUTOMATIC = 0;
/** Largest heap in bytes to which TRANSFER_PERCENT and CHAT_PERCENT apply. V8 collects a larger heap less often by default. */
const MAX_HEAP_BYTES = 64 * 1024 * 1024;
/** If no part of a file is read or written for this time in ms, the transfer counts as ended. */
const TRANSFER_END_MS = 2000;
/**
 * Interval in ms at which the size of the heap is checked. Opening a log or receiving a history takes less time, so
 * V8 controls the growth itself meanwhile.
 */
const CHECK_MS = 60_000;
/**
 * Flag of V8 for the two memory areas in which new objects are created. At first, each has 1 MB. By default, V8
 * enlarges both to up to 16 MB, and seldom makes them small again. With this flag, they keep their size. A
 * measurement showed that opening a log of 200,000 events takes no longer with the flag.
 */
const SMALL_YOUNG_GENERATION = '--semi-space-growth-factor=1';

export interface HeapGrowth {
	/** Notes that a transfer is running. Callers call it each time that a part of a file is read or written. */
	noteTransfer(): void;
	/** Ends the timers, so that the settings of V8 no longer change. */
	stop(): void;
}

export interface HeapAccess {
	usedBytes(): number;
	/** Sets a flag of V8 for the whole process. */
	setFlag(flag: string): void;
}

const V8_HEAP: HeapAccess = {
	usedBytes: () => process.memoryUsage().heapUsed,
	setFlag: setFlagsFromString,
};

export function createHeapGrowth(heap: HeapAccess = V8_HEAP): HeapGrowth {
	let transferEnd: NodeJS.Timeout | undefined;
	let growth = AUTOMATIC;

	function adapt(smallHeapPercent: number): void {
		const percent = heap.usedBytes() <= MAX_HEAP_BYTES ? smallHeapPercent : AUTOMATIC;
		if (percent !== growth) heap.setFlag(`--heap-growing-percent=${percent}`);
		growth = percent;
	}

	heap.setFlag(SMALL_YOUNG_GENERATION);
	const check = setInterval(() => {
		if (!transferEnd) adapt(CHAT_PERCENT);
	}, CHECK_MS).unref();

	return {
		noteTransfer() {
			if (transferEnd) {
				transferEnd.refresh();
				return;
			}
			adapt(TRANSFER_PERCENT);
			transferEnd = setTimeout(() => {
				transferEnd = undefined;
				adapt(CHAT_PERCENT);
			}, TRANSFER_END_MS).unref();
		},
		stop() {
			clearInterval(check);
			clearTimeout(transferEnd);
		},
	};
}
