/** What this node holds of every feed, as sync sees it. Made by the session over the log and the feed tips. */
import type {HaveFeed} from '../codec/message.js';
import type {Batch} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';

export interface Holdings {
	/** Highest contiguous seq that we took; 0 if none. */
	seqOf(peer: PeerId): number;
	/** What we say of it: only what is written to the log and may be handed on. */
	have(peer: PeerId): HaveFeed | undefined;
	/** HAVE_BUCKETS times 8 bytes over all that `have` would say. */
	digest(): Uint8Array;
	/** All that `have` would say of the feeds whose first byte is `index`. */
	bucket(index: number): readonly HaveFeed[];
	/** Stored batches from the one that holds `seq` on; not merged across `boundary`. */
	read(peer: PeerId, seq: number, maxBytes: number, boundary: number | undefined): readonly Batch[];
	/** False: frozen by a fork, ignored, or past its limits. Nothing is asked of it. */
	isWelcome(peer: PeerId): boolean;
	/**
	 * False: the feed, the log or the number of events or feeds has reached its limit. Nothing more is taken; of what is
	 * live, nothing more only when the reserve kept for it is full as well.
	 */
	hasRoom(peer: PeerId, live: boolean): boolean;
	/** Somebody in this room named the feed: from now on it may be handed on. */
	named(peer: PeerId): void;
}

/** The bucket of a feed: the first byte of its peer id. */
export function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16);
}
