import {expect, test} from 'vitest';
import {MAX_SERVED_CACHE_BYTES} from '../../../source/core/limits.js';
import {type FileId, LEAF_BYTES, partCount, partLength} from '../../../source/core/shared-file.js';
import {createPartCache} from '../../../source/network/files/part-cache.js';

test('peers that request every part of a large file make a node keep at most MAX_SERVED_CACHE_BYTES of these parts in memory', async () => {
	const size = 4 * MAX_SERVED_CACHE_BYTES;
	const count = partCount(size);
	let reads = 0;
	const content = {
		id: 'f'.repeat(64) as FileId,
		size,
		have: true as const,
		leaves: async () => new Uint8Array(count * LEAF_BYTES),
		async read(part: number) {
			reads++;
			return new Uint8Array(partLength(size, part));
		},
	};
	const cache = createPartCache(() => new Uint8Array(LEAF_BYTES));
	for (let part = 0; part < count; part++) await cache.read(content, part);
	expect(reads).toBe(count);
	// The newest parts are read from memory, the older ones from the disk again.
	const kept = Math.floor(MAX_SERVED_CACHE_BYTES / partLength(size, 0));
	for (let part = count - kept; part < count; part++) await cache.read(content, part);
	expect(reads).toBe(count);
	for (let part = 0; part < count - kept; part++) await cache.read(content, part);
	expect(reads).toBe(2 * count - kept);
});
