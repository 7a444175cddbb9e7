/**
 * Hybrid logical clock (HLC) of this node (protocol.md, Time and order). It is based on the wall clock of the computer,
 * which is corrected if it is clearly wrong. The stamp of each new event is greater than the stamps of all earlier
 * events of this process. It is also greater than the readings of other nodes that the clock followed.
 *
 * Readings of other nodes move this clock at most to `hlcLimit`, about 23 hours ahead of the corrected wall clock. Only
 * stamps of this node may exceed this limit, because the stamps of a feed must always rise.
 */
import type {Hlc} from '../core/event.js';
import {followedHlc, HLC_ZERO, isDue, isMergeable, maxHlc, tickHlc} from '../core/event-order.js';
import {
	CLOCK_SUPPORT_MS,
	CLOCK_WRONG_MS,
	HLC_LIMIT_STEP_MS,
	MAX_CLOCK_CORRECTION_MS,
	MAX_HLC_MERGED_MS,
} from '../core/limits.js';

/** 2026-11-01 UTC, in ms since 1970. This program was built after this time, so a wall clock before it is wrong. */
export const EARLIEST_WALL_MS = Date.UTC(2026, 10, 1);
/** 2036-11-01 UTC, in ms since 1970. A wall clock after this time is considered wrong, on this node and on a peer. */
export const LATEST_WALL_MS = Date.UTC(2036, 10, 1);

export interface Stamp {
	/** Time of the corrected wall clock, in ms. */
	readonly at: number;
	readonly hlc: Hlc;
}

/** Vote of a connected peer about the clock of this node: the measured offset of its clock. */
export interface ClockVote {
	/** Group of addresses to which the peer belongs (`addressGroup`). All peers of a group have one vote together. */
	readonly source: string;
	/** Wall clock of the peer minus the wall clock of this node, in ms. NaN if it was not measured. */
	readonly offsetMs: number;
}

export interface NodeClock {
	/** Returns the time of the corrected wall clock, in ms. */
	wall(): number;
	/**
	 * Creates the stamp of an event. Peers receive it. Therefore all later stamps must be greater, even after the clock
	 * was corrected.
	 */
	stamp(): Stamp;
	/**
	 * Creates the stamp of an observation, which only this node records. Later stamps may be lower after the clock was
	 * corrected.
	 */
	stampLocal(): Stamp;
	/**
	 * Creates the stamp of a whisper. Peers do not receive it, but whispers must keep their order. Therefore it is
	 * greater than the stamps of all earlier whispers, even after the clock was corrected.
	 */
	stampWhisper(): Stamp;
	/** Returns the current reading. It is sent in messages that contain no event. */
	reading(): Hlc;
	/**
	 * Merges a reading of another node, or of the log of this node, into the clock. Returns false if the reading is
	 * beyond `hlcLimit`. The clock then follows it only up to this limit, and further as the limit rises. A reading of
	 * an event that is too far ahead to be shown (`isDue`) is ignored.
	 */
	merge(hlc: Hlc): boolean;
	/**
	 * Computes the correction of the wall clock from the votes of the connected peers, and returns it in ms.
	 * `mayFollow`: whether the clock may be set far ahead if no peer agrees with it. False while peers that agree may
	 * still connect.
	 */
	updateCorrection(votes: readonly ClockVote[], mayFollow?: boolean): number;
	readonly correctionMs: number;
}

/**
 * Keeps one offset for each group of addresses: the one nearest to 0. So a group with many lying peers and one honest
 * peer votes for the clock of this node.
 */
function offsetPerSource(votes: readonly ClockVote[]): number[] {
	const nearest = new Map<string, number>();
	for (const {source, offsetMs} of votes) {
		const known = nearest.get(source);
		if (known === undefined || Math.abs(offsetMs) < Math.abs(known)) nearest.set(source, offsetMs);
	}
	return [...nearest.values()];
}

/**
 * The two middle values of a list, the lower one first. If the number of values is odd, both are the same. The list
 * must not be empty.
 */
function middleValues(values: readonly number[]): readonly [lower: number, upper: number] {
	const all = [...values].sort((a, b) => a - b);
	const upper = all[all.length >> 1] ?? 0;
	return [all.length % 2 === 1 ? upper : (all[(all.length >> 1) - 1] ?? upper), upper];
}

/**
 * Median of the offsets of the peers and of 0, the offset of the clock of this node, in ms. If there are two middle
 * values, the result is the one nearest to 0.
 *
 * There is one exception: no peer agrees with the clock of this node, and the upper middle value is so far ahead that
 * the stamps of this node cannot follow it. Then the result is this value. Otherwise, if one of two nodes were days
 * behind, they could not chat: the node that is behind would hide all messages of the other node.
 *
 * `isSupported`: a peer has agreed with the clock a short time ago, or may still connect. Then there is no exception.
 */
