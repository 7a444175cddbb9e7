/**
 * Sync state of one connected peer: what the peer holds, the unanswered request to it, and the feeds to list to it
 * next.
 */
import type {HaveFeed} from '../../codec/message-types.js';
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {createMessagePace, type MessagePace} from '../link/message-rate-limiter.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** Range of one feed in a request: all events from `from` on. */
export interface RequestedRange {
	/** First requested seq. */
	readonly from: number;
	/** Highest seq of the feed that the peer claimed to hold when this node requested the range. */
	readonly claimedSeq: number;
}

/** Request of this node (`want` message) whose answer is not complete. */
export interface PendingRequest {
	readonly id: number;
	/** Requested ranges by feed. The peer answers them in this order. */
	readonly ranges: ReadonlyMap<PeerId, RequestedRange>;
	/** Time at which the request was sent, in monotonic ms. */
	readonly sentAt: number;
	/** Requested feed whose events arrived last. Undefined if none have arrived. */
	lastServed: PeerId | undefined;
	/** Number of bytes of entries that have arrived as the answer to the request. */
	bytes: number;
	readonly timer: Timer;
}

/** State of one connection to the peer. It is kept when sync starts again on the same connection. */
export interface ConnectionState {
	/** Number of digests that this node has sent on the connection and whose answer is not complete. */
	unansweredDigests: number;
	/** Time of the last digest that was sent on the connection, in monotonic ms. */
	digestAt: number;
	/**
	 * Seq up to which this node has pushed its own feed on the connection. There is no gap between these events and
	 * those that the peer held before.
	 */
	pushedSeq: number;
	readonly pace: MessagePace;
	/**
	 * Answers to digests of the peer that are not completely sent. `feeds`: feeds of the current bucket. `from`: index
	 * of the next of these feeds. `buckets`: the buckets that follow.
	 */
	readonly answers: {feeds: readonly HaveFeed[]; from: number; readonly buckets: number[]}[];
}

export interface SyncLink {
	link: PeerLink;
	/** Highest seq of the feed of this node that the peer is known to hold. */
	acknowledgedSeq: number;
	/**
	 * Highest seq of each feed that the peer has listed or sent. Contains only two kinds of feeds: those of which the
	 * peer has more than this node, and those that this node has not listed to the peer since. At most `shareOfFeeds`
	 * feeds.
	 */
	readonly theirSeqs: Map<PeerId, number>;
	/**
	 * Seq of each feed that the peer listed when it connected. The events up to this seq are history. Contains only
	 * feeds that this node has not received up to this seq. The lists of a peer are not verified. Therefore these
	 * claims are dropped when the peer disconnects or does not serve a request.
	 */
	readonly initialSeqs: Map<PeerId, number>;
	/**
	 * Whether the peer is still listing what it held when it connected. True until its answer to the first digest of
	 * this node is complete.
	 */
	isListing: boolean;
	readonly connections: WeakMap<PeerLink, ConnectionState>;
	/** Time from which a digest must be sent, in monotonic ms. Undefined if none must be sent. */
	compareAt: number | undefined;
	/** Whether this node has received all events that the peer listed when it connected. */
	synced: boolean;
	/** Number of requested events that have arrived from the peer on this connection. */
	received: number;
	request: PendingRequest | undefined;
	/** Bytes of entries that the peer may still send as answers. If it sends more, it is at fault. */
	requestedBytes: number;
	/** Number of failed requests: the answer of the peer was late or incomplete, or there was none. */
	failures: number;
	/** Whether the peer has answered a request completely. */
	hasServed: boolean;
	/** Moving average of the delay of the answers of the peer, without the time for their transfer, in ms. */
	delayMs: number;
	/** Time of the last request to the peer, in monotonic ms. */
	requestedAt: number;
	/**
	 * Feeds to list in the next delta (message about changed feeds). Contains the feed of this node only if a push of
	 * it was skipped.
	 */
	readonly pending: Set<PeerId>;
	/**
	 * Whether new events of this node are not pushed to the peer, because the send queue of the connection was full.
	 */
	pushesPaused: boolean;
	newFeeds: NewFeedWindow;
	/** Maximum number of feeds in each list of this state: the share of this peer in MAX_LISTED_FEEDS. */
	shareOfFeeds(): number;
}

