/** Sync state of one connection: the inventory of the peer, the unanswered request, and the feeds to list next. */
import type {HaveFeed} from '../../codec/message-types.js';
import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {createMessagePace, type MessagePace} from '../link/message-rate-limiter.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** Range of one feed in a request. */
export interface RequestedRange {
	/** First requested seq. */
	readonly from: number;
	/** Highest seq that the peer claimed when this node requested the range. */
	readonly claimedSeq: number;
}

/** `want` message of this node that is not completely answered. */
export interface PendingRequest {
	readonly id: number;
	/** Requested ranges by feed, in the order in which the peer answers. */
	readonly ranges: ReadonlyMap<PeerId, RequestedRange>;
	/** Time at which the request was sent, monotonic ms. */
	readonly sentAt: number;
	/** The requested feed whose events arrived last. */
	lastServed: PeerId | undefined;
	/** Bytes of entries that arrived as answer to the request. */
	bytes: number;
	readonly timer: Timer;
}

/** State of one connection. It is kept when sync starts again on the same connection. */
export interface ConnectionState {
	/** Number of digests sent on the connection for which the last page of the answer has not arrived. */
	unansweredDigests: number;
	/** Time of the last digest sent on the connection, monotonic ms. */
	digestAt: number;
	/**
	 * Seq up to which this node has pushed its own feed on the connection, without a gap after the events that the peer
	 * holds.
	 */
	pushedSeq: number;
	readonly pace: MessagePace;
	/**
	 * Answers to digests that are not completely sent: for each answer the feeds of the current bucket, the index of the next
	 * one of them, and the buckets that follow.
	 */
	readonly answers: {feeds: readonly HaveFeed[]; from: number; readonly buckets: number[]}[];
}

export interface SyncLink {
	link: PeerLink;
	/** Highest seq of the feed of this node that the peer is known to hold. */
	acknowledgedSeq: number;
	/**
	 * Highest seq that the peer listed or sent, by feed. It contains feeds of which the peer has more than this node, and
	 * feeds of which this node has not sent a delta since. At most `shareOfFeeds` entries.
	 */
	readonly theirSeqs: Map<PeerId, number>;
	/**
	 * Map from feed to the seq that the peer listed when it connected. It contains only feeds that this node has not
	 * received up to that seq. These events are history. What a peer lists is not verified, so these claims are dropped
	 * when the connection to the peer closes, or the peer does not serve a request.
	 */
	readonly initialSeqs: Map<PeerId, number>;
	/**
	 * Whether pages still describe what the peer held when it connected, because the answer to the first digest is not
	 * complete.
	 */
	isListing: boolean;
	readonly connections: WeakMap<PeerLink, ConnectionState>;
	/** Time from which a digest is due, in monotonic ms; undefined if inventories need not be compared again. */
	compareAt: number | undefined;
	/** Whether this node has received all events that the peer listed when it connected. */
	synced: boolean;
	/** Number of requested events that arrived on this connection. */
	received: number;
	request: PendingRequest | undefined;
	/** Bytes of entries that the peer may still send in answers. A peer that sends more is at fault. */
	requestedBytes: number;
	/** Number of requests that the peer answered late, only in part, or not at all. */
	failures: number;
	/** Whether the peer has answered a request completely. */
	hasServed: boolean;
	/** Moving average of the time that an answer took beyond its transfer time, in ms. */
	delayMs: number;
	/** Time of the last request to the peer, monotonic ms. */
	requestedAt: number;
	/** Feeds to list in the next delta. They include the feed of this node only after a push was skipped. */
	readonly pending: Set<PeerId>;
	/** Whether pushes are skipped because the send queue of the connection was full. */
	pushesPaused: boolean;
	newFeeds: NewFeedWindow;
	/** Number of feeds in each list of this connection: its share of MAX_LISTED_FEEDS. */
	shareOfFeeds(): number;
}

/** Number of feeds that the peer listed within one minute and that were new to this node. */
export interface NewFeedWindow {
	/** Start of the minute, monotonic ms. */
	readonly from: number;
	readonly count: number;
	/** Whether feeds were skipped because of a limit. Inventories are compared again after the minute. */
	readonly overflow: boolean;
}

/**
 * `previous`: earlier state for the same peer, if any. Answers to the requests of the earlier state are still accepted.
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

/** Notes that the peer holds a feed up to `seq`. Returns false if the share of the connection has no place left. */
export function noteTheirSeq({theirSeqs, shareOfFeeds}: SyncLink, feed: PeerId, seq: number): boolean {
	const known = theirSeqs.get(feed);
	if (known === undefined && theirSeqs.size >= shareOfFeeds()) return false;
	theirSeqs.set(feed, Math.max(seq, known ?? 0));
	return true;
}

/** Drops what the peer claimed of a feed beyond `held`, the seq up to which this node holds the feed. */
export function dropClaim({theirSeqs, initialSeqs}: SyncLink, feed: PeerId, held: number): void {
	initialSeqs.delete(feed);
	if ((theirSeqs.get(feed) ?? 0) > held) theirSeqs.delete(feed);
}

/** Forgets what the peer holds of the feeds of which this node holds as much. */
export function dropHeldFeeds({theirSeqs}: SyncLink, inventory: FeedInventory): void {
	for (const [feed, seq] of theirSeqs) if (seq <= inventory.seqOf(feed)) theirSeqs.delete(feed);
}

/** Whether the peer has listed its whole inventory. */
export function hasFullInventory(sync: SyncLink): boolean {
	const isAsked = !sync.isListing || sync.compareAt === undefined;
	return isAsked && connectionState(sync, sync.link).unansweredDigests === 0;
}

/** Notes that the last page of an answer arrived on `link`: the peer has answered one digest. */
export function countAnsweredDigest(sync: SyncLink, link: PeerLink): void {
	const state = connectionState(sync, link);
	state.unansweredDigests = Math.max(0, state.unansweredDigests - 1);
	if (link === sync.link && hasFullInventory(sync)) sync.isListing = false;
}

/** Removes the feeds that are complete or not acceptable from `initialSeqs`. Returns whether none is left. */
export function dropCompleteClaims(sync: SyncLink, inventory: FeedInventory): boolean {
	if (!hasFullInventory(sync)) return false;
	const {initialSeqs} = sync;
	for (const [feed, seq] of initialSeqs) {
		if (inventory.seqOf(feed) < seq && inventory.isAcceptable(feed)) return false;
		initialSeqs.delete(feed);
	}

	return true;
}
