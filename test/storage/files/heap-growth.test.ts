import {execFileSync} from 'node:child_process';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {createHeapGrowth} from '../../../source/storage/files/heap-growth.js';

const MIB = 1024 * 1024;

const [TRANSFER, CHAT, AUTOMATIC] = [400, 30, 0].map(percent => `--heap-growing-percent=${percent}`);

/** A heap that records the flags which are set after its creation. */
function createHeap(usedBytes: number) {
	const flags: string[] = [];
	const access = {usedBytes, flags, setFlag: (flag: string) => void flags.push(flag)};
	const growth = createHeapGrowth({usedBytes: () => access.usedBytes, setFlag: access.setFlag});
	expect(flags.splice(0)).toEqual(['--semi-space-growth-factor=1']);
	return {access, flags, growth};
}

describe('growth of the heap', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test('the heap may grow more from the first part of a transfer until two seconds after the last part', () => {
		const {flags, growth} = createHeap(12 * MIB);
		growth.noteTransfer();
		expect(flags).toEqual([TRANSFER]);
		for (let part = 0; part < 5; part++) {
			vi.advanceTimersByTime(1500);
			growth.noteTransfer();
		}
		expect(flags).toEqual([TRANSFER]);
		vi.advanceTimersByTime(1999);
		expect(flags).toEqual([TRANSFER]);
		vi.advanceTimersByTime(1);
		expect(flags).toEqual([TRANSFER, CHAT]);
		growth.noteTransfer();
		expect(flags).toEqual([TRANSFER, CHAT, TRANSFER]);
	});

	test('a transfer that takes longer than a minute keeps its growth', () => {
		const {flags, growth} = createHeap(12 * MIB);
		for (let part = 0; part < 130; part++) {
			growth.noteTransfer();
			vi.advanceTimersByTime(1000);
		}
		expect(flags).toEqual([TRANSFER]);
	});

	test('V8 computes the growth in the first minute, and then while the heap is large', () => {
		const {access, flags} = createHeap(12 * MIB);
		vi.advanceTimersByTime(59_999);
		expect(flags).toEqual([]);
		vi.advanceTimersByTime(1);
		expect(flags).toEqual([CHAT]);
		access.usedBytes = 65 * MIB;
		vi.advanceTimersByTime(180_000);
		expect(flags).toEqual([CHAT, AUTOMATIC]);
		access.usedBytes = 60 * MIB;
		vi.advanceTimersByTime(60_000);
		expect(flags).toEqual([CHAT, AUTOMATIC, CHAT]);
	});

	test('a transfer leaves the growth of a large heap as V8 computes it', () => {
		const {flags, growth} = createHeap(65 * MIB);
		growth.noteTransfer();
		vi.advanceTimersByTime(120_000);
		expect(flags).toEqual([]);
	});

	test('a stopped object changes nothing', () => {
		const {flags, growth} = createHeap(12 * MIB);
		growth.noteTransfer();
		growth.stop();
		vi.advanceTimersByTime(120_000);
		expect(flags).toEqual([TRANSFER]);
	});

	test('this version of V8 knows both flags', () => {
		const known = execFileSync(process.execPath, ['--v8-options'], {encoding: 'utf8'});
		expect(known).toContain('--heap-growing-percent ');
		expect(known).toContain('--semi-space-growth-factor ');
	});
});