/** Count of the feeds that were new to this node and that the peer listed within one minute. */
export interface NewFeedWindow {
	/** Start of the minute, in monotonic ms. */
	readonly from: number;
	readonly count: number;
	/** Whether feeds were ignored because of a limit. Then the inventories are compared again after the minute. */
	readonly overflow: boolean;
}

/**
 * Creates the state of a connected peer. `previous`: its state on an earlier connection. Answers to requests of that
 * connection are still accepted.
 */
export function createSyncLink(link: PeerLink, now: number, shareOfFeeds: () => number, previous?: SyncLink): SyncLink {
	return {
		link,
		shareOfFeeds,
		acknowledgedSeq: 0,
		theirSeqs: new Map(),
		initialSeqs: new Map(previous?.initialSeqs),
		isListing: true,
		connections: previous?.connections ?? new WeakMap(),
		compareAt: undefined,
		synced: false,
		received: 0,
		request: undefined,
		requestedBytes: previous?.requestedBytes ?? 0,
		failures: 0,
		hasServed: previous?.hasServed ?? false,
		delayMs: 0,
		requestedAt: Number.NEGATIVE_INFINITY,
		pending: new Set(),
		pushesPaused: false,
		newFeeds: {from: now, count: 0, overflow: false},
	};
}

export function connectionState({connections}: SyncLink, link: PeerLink): ConnectionState {
	const known = connections.get(link);
	if (known) return known;
	const state: ConnectionState = {
		unansweredDigests: 0,
		digestAt: Number.NEGATIVE_INFINITY,
		pushedSeq: 0,
		pace: createMessagePace(),
		answers: [],
	};
	connections.set(link, state);
	return state;
}

/** Notes that the peer holds a feed up to `seq`. Returns false if the list of the peer is full (`shareOfFeeds`). */
export function noteTheirSeq({theirSeqs, shareOfFeeds}: SyncLink, feed: PeerId, seq: number): boolean {
	const known = theirSeqs.get(feed);
	if (known === undefined && theirSeqs.size >= shareOfFeeds()) return false;
	theirSeqs.set(feed, Math.max(seq, known ?? 0));
	return true;
}

/** Drops the claim of the peer to hold more of a feed than `held`, the seq up to which this node holds the feed. */
export function dropClaim({theirSeqs, initialSeqs}: SyncLink, feed: PeerId, held: number): void {
	initialSeqs.delete(feed);
	if ((theirSeqs.get(feed) ?? 0) > held) theirSeqs.delete(feed);
}

/** Forgets what the peer holds of feeds of which this node holds at least as much. */
export function dropHeldFeeds({theirSeqs}: SyncLink, inventory: FeedInventory): void {
	for (const [feed, seq] of theirSeqs) if (seq <= inventory.seqOf(feed)) theirSeqs.delete(feed);
}

/** Whether the peer has listed its whole inventory. */
export function hasFullInventory(sync: SyncLink): boolean {
	const isAsked = !sync.isListing || sync.compareAt === undefined;
	return isAsked && connectionState(sync, sync.link).unansweredDigests === 0;
}

/**
 * Notes that a digest of this node is completely answered. To be called when the last page of an answer has arrived on
 * `link`.
 */
export function countAnsweredDigest(sync: SyncLink, link: PeerLink): void {
	const state = connectionState(sync, link);
	state.unansweredDigests = Math.max(0, state.unansweredDigests - 1);
	if (link === sync.link && hasFullInventory(sync)) sync.isListing = false;
}

/**
 * Removes the feeds from `initialSeqs` that are complete on this node or not acceptable. Returns whether no feed is
 * left.
 */
export function dropCompleteClaims(sync: SyncLink, inventory: FeedInventory): boolean {
	if (!hasFullInventory(sync)) return false;
	const {initialSeqs} = sync;
	for (const [feed, seq] of initialSeqs) {
		if (inventory.seqOf(feed) < seq && inventory.isAcceptable(feed)) return false;
		initialSeqs.delete(feed);
	}

	return true;
}
