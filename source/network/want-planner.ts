/**
 * What to ask of whom (design.md, 3, Sync): a range is asked of one peer at a time, so that a newcomer to a room of fifty
 * gets one copy of the past, not fifty. Pure.
 */
import type {WantRange} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {MAX_WANT_RANGES} from '../core/limits.js';

/** A peer that may be asked. */
export interface Source {
	readonly peer: PeerId;
	/** Has an open `want`. */
	readonly busy: boolean;
	/** How often it did not answer in time. */
	readonly late: number;
	/** Highest seq it holds of a feed; 0 if unknown. */
	holds(feed: PeerId): number;
}

/** A feed of which somebody holds more than we. */
export interface Missing {
	readonly feed: PeerId;
	/** First seq to ask for. */
	readonly from: number;
	/** Ask nobody before this (monotonic ms): its author is about to push it. */
	readonly notBefore: number;
	/** Asked of somebody already. */
	readonly asked: boolean;
}

export interface Plan {
	readonly peer: PeerId;
	readonly ranges: readonly WantRange[];
}

/** Those that answered late are asked last, and only for what nobody else offers. */
export function planWants(sources: readonly Source[], missing: readonly Missing[], now: number): Plan[] {
	const ranked = [...sources].sort((a, b) => a.late - b.late);
	const plans = new Map<PeerId, WantRange[]>();
	for (const {feed, from, notBefore, asked} of missing) {
		if (asked || now < notBefore) continue;
		const best = ranked.find(source => source.holds(feed) >= from);
		const idle = ranked.find(
			source => !source.busy && source.late === best?.late && source.holds(feed) >= from && room(plans, source.peer),
		);
		if (!idle) continue;
		const ranges = plans.get(idle.peer) ?? [];
		ranges.push({peer: feed, from});
		plans.set(idle.peer, ranges);
	}

	return [...plans].map(([peer, ranges]) => ({peer, ranges}));
}

function room(plans: ReadonlyMap<PeerId, readonly WantRange[]>, peer: PeerId): boolean {
	return (plans.get(peer)?.length ?? 0) < MAX_WANT_RANGES;
}
