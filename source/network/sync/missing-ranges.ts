/**
 * What others say they hold of each feed and we do not, from when on to ask for it, and what of it is history (design.md,
 * 3, Sync). Pure but for what it remembers. Times in monotonic ms.
 */
import type {PeerId} from '../../core/event.js';
import type {FeedInventory} from './feed-inventory.js';

interface MissingRange {
	/** The highest that anybody says. */
	readonly claimed: number;
	readonly notBefore: number;
	/** Somebody's entries may differ from ours: to be fetched although we hold as many. */
	readonly recheck: boolean;
}

/** What else decides what may be asked for. */
export interface RequestState {
	/** Highest seq that we hold or that waits to be taken. */
	held(feed: PeerId): number;
	/** From when on more of its author may be taken. */
	readyAt(feed: PeerId): number;
	isRequested(feed: PeerId): boolean;
}

export interface MissingRanges {
	/** Feeds that are missing. */
	readonly size: number;
	has(feed: PeerId): boolean;
	/** Somebody holds it up to `seq`. `recheck`: ask also if we do. */
	noteClaim(feed: PeerId, seq: number, notBefore: number, recheck?: boolean): void;
	/** It stood in somebody's first `have`: up to here it is history. */
	noteHistory(feed: PeerId, seq: number): void;
	isLive(feed: PeerId, seq: number): boolean;
	/** It is asked for now: a comparison need not be asked for again. */
	markRequested(feed: PeerId): void;
	/** A source of these is gone or gave nothing: what nobody holds any more is not missing. `highest`: still claimed. */
	recheckSources(feeds: Iterable<PeerId>, highest: (feed: PeerId) => number): void;
	/**
	 * What to ask for; what is here by now, or not welcome, is forgotten. Looks at `limit` claims at most, the next time at
	 * those behind them.
	 */
	nextRequests(state: RequestState, limit: number): WantedRange[];
	/** Events that are claimed and not here. */
	outstanding(): number;
}

/** Claims about our own feed beyond what we wrote are ignored. */
export function createMissingRanges(self: PeerId, holdings: FeedInventory): MissingRanges {
	const missing = new Map<PeerId, MissingRange>();
	/** Highest seq of any first `have`. */
	const history = new Map<PeerId, number>();
	let cursor = missing.entries();

	/** All of them in turn, for ever. */
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
			if (feed === self || (!recheck && seq <= holdings.seqOf(feed)) || !holdings.isAcceptable(feed)) return;
			const known = missing.get(feed);
			missing.set(feed, {
				claimed: Math.max(seq, known?.claimed ?? 0),
				notBefore: Math.min(notBefore, known?.notBefore ?? notBefore),
				recheck: recheck || (known?.recheck ?? false),
			});
		},
		noteHistory(feed, seq) {
			history.set(feed, Math.max(seq, history.get(feed) ?? 0));
		},
		isLive: (feed, seq) => seq > (history.get(feed) ?? 0),
		markRequested(feed) {
			const claim = missing.get(feed);
			if (claim) missing.set(feed, {...claim, recheck: false});
		},
		recheckSources(feeds, highest) {
			for (const feed of feeds) {
				const claim = missing.get(feed);
				if (!claim) continue;
				const claimed = highest(feed);
				if (claimed > holdings.seqOf(feed) || claim.recheck) {
					missing.set(feed, {...claim, claimed});
					continue;
				}

				missing.delete(feed);
				if (holdings.seqOf(feed) === 0) history.delete(feed);
			}
		},
		nextRequests({held, readyAt, isRequested}, limit) {
			const open: WantedRange[] = [];
			for (let looked = Math.min(limit, missing.size); looked > 0; looked--) {
				const next = nextRange();
				if (!next) break;
				const [feed, {claimed, notBefore: wished, recheck}] = next;
				const ours = held(feed);
				const notBefore = Math.max(wished, readyAt(feed));
				const requested = isRequested(feed);
				if (!holdings.isAcceptable(feed)) missing.delete(feed);
				else if (recheck) open.push({feed, from: Math.max(1, Math.min(ours, claimed)), notBefore, requested});
				else if (ours < claimed) open.push({feed, from: ours + 1, notBefore, requested});
				else if (holdings.seqOf(feed) >= claimed) missing.delete(feed);
			}

			return open;
		},
		outstanding() {
			let count = 0;
			for (const [feed, {claimed}] of missing) count += Math.max(0, claimed - holdings.seqOf(feed));
			return count;
		},
	};
}

/** A feed of which somebody holds more than we. */
export interface WantedRange {
	readonly feed: PeerId;
	/** First seq to ask for. */
	readonly from: number;
	/** Ask nobody before this (monotonic ms): its author is about to push it. */
	readonly notBefore: number;
	/** Asked of somebody already. */
	readonly requested: boolean;
}
