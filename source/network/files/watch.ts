/**
 * Record of the connected peers that have one file. A file that is complete on this computer needs only this record. A
 * fetch also needs the state of its arriving parts (fetch.ts).
 */
import type {FileInfoMessage} from '../../codec/message-types.js';
import type {PeerId} from '../../core/event.js';
import type {NamedFile} from '../../core/file-content.js';
import type {FileTransfer} from '../../core/file-transfer.js';
import {emptyPartSet} from '../../core/part-set.js';
import {partCount} from '../../core/shared-file.js';
import {createHolders} from './holders.js';
import type {LinkPipe} from './link-pipe.js';

export interface HolderWatch {
	readonly file: NamedFile;
	/** To be called once, after `connected` was called for all peers that are connected already. */
	start(): void;
	connected(pipe: LinkPipe): void;
	disconnected(peer: PeerId): void;
	/** Flag `leaves` of the `file-ask` that must be sent to the peer now. Undefined if no `file-ask` must be sent. */
	question(peer: PeerId): {readonly leaves: boolean} | undefined;
	asked(peer: PeerId, id: number, leaves: boolean): void;
	info(peer: PeerId, message: FileInfoMessage): void;
	/** To be called when the peer has answered a `file-ask` with `file-none`. */
	none(peer: PeerId, id: number): void;
	/** Whether the peer is known to have the whole file. */
	hasAll(peer: PeerId): boolean;
	transfer(): Omit<FileTransfer, 'sentBytes'>;
}

/** Creates a watch on a file that is complete on this computer. It records which peers have the file too. */
export function createWatch(
	file: NamedFile,
	{state, path}: {readonly state: 'sharing' | 'done'; readonly path?: string | undefined},
	now: () => number,
	changed: () => void,
): HolderWatch {
	const holders = createHolders(partCount(file.size), now);
	const holderAsked = (peer: PeerId, id: number) => {
		const holder = holders.of(peer);
		return holder?.askId === id ? holder : undefined;
	};

	return {
		file,
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
		hasAll: peer => holders.of(peer)?.isComplete ?? false,
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
	};
}
