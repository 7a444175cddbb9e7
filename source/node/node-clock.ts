/**
 * Hybrid logical clock of this node (protocol.md, Time and order). It is based on the wall clock, which is corrected if it
 * is clearly wrong. Each stamp is greater than all earlier stamps of this process and all readings that the clock followed.
 *
 * The reading of another node moves the clock at most to `hlcLimit` of the corrected wall clock. Only stamps that this
 * node creates may exceed this limit, because the stamps of a feed must rise.
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

/**
 * 2026-11-01 UTC, in ms since 1970. A wall clock before this time is wrong, because the first build of this program is
 * newer.
 */
export const EARLIEST_WALL_MS = Date.UTC(2026, 10, 1);
/** 2036-11-01 UTC, in ms since 1970. A wall clock of this node or of a peer after this time is considered wrong. */
export const LATEST_WALL_MS = Date.UTC(2036, 10, 1);

export interface Stamp {
	/** Time of the corrected wall clock, ms. */
	readonly at: number;
	readonly hlc: Hlc;
}

/** Measured clock of a connected peer. */
export interface ClockVote {
	/** Peers with the same source have one vote together (`addressGroup`). */
	readonly source: string;
	/** Wall clock of the peer minus ours, ms. NaN if it was not measured. */
	readonly offsetMs: number;
}

export interface NodeClock {
	/** Returns the time of the corrected wall clock, ms. */
	wall(): number;
	/** Creates the stamp of an event. Peers receive it, so all later stamps must be greater, even after a correction. */
	stamp(): Stamp;
	/** Creates the stamp of an observation. No peer receives it, so later stamps may be lower after the clock is corrected. */
	stampLocal(): Stamp;
	/**
	 * Creates the stamp of a whisper. No peer receives it, but whispers must keep their order, so it is greater than all earlier
	 * stamps of whispers, even after a correction.
	 */
	stampWhisper(): Stamp;
	/** Returns the current reading, for messages that contain no event. */
	reading(): Hlc;
	/**
	 * Merges a reading of another node or of the log of this node. Returns false if the reading is beyond `hlcLimit`. The
	 * clock then follows the reading only up to this limit, and continues whenever the limit rises. The clock ignores a
	 * reading of an event that is too far ahead to be shown (`isDue`).
	 */
	merge(hlc: Hlc): boolean;
	/**
	 * Updates the correction from the clocks of the connected peers, and returns the correction in ms. With `mayFollow` false,
	 * the correction does not follow a clock far ahead, even if no peer agrees with ours: peers that agree may connect later.
	 */
	updateCorrection(votes: readonly ClockVote[], mayFollow?: boolean): number;
	readonly correctionMs: number;
}

/**
 * Keeps one offset per source: the one nearest to our clock. A source with many lying peers and one honest peer thus votes
 * for our clock.
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
 * The two middle values, the lower one first. If the number of values is odd, both are the middle value. `values` must not
 * be empty.
 */
function middleValues(values: readonly number[]): readonly [lower: number, upper: number] {
	const all = [...values].sort((a, b) => a - b);
	const upper = all[all.length >> 1] ?? 0;
	return [all.length % 2 === 1 ? upper : (all[(all.length >> 1) - 1] ?? upper), upper];
}

/**
 * Median of our own clock, offset 0, and the offsets of the others, ms. If there are two middle values, the result is
 * the one nearest to our clock. There is one exception: the result is the later value if nobody agrees with us and our
 * stamps cannot follow that value, because it is too far ahead. Without this exception, two nodes of which one is days
 * behind could not chat: the late node would hide all messages of the other one. `isSupported`: a peer agreed with our
 * clock a short time ago, or one that agrees may still connect.
 */
export function medianOffset(offsets: readonly number[], isSupported = false): number {
	const [lower, upper] = middleValues([0, ...offsets]);
	const isAlone = !isSupported && !offsets.some(agrees);
	if (isAlone && upper > MAX_HLC_MERGED_MS - HLC_LIMIT_STEP_MS) return upper;
	return Math.abs(lower) <= Math.abs(upper) ? lower : upper;
}

/** Whether a clock with this offset (ms) agrees with our clock. */
export const agrees = (offset: number) => Math.abs(offset) <= CLOCK_WRONG_MS;
const isPlausible = (wall: number) => wall >= EARLIEST_WALL_MS && wall <= LATEST_WALL_MS;

/**
 * Correction of a wall clock that shows `wall`, from the clocks of connected peers, ms. 0 if the clock is not clearly wrong.
 * `isSupported`: see medianOffset.
 */
export function correctionFor(wall: number, votes: readonly ClockVote[], isSupported = false): number {
	const plausible = votes.filter(({offsetMs}) => Number.isFinite(offsetMs) && isPlausible(wall + offsetMs));
	if (!isPlausible(wall)) return plausible.length === 0 ? 0 : middleValues(offsetPerSource(plausible))[0];
	const believed = offsetPerSource(plausible).filter(offset => Math.abs(offset) <= MAX_CLOCK_CORRECTION_MS);
	const median = medianOffset(believed, isSupported);
	return Math.abs(median) > CLOCK_WRONG_MS ? median : 0;
}

export function createNodeClock(now: () => number): NodeClock {
	/** Newest stamp of an event of this node. */
	let own = HLC_ZERO;
	/** Newest stamp of an observation. */
	let observed = HLC_ZERO;
	/** Newest stamp of a whisper. */
	let whispered = HLC_ZERO;
	/** Highest merged reading that was within the limit. */
	let received = HLC_ZERO;
	/** Highest merged reading that was beyond the limit. */
	let ahead = HLC_ZERO;
	let correctionMs = 0;
	/** Last time at which a connected peer agreed with the wall clock of this node, by this clock, ms. */
	let supportedAt = Number.NEGATIVE_INFINITY;
	const wall = () => now() + correctionMs;

	function followed(at: number): Hlc {
		return maxHlc(followedHlc(received, at), followedHlc(ahead, at));
	}

	/**
	 * Lower bound of the next stamp: the highest of our own stamps and of the stamps and clock readings of other peers.
	 * Values of other peers count only up to the limit to which they may move our clock ahead.
	 */
	function floorAt(at: number): Hlc {
		return [followedHlc(observed, at), followedHlc(whispered, at), followed(at)].reduce(maxHlc, own);
	}

	function stampAt(at: number): Hlc {
		return tickHlc(floorAt(at), at);
	}

	/**
	 * Moves `received` to `ahead` if the wall clock was set back so far that `received` is beyond the limit. Otherwise
	 * `received` would hide all lower readings from then on.
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
			// If the wall clock was set by more than CLOCK_SUPPORT_MS since `supportedAt`, no peer has agreed with the time
			// that the clock shows now.
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