export function medianOffset(offsets: readonly number[], isSupported = false): number {
	const [lower, upper] = middleValues([0, ...offsets]);
	const isAlone = !isSupported && !offsets.some(agrees);
	if (isAlone && upper > MAX_HLC_MERGED_MS - HLC_LIMIT_STEP_MS) return upper;
	return Math.abs(lower) <= Math.abs(upper) ? lower : upper;
}

/** Whether a clock with this offset, in ms, agrees with the clock of this node. */
export const agrees = (offset: number) => Math.abs(offset) <= CLOCK_WRONG_MS;
const isPlausible = (wall: number) => wall >= EARLIEST_WALL_MS && wall <= LATEST_WALL_MS;

/**
 * Correction in ms of a wall clock that shows `wall`, computed from the votes of the connected peers. 0 if the clock is
 * not clearly wrong. `isSupported`: see `medianOffset`.
 */
export function correctionFor(wall: number, votes: readonly ClockVote[], isSupported = false): number {
	const plausible = votes.filter(({offsetMs}) => Number.isFinite(offsetMs) && isPlausible(wall + offsetMs));
	if (!isPlausible(wall)) return plausible.length === 0 ? 0 : middleValues(offsetPerSource(plausible))[0];
	const believed = offsetPerSource(plausible).filter(offset => Math.abs(offset) <= MAX_CLOCK_CORRECTION_MS);
	const median = medianOffset(believed, isSupported);
	return Math.abs(median) > CLOCK_WRONG_MS ? median : 0;
}

export function createNodeClock(now: () => number): NodeClock {
	/** Last stamp of an event of this node. */
	let own = HLC_ZERO;
	/** Last stamp of an observation of this node. */
	let observed = HLC_ZERO;
	/** Last stamp of a whisper. */
	let whispered = HLC_ZERO;
	/** Highest merged reading of another node that was within `hlcLimit`. */
	let received = HLC_ZERO;
	/** Highest merged reading of another node that was beyond `hlcLimit`. */
	let ahead = HLC_ZERO;
	let correctionMs = 0;
	/** Last time, by the wall clock of this node in ms, at which a connected peer agreed with this clock. */
	let supportedAt = Number.NEGATIVE_INFINITY;
	const wall = () => now() + correctionMs;

	function followed(at: number): Hlc {
		return maxHlc(followedHlc(received, at), followedHlc(ahead, at));
	}

	/**
	 * Lower bound of the next stamp: the highest of the stamps of this node and of the readings of other nodes.
	 * Readings of other nodes count only up to `hlcLimit`.
	 */
	function floorAt(at: number): Hlc {
		return [followedHlc(observed, at), followedHlc(whispered, at), followed(at)].reduce(maxHlc, own);
	}

	function stampAt(at: number): Hlc {
		return tickHlc(floorAt(at), at);
	}

	/**
	 * Forgets a reading in `received` that is too far ahead since the wall clock was set back, and keeps it in `ahead` for
	 * later. With such a reading in `received`, all lower readings of peers would have no effect.
	 */
	function dropBeyondLimit(at: number): void {
		if (isMergeable(received, at)) return;
		if (isDue(received, at)) ahead = maxHlc(ahead, received);
		received = HLC_ZERO;
	}

	return {
		wall,
		stamp() {
			const at = wall();
			own = stampAt(at);
			return {at, hlc: own};
		},
		stampLocal() {
			const at = wall();
			observed = stampAt(at);
			return {at, hlc: observed};
		},
		stampWhisper() {
			const at = wall();
			whispered = tickHlc(maxHlc(whispered, floorAt(at)), at);
			return {at, hlc: whispered};
		},
		reading() {
			const at = wall();
			const reading = maxHlc(own, followed(at));
			return reading.ms >= at ? reading : {ms: at, counter: 0};
		},
		merge(hlc) {
			const at = wall();
			dropBeyondLimit(at);
			if (isMergeable(hlc, at)) {
				received = maxHlc(received, hlc);
				return true;
			}

			if (isDue(hlc, at)) ahead = maxHlc(isDue(ahead, at) ? ahead : HLC_ZERO, hlc);
			return false;
		},
		updateCorrection(votes, mayFollow = true) {
			const previousCorrectionMs = correctionMs;
			const at = now();
			if (votes.some(({offsetMs}) => agrees(offsetMs))) supportedAt = at;
			// If the wall clock was set to another time since `supportedAt`, by more than CLOCK_SUPPORT_MS, no peer has
			// agreed with the time that it shows now.
			const wasSupported = Math.abs(at - supportedAt) < CLOCK_SUPPORT_MS;
			correctionMs = correctionFor(at, votes, wasSupported || !mayFollow);
			if (correctionMs < previousCorrectionMs) observed = HLC_ZERO;
			return correctionMs;
		},
		get correctionMs() {
			return correctionMs;
		},
	};
}
