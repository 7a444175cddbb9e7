/**
 * Hybrid logical clock of this node (protocol.md, Order) over its wall clock, which is corrected when it is plainly wrong.
 * Stamps increase within a process and are greater than all readings that were merged.
 */
import type {Hlc} from '../core/event.js';
import {compareHlc, HLC_ZERO, isMergeable, mergeHlc, tickHlc} from '../core/event-order.js';
import {CLOCK_WRONG_MS} from '../core/limits.js';

/** 2026-11-01 UTC, before the first build of this program: an earlier wall clock is wrong. */
export const EARLIEST_WALL_MS = Date.UTC(2026, 10, 1);

export interface Stamp {
	/** Corrected wall clock, ms. */
	readonly at: number;
	readonly hlc: Hlc;
}

export interface NodeClock {
	/** Corrected wall clock, ms. */
	wall(): number;
	/** Stamp of an event. Peers may know it from now on, so all later stamps are greater. */
	stamp(): Stamp;
	/** Stamp of an observation, which stays on this node. A wrong clock that is corrected later does not affect the feed. */
	stampLocal(): Stamp;
	/** The present reading, to send without an event. */
	reading(): Hlc;
	/** Merges a reading of another node. Returns false if it is too far ahead and was ignored. */
	merge(hlc: Hlc): boolean;
	/** Merges a reading from the own log, however far ahead it is. */
	seed(hlc: Hlc): void;
	/** Takes the offsets of the connected peers (theirs minus ours, ms). Returns the new correction, ms; 0 if none is needed. */
	updateCorrection(offsets: readonly number[]): number;
	readonly correctionMs: number;
}

/** The median of the clocks in the room as an offset from ours, which is included as 0. Of two middle ones, the nearer to 0. */
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
	/** Last stamp of an observation. */
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
