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

	test('from the first part of a transfer until two seconds after the last part, the heap may grow by 200 % before garbage is collected', () => {
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

	test('a transfer does not change the growth of a heap that is large already', () => {
		const heap = heapOf(65 * MIB);
		createHeapGrowth(heap).noteTransfer();
		expect(heap.settings).toEqual([]);
	});

	test('V8 in this version of Node has the flag --heap-growing-percent, with which the program sets the growth of the heap', () => {
		expect(execFileSync(process.execPath, ['--v8-options'], {encoding: 'utf8'})).toContain('--heap-growing-percent ');
	});
});
