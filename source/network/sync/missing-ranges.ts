/**
 * Ranges of feeds that peers claim to hold and this node lacks. The module tracks when each range may be requested
 * (protocol.md, Sync). Claims are not verified, so MAX_MISSING_FEEDS is shared fairly between the addresses of the
 * claiming peers. The module reads no clock. All times are in monotonic ms.
 */
import type {PeerId} from '../../core/event.js';
import {MAX_MISSING_FEEDS} from '../../core/limits.js';
import {prefixGroup} from '../ip-address.js';
import {createFairShare} from '../scheduling/fair-share.js';
import type {FeedInventory} from './feed-inventory.js';

/**
 * State of the request for a range. `none`: no request is unanswered. `pending`: a peer has not answered a request
 * completely. `slow`: the same, and its answer is slow.
 */
export type RangeRequest = 'none' | 'pending' | 'slow';

/** Range that can be requested. It reaches from seq `from` to the end of the feed. */
export interface WantedRange {
	readonly feed: PeerId;
	/** First missing seq. */
	readonly from: number;
	/**
	 * Earliest time of a request: later than now if the author may still push the events, or has exceeded its rate limit.
	 */
	readonly notBefore: number;
	readonly request: RangeRequest;
}

/** State of other modules that determines which ranges can be requested. */
export interface RequestState {
	/** Highest seq of a feed that this node holds or has queued for ingest. */
	heldSeq(feed: PeerId): number;
	/** Time from which more events of this feed's author are accepted. */
	readyAt(feed: PeerId): number;
	requestOf(feed: PeerId): RangeRequest;
}

export interface MissingRanges {
	/** Number of feeds with missing ranges. */
	readonly size: number;
	has(feed: PeerId): boolean;
	/**
	 * Notes that a peer claims to hold a feed up to `seq`. Returns false if MAX_MISSING_FEEDS is reached and the owner
	 * of the claim already has the most feeds. `recheck`: request the last entry even if this node holds it.
	 */
	noteClaim(claim: Claim, notBefore: number, recheck?: boolean): boolean;
	/** Notes that a feed is being requested, which also completes a recheck. */
	markRequested(feed: PeerId): void;
	/**
	 * Lowers the claimed seqs of feeds to `highest(feed)` after a peer is lost, because events that no connected peer
	 * claims cannot be requested.
	 */
	recheckSources(feeds: Iterable<PeerId>, highest: (feed: PeerId) => Omit<Claim, 'feed'> | undefined): void;
	/**
	 * Returns the ranges to request, and forgets ranges that have arrived or are not acceptable. Examines at most `limit`
	 * feeds. The next call continues with the feed after them.
	 */
	nextRequests(state: RequestState, limit: number): WantedRange[];
	/** Total number of missing events. */
	outstanding(): number;
}

/** Claim of a peer that it holds a feed up to `seq`. */
export interface Claim {
	readonly feed: PeerId;
	readonly seq: number;
	/** Owner of the share that the claim uses (`shareKey`). */
	readonly owner: string;
}

interface MissingRange {
	/** Highest seq that a peer claims. */
	readonly claimedSeq: number;
	readonly notBefore: number;
	/** Whether to request the last entry although this node holds it, because a peer listed a different hash. */
	readonly recheck: boolean;
}

/**
 * Claims about the feed of this node are ignored. `onEvicted` is called when the claims of a feed are dropped, because
 * the table is full and another owner needs a place.
 */
export function createMissingRanges(
	self: PeerId,
	inventory: FeedInventory,
	onEvicted: (feed: PeerId, owner: string) => void,
): MissingRanges {
	const missing = new Map<PeerId, MissingRange>();
	const shares = createFairShare<PeerId>(MAX_MISSING_FEEDS, prefixGroup);
	let cursor = missing.entries();

	/** Returns the missing range of the next feed. After the last feed, the first one follows. */
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
