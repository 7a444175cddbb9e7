import {expect, it, vi} from 'vitest';
import type {FileId} from '../../../source/core/shared-file.js';
import {createLinkPipe} from '../../../source/network/files/link-pipe.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';

it('a slice of a file that arrives counts as work that this node requested only if the node has requested the slice, and only the first time', () => {
	const noteWanted = vi.fn();
	const pipe = createLinkPipe({send: () => true, noteWanted} as unknown as PeerLink, () => 30);
	const slice = {file: 'f'.repeat(64) as FileId, part: 0, offset: 0, length: 16_384};
	expect(pipe.answered(1, 16_384, 0)).toBeUndefined();
	expect(noteWanted).not.toHaveBeenCalled();
	pipe.want(slice, 0);
	expect(pipe.answered(1, 16_384, 5)).toEqual(slice);
	expect(pipe.answered(1, 16_384, 6)).toBeUndefined();
	expect(noteWanted).toHaveBeenCalledTimes(1);
});
