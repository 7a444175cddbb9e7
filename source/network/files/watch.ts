/** Watch on a file that is complete on this computer: which peers have it too. */
import type {PeerId} from '../../core/event.js';
import type {NamedFile} from '../../core/file-content.js';
import {emptyPartSet} from '../../core/part-set.js';
import {partCount} from '../../core/shared-file.js';
import type {Fetch} from './fetch.js';
import {createHolders} from './holders.js';

/** Same methods as a fetch, of which those about parts have no effect. */
export function createWatch(
	file: NamedFile,
	{state, path}: {readonly state: 'sharing' | 'done'; readonly path?: string | undefined},
	now: () => number,
	changed: () => void,
): Fetch {
	const holders = createHolders(partCount(file.size), now);
	const holderAsked = (peer: PeerId, id: number) => {
		const holder = holders.of(peer);
		return holder?.askId === id ? holder : undefined;
	};

	return {
		file,
		isFetching: false,
		isActive: false,
		start: changed,
		connected: pipe => void holders.add(pipe),
		disconnected(peer) {
			if (holders.of(peer)) changed();
			holders.remove(peer);
		},
		question: peer => (holders.of(peer)?.askId === undefined ? {leaves: false} : undefined),
		asked(peer, id) {
			const holder = holders.of(peer);
			if (holder) holder.askId = id;
		},
		info(peer, {id, have}) {
			const holder = holderAsked(peer, id);
			if (!holder) return;
			holders.update(holder, have);
			changed();
		},
		none(peer, id) {
			const holder = holderAsked(peer, id);
			if (holder) holders.update(holder, emptyPartSet(partCount(file.size)));
		},
		nextSlice: () => undefined,
		receive() {},
		refused() {},
		silent() {},
		tick() {},
		hasAll: peer => holders.of(peer)?.isComplete ?? false,
		content: () => undefined,
		transfer: () => ({
			id: file.id,
			name: file.name,
			state,
			bytes: file.size,
			of: file.size,
			holders: holders.count(),
			completeHolders: holders.countComplete(),
			...(path !== undefined && {path}),
		}),
		cancel() {},
		async close() {},
	};
}
