/** Sync state of one connection: the inventory of the peer, the unanswered request, and the feeds to list next. */
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** `want` message of this node that is not completely answered. */
export interface PendingRequest {
	readonly id: number;
	/** Map from feed to first requested seq, in the order in which the peer answers. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** Requested feed of which events arrived last. */
	lastServed: PeerId | undefined;
	readonly timer: Timer;
}

export interface SyncLink {
	link: PeerLink;
	/** Highest seq that the peer listed or sent, by feed. */
	readonly theirSeqs: Map<PeerId, number>;
	/** Map from feed to the seq that the peer listed when it connected, for feeds not yet received up to there. */
	readonly initialSeqs: Map<PeerId, number>;
	/** Number of digests sent on each connection to the peer that it has not answered with a last page. */
	readonly unansweredDigests: WeakMap<PeerLink, number>;
	/** Whether this node has received all events that the peer listed when it connected. */
	synced: boolean;
	/** Number of requested events that arrived on this connection. */
	received: number;
	request: PendingRequest | undefined;
	/** Bytes of entries that the peer may still send in answers. A peer that sends more is at fault. */
	requestedBytes: number;
	/** Number of requests that the peer did not answer in time. */
	timeouts: number;
	/** Feeds to list in the next delta. They include the own feed only after a push was skipped. */
	readonly pending: Set<PeerId>;
	/** Whether pushes are skipped because the send queue of the connection was full. */
	pushesPaused: boolean;
	newFeeds: NewFeedWindow;
}

/** Count of the feeds, new to this node, that the peer listed within one minute. */
export interface NewFeedWindow {
	/** Start of the minute, monotonic ms. */
	readonly from: number;
	readonly count: number;
	/** Whether feeds were skipped because of a limit. Inventories are compared again after the minute. */
	readonly overflow: boolean;
}

/** `previous`: earlier state for the same peer, if any. Answers to its requests are still accepted. */
export function createSyncLink(link: PeerLink, now: number, previous?: SyncLink): SyncLink {
	return {
		link,
		theirSeqs: new Map(),
		initialSeqs: new Map(),
		unansweredDigests: previous?.unansweredDigests ?? new WeakMap(),
		synced: false,
		received: 0,
		request: undefined,
		requestedBytes: previous?.requestedBytes ?? 0,
		timeouts: 0,
		pending: new Set(),
		pushesPaused: false,
		newFeeds: {from: now, count: 0, overflow: false},
	};
}

/** Notes that the peer holds a feed up to `seq`. */
export function noteTheirSeq({theirSeqs}: SyncLink, feed: PeerId, seq: number): void {
	if (seq > (theirSeqs.get(feed) ?? 0)) theirSeqs.set(feed, seq);
}

/** Whether the peer has listed its whole inventory. */
export function hasFullInventory({unansweredDigests, link}: SyncLink): boolean {
	return (unansweredDigests.get(link) ?? 0) === 0;
}

/** Counts a digest that this node sent on `link` (`change` 1) or that the peer answered on it (`change` -1). */
export function countDigest({unansweredDigests}: SyncLink, link: PeerLink, change: 1 | -1): void {
	unansweredDigests.set(link, Math.max(0, (unansweredDigests.get(link) ?? 0) + change));
}

/** Whether this node has all acceptable events in `initialSeqs`. Removes feeds that are complete or not acceptable. */
export function isCaughtUp(sync: SyncLink, inventory: FeedInventory): boolean {
	if (!hasFullInventory(sync)) return false;
	const {initialSeqs} = sync;
	for (const [feed, seq] of initialSeqs) {
		if (inventory.seqOf(feed) < seq && inventory.isAcceptable(feed)) return false;
		initialSeqs.delete(feed);
	}

	return true;
}
