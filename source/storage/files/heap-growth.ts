/**
 * Sets how much memory V8 uses beyond what the program needs. V8 collects the whole heap when the heap has grown by a factor
 * that V8 computes itself. This factor is wrong for this program in two cases:
 *
 * - V8 counts the bytes of received and sent parts of files as heap. During a transfer it collects the whole heap about every
 *   13 MB, which takes up to 40 % of the processor time of the transfer (performance.md, row 15).
 * - A node in a small room keeps the garbage of many screens: after six minutes of chat, 146 MB resident, of which a
 *   collection gave back 57 MB (performance.md, row 12).
 */
import {setFlagsFromString} from 'node:v8';

/**
 * Growth of the heap, in percent, after which V8 collects it during a transfer. A larger value costs more memory. The
 * target is that a transfer takes at most 64 MiB more than an idle node (performance.md, row 15).
 */
const TRANSFER_PERCENT = 200;
/** Growth of a small heap, in percent, after which V8 collects it without a transfer. A smaller value costs more processor time. */
const CHAT_PERCENT = 30;
/** With this value, V8 computes the growth itself. */
const AUTOMATIC = 0;
/** Largest heap in bytes to which TRANSFER_PERCENT and CHAT_PERCENT apply. V8 collects a larger heap less often by default. */
const MAX_HEAP_BYTES = 64 * 1024 * 1024;
/** Time in ms without a read or written part after which a transfer counts as over. */
const TRANSFER_END_MS = 2000;
/** Time in ms between two looks at the size of the heap. Opening a log or receiving a history takes less time. */
const CHECK_MS = 60_000;
/**
 * New objects are created in two areas of at first 1 MB each. By default V8 enlarges both areas up to 16 MB and seldom makes them
 * small again. With this flag they keep their size, which made opening a log of 200,000 events no slower.
 */
const SMALL_YOUNG_GENERATION = '--semi-space-growth-factor=1';

export interface HeapGrowth {
	/** To be called when a part of a file is read or written. */
	noteTransfer(): void;
	/** Ends the timers. */
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
