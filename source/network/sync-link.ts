import type {PeerId} from '../core/ids.js';
import type {Timer} from './clock.js';
import type {Holdings} from './holdings.js';
import type {PeerLink} from './peer-link.js';

/** A `want` that we sent and that is not fully answered. */
export interface OpenWant {
	readonly id: number;
	/** Feed -> first seq asked for, in the order in which they are answered. */
	readonly ranges: ReadonlyMap<PeerId, number>;
	/** The last feed of which something came. */
	served: PeerId | undefined;
	readonly timer: Timer;
}

/** What anti-entropy knows of one connection. */
export interface SyncLink {
	link: PeerLink;
	/** Highest seq that they said they hold, of each feed they spoke of. */
	readonly theirs: Map<PeerId, number>;
	/** What stood in their first `have`. */
	readonly first: Map<PeerId, number>;
	/** On each connection of the pair, digests that we said and that they have not answered with a last page. */
	readonly unanswered: WeakMap<PeerLink, number>;
	/** We hold all of their first `have`. */
	synced: boolean;
	/** Events received over this connection by asking. */
	received: number;
	want: OpenWant | undefined;
	/** Bytes of entries that it may still send in answers; more was never asked for. */
	allowance: number;
	/** Wants that were not answered in time: asked last. */
	late: number;
	/** Feeds of which to say more. Our own only when a push was left out. */
	readonly pending: Set<PeerId>;
	/** Their queue was full: pushes stopped. */
	behind: boolean;
	/** Feeds new to us that they named in this minute. */
	newFeeds: NamedFeeds;
}

export interface NamedFeeds {
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
		theirs: new Map(),
		first: new Map(),
		unanswered: before?.unanswered ?? new WeakMap(),
		synced: false,
		received: 0,
		want: undefined,
		allowance: before?.allowance ?? 0,
		late: 0,
		pending: new Set(),
		behind: false,
		newFeeds: {from: now, count: 0, overflow: false},
	};
}

/** They said or showed that they hold a feed up to `seq`. */
export function witness(link: SyncLink, peer: PeerId, seq: number): void {
	if (seq > (link.theirs.get(peer) ?? 0)) link.theirs.set(peer, seq);
}

/** Whether they have said all that they hold. */
export function isComplete({unanswered, link}: SyncLink): boolean {
	return (unanswered.get(link) ?? 0) === 0;
}

/** A digest was said on the connection in use (1), or one answered on any (-1). */
export function countDigest({unanswered}: SyncLink, link: PeerLink, change: 1 | -1): void {
	unanswered.set(link, Math.max(0, (unanswered.get(link) ?? 0) + change));
}

/** Whether everything of their first `have` is here, or not welcome. What is, is forgotten. */
export function holdsFirst(sync: SyncLink, holdings: Holdings): boolean {
	if (!isComplete(sync)) return false;
	const {first} = sync;
	for (const [feed, seq] of first) {
		if (holdings.seqOf(feed) < seq && holdings.isWelcome(feed)) return false;
		first.delete(feed);
	}

	return true;
}
