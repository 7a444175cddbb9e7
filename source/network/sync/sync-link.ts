import type {Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** A `want` that we sent and that is not fully answered. */
export interface PendingRequest {
	readonly id: number;
	/** Feed -> first seq asked for, in the order in which they are answered. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** The last feed of which something came. */
	lastServed: PeerId | undefined;
	readonly timer: Timer;
}

/** What anti-entropy knows of one connection. */
export interface SyncLink {
	link: PeerLink;
	/** Highest seq that they said they hold, of each feed they spoke of. */
	readonly theirSeqs: Map<PeerId, number>;
	/** What stood in their first `have`. */
	readonly initialSeqs: Map<PeerId, number>;
	/** On each connection of the pair, digests that we said and that they have not answered with a last page. */
	readonly unansweredDigests: WeakMap<PeerLink, number>;
	/** We hold all of their first `have`. */
	synced: boolean;
	/** Events received over this connection by asking. */
	received: number;
	request: PendingRequest | undefined;
	/** Bytes of entries that it may still send in answers; more was never asked for. */
	requestedBytes: number;
	/** Wants that were not answered in time: asked last. */
	timeouts: number;
	/** Feeds of which to say more. Our own only when a push was left out. */
	readonly pending: Set<PeerId>;
	/** Their queue was full: pushes stopped. */
	pushesPaused: boolean;
	/** Feeds new to us that they named in this minute. */
	newFeeds: NewFeedWindow;
}

export interface NewFeedWindow {
	/** Start of the minute, monotonic ms. */
	readonly from: number;
	readonly count: number;
	/** Some were passed over: to be asked for anew when the minute is over. */
	readonly overflow: boolean;
}

/** `before`: of the same pair, on another connection or on this one: what is under way is not forgotten. */
export function createSyncLink(link: PeerLink, now: number, before?: SyncLink): SyncLink {
	return {
		link,
		theirSeqs: new Map(),
		initialSeqs: new Map(),
		unansweredDigests: before?.unansweredDigests ?? new WeakMap(),
		synced: false,
		received: 0,
		request: undefined,
		requestedBytes: before?.requestedBytes ?? 0,
		timeouts: 0,
		pending: new Set(),
		pushesPaused: false,
		newFeeds: {from: now, count: 0, overflow: false},
	};
}

/** They said or showed that they hold a feed up to `seq`. */
export function noteTheirSeq(link: SyncLink, peer: PeerId, seq: number): void {
	if (seq > (link.theirSeqs.get(peer) ?? 0)) link.theirSeqs.set(peer, seq);
}

/** Whether they have said all that they hold. */
export function hasFullInventory({unansweredDigests, link}: SyncLink): boolean {
	return (unansweredDigests.get(link) ?? 0) === 0;
}

/** A digest was said on the connection in use (1), or one answered on any (-1). */
export function countDigest({unansweredDigests: unanswered}: SyncLink, link: PeerLink, change: 1 | -1): void {
	unanswered.set(link, Math.max(0, (unanswered.get(link) ?? 0) + change));
}

/** Whether everything of their first `have` is here, or not welcome. What is, is forgotten. */
export function isCaughtUp(sync: SyncLink, holdings: FeedInventory): boolean {
	if (!hasFullInventory(sync)) return false;
	const {initialSeqs} = sync;
	for (const [feed, seq] of initialSeqs) {
		if (holdings.seqOf(feed) < seq && holdings.isAcceptable(feed)) return false;
		initialSeqs.delete(feed);
	}

	return true;
}
