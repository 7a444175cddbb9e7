import {expect, test} from 'vitest';
import {MAX_FILE_HOLDERS, MIN_PART_BYTES} from '../../../source/core/limits.js';
import type {FileId} from '../../../source/core/shared-file.js';
import {createArrivingParts} from '../../../source/network/files/arriving-parts.js';
import {createHolders} from '../../../source/network/files/holders.js';
import type {LinkPipe} from '../../../source/network/files/link-pipe.js';
import {createPartBuffers} from '../../../source/network/files/part-buffers.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

test('parts of one file are requested from at most MAX_FILE_HOLDERS holders at the same time, however fast they are', () => {
	const count = 2 * MAX_FILE_HOLDERS;
	const holders = createHolders(count, () => 0);
	const parts = createArrivingParts({
		self: fakePeerId(0),
		file: 'f'.repeat(64) as FileId,
		size: count * MIN_PART_BYTES,
		holders,
		buffers: createPartBuffers(),
		random: () => 0,
		hasAsked: () => false,
		isMissing: () => true,
		window: () => [0, count],
	});
	const all = Array.from({length: count}, (_, index) => {
		// The rate is so high that it would allow more holders than there are.
		const pipe = {
			link: {peer: fakePeerId(index + 1)},
			rate: 1e9,
			outstandingBytes: 0,
			progressAt: 0,
			sliceBytes: () => MIN_PART_BYTES,
		};
		const holder = holders.add(pipe as unknown as LinkPipe);
		holders.update(holder, true);
		return holder;
	});
	const slices = all.map(holder => parts.nextSlice(holder, 0));
	expect(slices.filter(slice => slice !== undefined)).toHaveLength(MAX_FILE_HOLDERS);
});
