/**
 * What others say they hold of each feed and we do not, from when on to ask for it, and what of it is history (design.md,
 * 3, Sync). Pure but for what it remembers. Times in monotonic ms.
 */
import type {PeerId} from '../core/ids.js';
import type {Holdings} from './holdings.js';
import type {Missing} from './want-planner.js';

interface Claim {
	/** The highest that anybody says. */
	readonly claimed: number;
	readonly notBefore: number;
	/** Somebody's entries may differ from ours: to be fetched although we hold as many. */
	readonly recheck: boolean;
}

/** What else decides what may be asked for. */
export interface AskingState {
	/** Highest seq that we hold or that waits to be taken. */
	held(feed: PeerId): number;
	/** From when on more of its author may be taken. */
	readyAt(feed: PeerId): number;
	isAsked(feed: PeerId): boolean;
}

export interface Claims {
	/** Feeds that are missing. */
	readonly size: number;
	has(feed: PeerId): boolean;
	/** Somebody holds it up to `seq`. `recheck`: ask also if we do. */
	note(feed: PeerId, seq: number, notBefore: number, recheck?: boolean): void;
	/** It stood in somebody's first `have`: up to here it is history. */
	noteHistory(feed: PeerId, seq: number): void;
	isLive(feed: PeerId, seq: number): boolean;
	/** It is asked for now: a comparison need not be asked for again. */
	asked(feed: PeerId): void;
	/** A source of these is gone or gave nothing: what nobody holds any more is not missing. `highest`: still claimed. */
	review(feeds: Iterable<PeerId>, highest: (feed: PeerId) => number): void;
	/**
	 * What to ask for; what is here by now, or not welcome, is forgotten. Looks at `limit` claims at most, the next time at
	 * those behind them.
	 */
	open(state: AskingState, limit: number): Missing[];
	/** Events that are claimed and not here. */
	outstanding(): number;
}

/** Claims about our own feed beyond what we wrote are ignored. */
export function createClaims(self: PeerId, holdings: Holdings): Claims {
	const missing = new Map<PeerId, Claim>();
	/** Highest seq of any first `have`. */
	const history = new Map<PeerId, number>();
	let turn = missing.entries();

	/** All of them in turn, for ever. */
	function nextClaim(): readonly [PeerId, Claim] | undefined {
		const next = turn.next();
		if (!next.done) return next.value;
		turn = missing.entries();
		return turn.next().value;
	}

	return {
		get size() {
			return missing.size;
		},
		has: feed => missing.has(feed),
		note(feed, seq, notBefore, recheck = false) {
			if (feed === self || (!recheck && seq <= holdings.seqOf(feed)) || !holdings.isWelcome(feed)) return;
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
		asked(feed) {
			const claim = missing.get(feed);
			if (claim) missing.set(feed, {...claim, recheck: false});
		},
		review(feeds, highest) {
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
		open({held, readyAt, isAsked}, limit) {
			const open: Missing[] = [];
			for (let looked = Math.min(limit, missing.size); looked > 0; looked--) {
				const next = nextClaim();
				if (!next) break;
				const [feed, {claimed, notBefore: wished, recheck}] = next;
				const ours = held(feed);
				const notBefore = Math.max(wished, readyAt(feed));
				const asked = isAsked(feed);
				if (!holdings.isWelcome(feed)) missing.delete(feed);
				else if (recheck) open.push({feed, from: Math.max(1, Math.min(ours, claimed)), notBefore, asked});
				else if (ours < claimed) open.push({feed, from: ours + 1, notBefore, asked});
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
