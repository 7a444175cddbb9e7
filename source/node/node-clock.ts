/**
 * Hybrid logical clock of this node (protocol.md, Order). It is based on the wall clock, corrected if that is clearly wrong.
 * Each stamp is greater than all earlier stamps of this process and all readings merged before.
 */
import type {Hlc} from '../core/event.js';
import {compareHlc, HLC_ZERO, isMergeable, mergeHlc, tickHlc} from '../core/event-order.js';
import {CLOCK_WRONG_MS} from '../core/limits.js';

/** 2026-11-01 UTC. A wall clock before this time is wrong, because the first build of this program is newer. */
export const EARLIEST_WALL_MS = Date.UTC(2026, 10, 1);

export interface Stamp {
	/** Time of the corrected wall clock, ms. */
	readonly at: number;
	readonly hlc: Hlc;
}

export interface NodeClock {
	/** Returns the time of the corrected wall clock, ms. */
	wall(): number;
	/** Creates the stamp of an event. Peers receive it, so all later stamps must be greater, even after a correction. */
	stamp(): Stamp;
	/** Creates the stamp of an observation. No peer receives it, so later stamps may be lower after the clock is corrected. */
	stampLocal(): Stamp;
	/** Returns the current reading, for messages that contain no event. */
	reading(): Hlc;
	/** Merges a reading of another node. Returns false if the reading was ignored because it is too far in the future. */
	merge(hlc: Hlc): boolean;
	/** Merges a reading from the own log, no matter how far in the future it is. */
	seed(hlc: Hlc): void;
	/** Updates the correction from the clock offsets of the connected peers (theirs minus ours, ms). Returns it, ms. */
	updateCorrection(offsets: readonly number[]): number;
	readonly correctionMs: number;
}

/** Median of the peers' clock offsets and our own, 0. Of two middle values, the one nearer to 0. In ms. */
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
	/** Newest stamp of an observation. */
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
