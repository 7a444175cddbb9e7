/**
 * Ranges of feeds that other peers claim to hold and this node lacks: when each may be requested, and which part of it is
 * history (protocol.md, Sync). Pure state; all times are monotonic ms.
 */
import type {PeerId} from '../../core/event.js';
import type {FeedInventory} from './feed-inventory.js';

/** A range that can be requested. */
export interface WantedRange {
	readonly feed: PeerId;
	/** First seq of the request. */
	readonly from: number;
	/** No peer is asked before this time: the author is about to push it, or exceeds its rate limit. */
	readonly notBefore: number;
	/** Whether a request for it is open. */
	readonly requested: boolean;
}

/** The state outside of this module that decides which ranges can be requested. */
export interface RequestState {
	/** Highest seq that is held or queued for ingest. */
	heldSeq(feed: PeerId): number;
	/** Time from which on events of this author are admitted. */
	readyAt(feed: PeerId): number;
	isRequested(feed: PeerId): boolean;
}

export interface MissingRanges {
	/** Number of feeds with missing ranges. */
	readonly size: number;
	has(feed: PeerId): boolean;
	/** Notes that a peer holds a feed up to `seq`. `recheck`: request its last entry even if this node holds it. */
	noteClaim(feed: PeerId, seq: number, notBefore: number, recheck?: boolean): void;
	/** Notes that a peer listed a feed up to `seq` first on its connection: up to there it is history. */
	noteHistory(feed: PeerId, seq: number): void;
	isLive(feed: PeerId, seq: number): boolean;
	/** Notes that a feed is requested now, which ends a recheck. */
	markRequested(feed: PeerId): void;
	/** Lowers the claims of these feeds to `highest(feed)`, after a source was lost. What no peer holds is not missing. */
	recheckSources(feeds: Iterable<PeerId>, highest: (feed: PeerId) => number): void;
	/**
	 * Returns ranges to request, and forgets those that have arrived or are not acceptable. Looks at `limit` feeds at most;
	 * the next call continues behind them.
	 */
	nextRequests(state: RequestState, limit: number): WantedRange[];
	/** Number of missing events. */
	outstanding(): number;
}

interface MissingRange {
	/** Highest seq that a peer claims. */
	readonly claimedSeq: number;
	readonly notBefore: number;
	/** The entries of a peer may differ from ours: the last one is requested although this node holds as many. */
	readonly recheck: boolean;
}

/** Claims about the own feed beyond its end are ignored. */
export function createMissingRanges(self: PeerId, inventory: FeedInventory): MissingRanges {
	const missing = new Map<PeerId, MissingRange>();
	/** Highest seq of each feed that is history. */
	const historySeqs = new Map<PeerId, number>();
	let cursor = missing.entries();

	/** Next feed in a round over all of them. */
	function nextRange(): readonly [PeerId, MissingRange] | undefined {
		const next = cursor.next();
		if (!next.done) return next.value;
		cursor = missing.entries();
		return cursor.next().value;
	}

	return {
		get size() {
			return missing.size;
		},
		has: feed => missing.has(feed),
		noteClaim(feed, seq, notBefore, recheck = false) {
			if (feed === self || (!recheck && seq <= inventory.seqOf(feed)) || !inventory.isAcceptable(feed)) return;
			const known = missing.get(feed);
			missing.set(feed, {
				claimedSeq: Math.max(seq, known?.claimedSeq ?? 0),
				notBefore: Math.min(notBefore, known?.notBefore ?? notBefore),
				recheck: recheck || (known?.recheck ?? false),
			});
		},
		noteHistory(feed, seq) {
			historySeqs.set(feed, Math.max(seq, historySeqs.get(feed) ?? 0));
		},
		isLive: (feed, seq) => seq > (historySeqs.get(feed) ?? 0),
		markRequested(feed) {
			const range = missing.get(feed);
			if (range) missing.set(feed, {...range, recheck: false});
		},
		recheckSources(feeds, highest) {
			for (const feed of feeds) {
				const range = missing.get(feed);
				if (!range) continue;
				const claimedSeq = highest(feed);
				if (claimedSeq > inventory.seqOf(feed) || range.recheck) {
					missing.set(feed, {...range, claimedSeq});
					continue;
				}

				missing.delete(feed);
				if (inventory.seqOf(feed) === 0) historySeqs.delete(feed);
			}
		},
		nextRequests({heldSeq, readyAt, isRequested}, limit) {
			const wanted: WantedRange[] = [];
			for (let count = Math.min(limit, missing.size); count > 0; count--) {
				const next = nextRange();
				if (!next) break;
				const [feed, range] = next;
				const {claimedSeq, recheck} = range;
				const held = heldSeq(feed);
				const notBefore = Math.max(range.notBefore, readyAt(feed));
				const requested = isRequested(feed);
				if (!inventory.isAcceptable(feed)) missing.delete(feed);
				else if (recheck) wanted.push({feed, from: Math.max(1, Math.min(held, claimedSeq)), notBefore, requested});
				else if (held < claimedSeq) wanted.push({feed, from: held + 1, notBefore, requested});
				else if (inventory.seqOf(feed) >= claimedSeq) missing.delete(feed);
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
