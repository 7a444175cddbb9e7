import {execFileSync} from 'node:child_process';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {createHeapGrowth} from '../../../source/storage/files/heap-growth.js';

const MIB = 1024 * 1024;

function heapOf(usedBytes: number) {
	const settings: number[] = [];
	return {settings, usedBytes: () => usedBytes, setGrowth: (percent: number) => void settings.push(percent)};
}

describe('growth of the heap during transfers', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test('the heap may grow more from the first part until two seconds after the last part', () => {
		const heap = heapOf(12 * MIB);
		const growth = createHeapGrowth(heap);
		growth.noteTransfer();
		expect(heap.settings).toEqual([200]);
		for (let part = 0; part < 5; part++) {
			vi.advanceTimersByTime(1500);
			growth.noteTransfer();
		}
		expect(heap.settings).toEqual([200]);
		vi.advanceTimersByTime(1999);
		expect(heap.settings).toEqual([200]);
		vi.advanceTimersByTime(1);
		expect(heap.settings).toEqual([200, 0]);
		growth.noteTransfer();
		expect(heap.settings).toEqual([200, 0, 200]);
	});

	test('the growth of a large heap stays as V8 computes it', () => {
		const heap = heapOf(65 * MIB);
		createHeapGrowth(heap).noteTransfer();
		expect(heap.settings).toEqual([]);
	});

	test('this version of V8 knows the flag', () => {
		expect(execFileSync(process.execPath, ['--v8-options'], {encoding: 'utf8'})).toContain('--heap-growing-percent ');
	});
});
