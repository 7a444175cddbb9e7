/**
 * This node's hybrid logical clock over its wall clock, corrected when it is plainly wrong (design.md, 1, Order).
 * Stamps rise within a process and stand after everything that was heard.
 */
import type {Hlc} from '../core/event.js';
import {compareHlc, HLC_ZERO, isMergeable, mergeHlc, tickHlc} from '../core/event-order.js';
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
	reading(): Hlc;
	/** Heard from another node: false when it is too far ahead and was not taken. */
	merge(hlc: Hlc): boolean;
	/** Read from our own log: always taken. */
	seed(hlc: Hlc): void;
	/** Offsets of connected peers (theirs minus ours, ms). Returns the correction in force, ms, 0 when none is needed. */
	updateCorrection(offsets: readonly number[]): number;
	readonly correctionMs: number;
}

/** The median of the room's clocks as offsets from ours, our own (0) among them; of two middle ones the nearer to 0. */
export function medianOffset(offsets: readonly number[]): number {
	return medianNearestZero([0, ...offsets]);
}

function medianNearestZero(values: readonly number[]): number {
	const all = [...values].sort((a, b) => a - b);
	const upper = all[all.length >> 1] ?? 0;
	if (all.length % 2 === 1) return upper;
	const lower = all[(all.length >> 1) - 1] ?? upper;
	return Math.abs(lower) <= Math.abs(upper) ? lower : upper;
}

export function createNodeClock(now: () => number): NodeClock {
	let last = HLC_ZERO;
	/** Newest reading of what stays with us. */
	let lastLocal = HLC_ZERO;
	let correctionMs = 0;
	const newest = () => (compareHlc(lastLocal, last) > 0 ? lastLocal : last);
	const wall = () => now() + correctionMs;

	return {
		wall,
		stamp() {
			last = tickHlc(newest(), wall());
			return {at: wall(), hlc: last};
		},
		stampLocal() {
			lastLocal = tickHlc(newest(), wall());
			return {at: wall(), hlc: lastLocal};
		},
		reading: () => (last.ms >= wall() ? last : {ms: wall(), counter: 0}),
		merge(hlc) {
			const at = wall();
			last = mergeHlc(last, hlc, at);
			return isMergeable(hlc, at);
		},
		seed(hlc) {
			if (compareHlc(hlc, last) > 0) last = hlc;
		},
		updateCorrection(offsets) {
			const finiteOffsets = offsets.filter(offset => Number.isFinite(offset));
			const isWallImplausible = now() < EARLIEST_WALL_MS && finiteOffsets.length > 0;
			const median = isWallImplausible ? medianNearestZero(finiteOffsets) : medianOffset(finiteOffsets);
			const previousCorrectionMs = correctionMs;
			correctionMs = isWallImplausible || Math.abs(median) > CLOCK_WRONG_MS ? median : 0;
			if (correctionMs < previousCorrectionMs) lastLocal = HLC_ZERO;
			return correctionMs;
		},
		get correctionMs() {
			return correctionMs;
		},
	};
}
