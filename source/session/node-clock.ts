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
	/** For an event: from then on others may know of it, and nothing of ours may stand before. */
	stamp(): Stamp;
	/** For what stays with us: a wrong clock that is put right afterwards leaves no trace in our feed. */
	stampLocal(): Stamp;
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
	/** Newest reading of what stays with us. */
	let local = HLC_ZERO;
	let correctionMs = 0;
	const newest = () => (compareHlc(local, last) > 0 ? local : last);
	const wall = () => now() + correctionMs;

	return {
		wall,
		stamp() {
			last = tickHlc(newest(), wall());
			return {at: wall(), hlc: last};
		},
		stampLocal() {
			local = tickHlc(newest(), wall());
			return {at: wall(), hlc: local};
		},
		current: () => (last.ms >= wall() ? last : {ms: wall(), counter: 0}),
		merge(hlc) {
			const at = wall();
			last = mergeHlc(last, hlc, at);
			return isMergeable(hlc, at);
		},
		seed(hlc) {
			if (compareHlc(hlc, last) > 0) last = hlc;
		},
		observe(offsets) {
			const known = offsets.filter(offset => Number.isFinite(offset));
			const before = now() < EARLIEST_WALL_MS && known.length > 0;
			const median = before ? middle(known) : medianOffset(known);
			const former = correctionMs;
			correctionMs = before || Math.abs(median) > CLOCK_WRONG_MS ? median : 0;
			if (correctionMs < former) local = HLC_ZERO;
			return correctionMs;
		},
		get correctionMs() {
			return correctionMs;
		},
	};
}
