import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {MAX_FILE_BYTES, MAX_FILE_PARTS, MIN_PART_BYTES} from '../../source/core/limits.js';
import {
	addPart,
	clearUnusedBits,
	countParts,
	emptyPartSet,
	fullPartSet,
	hasPart,
	removePart,
} from '../../source/core/part-set.js';
import {isFileId, isFileSize, partCount, partLength, partSize} from '../../source/core/shared-file.js';

const anySize = fc.oneof(fc.integer({min: 0, max: MAX_FILE_BYTES}), fc.integer({min: 0, max: 4 * MIN_PART_BYTES}));

describe('parts of a file', () => {
	test('the parts of a file of any size add up to the file', () => {
		fc.assert(
			fc.property(anySize, size => {
				const count = partCount(size);
				expect(count).toBeLessThanOrEqual(MAX_FILE_PARTS);
				expect(partLength(size, count)).toBe(0);
				expect(partLength(size, -1)).toBe(0);
				if (size === 0) return;
				expect((count - 1) * partSize(size) + partLength(size, count - 1)).toBe(size);
				expect(partLength(size, count - 1)).toBeGreaterThan(0);
			}),
		);
	});

	test('the parts of a file are as small as the maximum number of parts allows', () => {
		expect(partSize(0)).toBe(MIN_PART_BYTES);
		expect(partCount(0)).toBe(0);
		expect(partCount(1)).toBe(1);
		expect(partSize(MIN_PART_BYTES * MAX_FILE_PARTS)).toBe(MIN_PART_BYTES);
		expect(partSize(MIN_PART_BYTES * MAX_FILE_PARTS + 1)).toBe(2 * MIN_PART_BYTES);
		expect(partSize(MAX_FILE_BYTES)).toBe(2 * 1024 * 1024);
		expect(partCount(MAX_FILE_BYTES)).toBe(MAX_FILE_PARTS);
	});

	test('only whole numbers up to the limit are accepted as sizes of files, and only 64 lowercase hexadecimal digits as ids of files', () => {
		expect([0, 1, MAX_FILE_BYTES].every(isFileSize)).toBe(true);
		expect([-1, 0.5, Number.NaN, MAX_FILE_BYTES + 1].some(isFileSize)).toBe(false);
		expect(isFileId('0a'.repeat(32))).toBe(true);
		expect(['0A'.repeat(32), '0a'.repeat(31), `${'0a'.repeat(32)}\n`].some(isFileId)).toBe(false);
	});
});

describe('set of parts', () => {
	test('a set of parts has exactly the parts that were added and not removed', () => {
		const parts = fc.uniqueArray(fc.integer({min: 0, max: 99}));
		fc.assert(
			fc.property(parts, parts, (added, removed) => {
				const set = emptyPartSet(100);
				for (const part of added) addPart(set, part);
				for (const part of removed) removePart(set, part);
				const expected = added.filter(part => !removed.includes(part)).sort((a, b) => a - b);
				expect(Array.from({length: 110}, (_, part) => part).filter(part => hasPart(set, part))).toEqual(expected);
				expect(countParts(set)).toBe(expected.length);
			}),
		);
	});

	test('in a set of parts that contains all parts of a file, the unused bits after the last part are 0', () => {
		for (const count of [0, 1, 7, 8, 9, 16]) {
			expect(countParts(fullPartSet(count))).toBe(count);
			expect(hasPart(fullPartSet(count), count)).toBe(false);
			expect(countParts(clearUnusedBits(emptyPartSet(count).fill(0xff), count))).toBe(count);
		}
	});
});
