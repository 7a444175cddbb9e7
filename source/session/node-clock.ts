/**
 * This node's hybrid logical clock over its wall clock, corrected when it is plainly wrong (design.md, 1, Order).
 * Stamps rise within a process and stand after everything that was heard.
 */
import type {Hlc} from '../core/event.js';
import {compareHlc, HLC_ZERO, isMergeable, mergeHlc, tickHlc} from '../core/hybrid-clock.js';
import {CLOCK_WRONG_MS} from '../core/limits.js';

/** No build of this program is older: a wall clock before it is wrong. 2026-11-01 UTC. */
export const EARLIEST_WALL_MS = Date.UTC(2026, 10, 1);

export interface Stamp {
	/** Wall clock as we hold it, ms. */
	readonly at: number;
	readonly hlc: Hlc;
}

export interface NodeClock {
	/** Wall clock, corrected, ms. */
	wall(): number;
	stamp(): Stamp;
	/** The reading to send along, without an event. */
	current(): Hlc;
	/** Heard from another node: false when it is too far ahead and was not taken. */
	merge(hlc: Hlc): boolean;
	/** Read from our own log: always taken. */
	seed(hlc: Hlc): void;
	/** Offsets of connected peers (theirs minus ours, ms). Returns the correction in force, ms, 0 when none is needed. */
	observe(offsets: readonly number[]): number;
	readonly correctionMs: number;
}

/** The median of the room's clocks as offsets from ours, our own (0) among them; of two middle ones the nearer to 0. */
export function medianOffset(offsets: readonly number[]): number {
	return middle([0, ...offsets]);
}

function middle(values: readonly number[]): number {
	const all = [...values].sort((a, b) => a - b);
	const upper = all[all.length >> 1] ?? 0;
	if (all.length % 2 === 1) return upper;
	const lower = all[(all.length >> 1) - 1] ?? upper;
	return Math.abs(lower) <= Math.abs(upper) ? lower : upper;
}

export function createNodeClock(now: () => number): NodeClock {
	let last = HLC_ZERO;
	let correctionMs = 0;
	const wall = () => now() + correctionMs;

	return {
		wall,
		stamp() {
			last = tickHlc(last, wall());
			return {at: wall(), hlc: last};
		},
		current: () => (last.ms >= wall() ? last : {ms: wall(), counter: 0}),
		merge(hlc) {
			last = mergeHlc(last, hlc, wall());
			return isMergeable(hlc, wall());
		},
		seed(hlc) {
			if (compareHlc(hlc, last) > 0) last = hlc;
		},
		observe(offsets) {
			const known = offsets.filter(offset => Number.isFinite(offset));
			const before = now() < EARLIEST_WALL_MS && known.length > 0;
			const median = before ? middle(known) : medianOffset(known);
			correctionMs = before || Math.abs(median) > CLOCK_WRONG_MS ? median : 0;
			return correctionMs;
		},
		get correctionMs() {
			return correctionMs;
		},
	};
}
