/**
 * Ranges of feeds that peers claim to hold and that this node lacks. This module records them, and when each may be
 * requested (protocol.md, Sync). Claims are not verified. Therefore the table of MAX_MISSING_FEEDS feeds is divided
 * fairly between the addresses of the claiming peers. The module reads no clock. All times are in monotonic ms.
 */
import type {PeerId} from '../../core/event.js';
import {MAX_MISSING_FEEDS} from '../../core/limits.js';
import {prefixGroup} from '../ip-address.js';
import {createFairShare} from '../scheduling/fair-share.js';
import type {FeedInventory} from './feed-inventory.js';

/**
 * State of the request for a range. `none`: it is not requested. `pending`: it is requested, and the answer is not
 * complete. `slow`: like `pending`, but the answer is slow.
 */
export type RangeRequest = 'none' | 'pending' | 'slow';

/** Range that can be requested: all events of a feed from seq `from` on. */
export interface WantedRange {
	readonly feed: PeerId;
	/** First seq of the range: the first that this node lacks. */
	readonly from: number;
	/**
	 * Earliest time of a request. It is in the future if the author may still push the events itself, or if the author
	 * has exceeded its rate limit.
	 */
	readonly notBefore: number;
	readonly request: RangeRequest;
}

/** Facts from other modules that determine which ranges can be requested. */
export interface RequestState {
	/** Highest seq of a feed that this node holds or that waits in the ingest queue. */
	heldSeq(feed: PeerId): number;
	/** Time from which the rate limit accepts further events of the author of this feed. */
	readyAt(feed: PeerId): number;
	requestOf(feed: PeerId): RangeRequest;
}

export interface MissingRanges {
	/** Number of feeds of which this node lacks a range. */
	readonly size: number;
	has(feed: PeerId): boolean;
	/**
	 * Notes a claim of a peer about a feed. Returns false if the table has no place for it: it has MAX_MISSING_FEEDS
	 * feeds, and the owner of the claim already has the most of them. `recheck`: whether the last entry is requested
	 * although this node holds it.
	 */
	noteClaim(claim: Claim, notBefore: number, recheck?: boolean): boolean;
	/** Notes that a feed has been requested. This also ends a `recheck`. */
	markRequested(feed: PeerId): void;
	/**
	 * Lowers the claimed seq of each feed to `highest(feed)`. To be called after a peer has disconnected, because
	 * events that no connected peer claims to hold cannot be requested.
	 */
	recheckSources(feeds: Iterable<PeerId>, highest: (feed: PeerId) => Omit<Claim, 'feed'> | undefined): void;
	/**
	 * Returns the ranges to request, and forgets ranges that have arrived or are not acceptable any more. Examines at
	 * most `limit` feeds. The next call begins with the feed after them.
	 */
	nextRequests(state: RequestState, limit: number): WantedRange[];
	/** Total number of missing events of all feeds. */
	outstanding(): number;
}

/** Claim of a peer that it holds a feed up to `seq`. */
export interface Claim {
	readonly feed: PeerId;
	readonly seq: number;
	/** Owner for whom the claim is counted: the address of the peer (`shareKey`). */
	readonly owner: string;
}

interface MissingRange {
	/** Highest seq of the feed that a connected peer claims to hold. */
	readonly claimedSeq: number;
	readonly notBefore: number;
	/**
	 * Whether the last entry is requested although this node holds it, because a peer has listed another hash for it.
	 */
	readonly recheck: boolean;
}

/**
 * Creates an empty table. Claims about the feed of this node itself are ignored. `onEvicted`: called when the claims
 * about a feed are dropped, because the table is full and another owner needs a place.
 */
export function createMissingRanges(
	self: PeerId,
	inventory: FeedInventory,
	onEvicted: (feed: PeerId, owner: string) => void,
): MissingRanges {
	const missing = new Map<PeerId, MissingRange>();
	const shares = createFairShare<PeerId>(MAX_MISSING_FEEDS, prefixGroup);
	let cursor = missing.entries();

	/** Returns the next feed with its missing range. The first feed follows after the last one. */
	function nextRange(): readonly [PeerId, MissingRange] | undefined {
		const next = cursor.next();
		if (!next.done) return next.value;
		cursor = missing.entries();
		return cursor.next().value;
	}

	function forget(feed: PeerId): void {
		missing.delete(feed);
		shares.delete(feed);
	}

	return {
		get size() {
			return missing.size;
		},
		has: feed => missing.has(feed),
		noteClaim({feed, seq, owner}, notBefore, recheck = false) {
			if (feed === self || (!recheck && seq <= inventory.seqOf(feed)) || !inventory.isAcceptable(feed)) return true;
			const {added, evicted, evictedOwner} = shares.add(feed, owner);
			if (!added) return false;
			if (evicted !== undefined && evictedOwner !== undefined) {
				missing.delete(evicted);
				onEvicted(evicted, evictedOwner);
			}

			const known = missing.get(feed);
			missing.set(feed, {
				claimedSeq: Math.max(seq, known?.claimedSeq ?? 0),
				notBefore: Math.min(notBefore, known?.notBefore ?? notBefore),
				recheck: recheck || (known?.recheck ?? false),
			});
			return true;
		},
		markRequested(feed) {
			const range = missing.get(feed);
			if (range) missing.set(feed, {...range, recheck: false});
		},
		recheckSources(feeds, highest) {
			for (const feed of feeds) {
				const range = missing.get(feed);
				if (!range) continue;
				const claim = highest(feed);
				forget(feed);
				if (!claim || (claim.seq <= inventory.seqOf(feed) && !range.recheck)) continue;
				shares.add(feed, claim.owner);
				missing.set(feed, {...range, claimedSeq: claim.seq});
			}
		},
		nextRequests({heldSeq, readyAt, requestOf}, limit) {
			const wanted: WantedRange[] = [];
			for (let count = Math.min(limit, missing.size); count > 0; count--) {
				const next = nextRange();
				if (!next) break;
				const [feed, range] = next;
				const {claimedSeq, recheck} = range;
				const held = heldSeq(feed);
				const notBefore = Math.max(range.notBefore, readyAt(feed));
				const request = requestOf(feed);
				if (!inventory.isAcceptable(feed)) forget(feed);
				else if (recheck) wanted.push({feed, from: Math.max(1, Math.min(held, claimedSeq)), notBefore, request});
				else if (held < claimedSeq) wanted.push({feed, from: held + 1, notBefore, request});
				else if (inventory.seqOf(feed) >= claimedSeq) forget(feed);
			}

			return wanted;
		},
		outstanding() {
			let count = 0;
			for (const [feed, {claimedSeq}] of missing) count += Math.max(0, claimedSeq - inventory.seqOf(feed));
			return count;
		},
	};
}
