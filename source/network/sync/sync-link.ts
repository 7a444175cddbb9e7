/** What sync knows about one connection: the inventory of the other end, the open request, and what to send next. */
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** A `want` of this node that is not answered completely. */
export interface PendingRequest {
	readonly id: number;
	/** Feed to first seq, in the order in which they are answered. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** The last feed of which events came. */
	lastServed: PeerId | undefined;
	readonly timer: Timer;
}

export interface SyncLink {
	link: PeerLink;
	/** Highest seq that the other end listed or sent, by feed. */
	readonly theirSeqs: Map<PeerId, number>;
	/** What it listed first, as far as it is still missing here. */
	readonly initialSeqs: Map<PeerId, number>;
	/** Per connection of the pair: number of digests that were sent and not answered with a last page. */
	readonly unansweredDigests: WeakMap<PeerLink, number>;
	/** Whether everything that it listed first is here. */
	synced: boolean;
	/** Number of requested events that came over this connection. */
	received: number;
	request: PendingRequest | undefined;
	/** Bytes of entries that it may still send in answers. More was never requested. */
	requestedBytes: number;
	/** Number of requests that it did not answer in time. */
	timeouts: number;
	/** Feeds to list in the next delta. The own feed only if a push was omitted. */
	readonly pending: Set<PeerId>;
	/** Whether pushes are omitted because its queue was full. */
	pushesPaused: boolean;
	newFeeds: NewFeedWindow;
}

/** The feeds new to this node that the other end listed within one minute. */
export interface NewFeedWindow {
	/** Start of the minute, monotonic ms. */
	readonly from: number;
	readonly count: number;
	/** Whether feeds were passed over. They are compared again when the minute is over. */
	readonly overflow: boolean;
}

/** `previous`: state of the same pair, on this or another connection. Answers that are on their way stay admitted. */
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

/** Notes that the other end holds a feed up to `seq`. */
export function noteTheirSeq({theirSeqs}: SyncLink, feed: PeerId, seq: number): void {
	if (seq > (theirSeqs.get(feed) ?? 0)) theirSeqs.set(feed, seq);
}

/** Whether the other end has listed everything that it holds. */
export function hasFullInventory({unansweredDigests, link}: SyncLink): boolean {
	return (unansweredDigests.get(link) ?? 0) === 0;
}

/** Counts a digest that was sent (1), or one that was answered on any connection of the pair (-1). */
export function countDigest({unansweredDigests}: SyncLink, link: PeerLink, change: 1 | -1): void {
	unansweredDigests.set(link, Math.max(0, (unansweredDigests.get(link) ?? 0) + change));
}

/** Whether everything that the other end listed first is here or not acceptable. Forgets what is. */
export function isCaughtUp(sync: SyncLink, inventory: FeedInventory): boolean {
	if (!hasFullInventory(sync)) return false;
	const {initialSeqs} = sync;
	for (const [feed, seq] of initialSeqs) {
		if (inventory.seqOf(feed) < seq && inventory.isAcceptable(feed)) return false;
		initialSeqs.delete(feed);
	}

	return true;
}
