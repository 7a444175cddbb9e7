import {expect, test} from 'vitest';
import {MAX_WANTED_FILE_BYTES} from '../../../source/core/limits.js';
import {MAX_PART_BYTES} from '../../../source/core/shared-file.js';
import {createPartBuffers} from '../../../source/network/files/part-buffers.js';

const LENGTH = 128 * 1024;

test('the memory of a released part is used for the next part of the same length', () => {
	const buffers = createPartBuffers();
	for (let count = 0; count < 3; count++) buffers.reserve(LENGTH);
	const first = buffers.take(LENGTH);
	buffers.release(LENGTH, first);
	expect(buffers.take(LENGTH) === first).toBe(true);
	expect(buffers.take(LENGTH) === first).toBe(false);
});

test('memory that is released without its part, for example because it is still being written, is not used again', () => {
	const buffers = createPartBuffers();
	for (let count = 0; count < 3; count++) buffers.reserve(LENGTH);
	const first = buffers.take(LENGTH);
	buffers.release(LENGTH);
	expect(buffers.take(LENGTH) === first).toBe(false);
});

test('at most MAX_WANTED_FILE_BYTES are reserved, and twice the longest part is kept for later parts', () => {
	const buffers = createPartBuffers();
	const count = MAX_WANTED_FILE_BYTES / LENGTH;
	for (let part = 0; part < count; part++) expect(buffers.reserve(LENGTH)).toBe(true);
	expect(buffers.reserve(1)).toBe(false);
	const parts = Array.from({length: count - 1}, () => buffers.take(LENGTH));
	for (const part of parts) buffers.release(LENGTH, part);
	const again = parts.map(() => buffers.take(LENGTH));
	expect(again.filter(part => parts.includes(part))).toHaveLength((2 * MAX_PART_BYTES) / LENGTH);
});

test('no memory is kept when nothing is reserved, or for parts of another length', () => {
	const buffers = createPartBuffers();
	buffers.reserve(LENGTH);
	const first = buffers.take(LENGTH);
	buffers.release(LENGTH, first);
	buffers.reserve(LENGTH);
	buffers.reserve(2 * LENGTH);
	expect(buffers.take(LENGTH) === first).toBe(false);
	expect(buffers.take(2 * LENGTH)).toHaveLength(2 * LENGTH);
});
