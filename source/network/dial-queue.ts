import {MAX_DIAL_FAILURES, MAX_DIALS_AT_ONCE} from '../core/limits.js';
import type {Candidate} from './candidate.js';
import {createDialPace} from './dial-pace.js';

/** Candidates whose time has come, and how many of them may be dialled now. */
export interface DialQueue {
	add(candidate: Candidate): void;
	/** One waits, and may be taken as far as places go. */
	readonly isReady: boolean;
	/**
	 * Undefined: none waits, or as many are under way as may be, and one more where one is held up by what perhaps nobody
	 * answers for DIAL_TIMEOUT_MS. Each one taken must be ended.
	 */
	take(): Candidate | undefined;
	/** It does not wait any more. */
	drop(candidate: Candidate): void;
	ended(candidate: Candidate): void;
	/** A connection that was dialled at `startedAt` is verified. Monotonic ms. */
	succeeded(startedAt: number, now: number): void;
	clear(): void;
}

export function createDialQueue(): DialQueue {
	const waiting = new Set<Candidate>();
	const underWay = new Set<Candidate>();
	const pace = createDialPace();
	let targets = 0;

	/** What one peer says of another is worth less than what was heard: anybody can name anybody. */
	const rank = ({failures, isTarget, heardBy}: Candidate) =>
		failures + (!isTarget && heardBy.size === 1 && heardBy.has('exchange') ? MAX_DIAL_FAILURES : 0);

	/** Those that failed least first; targets, which are dialled for ever, take half of the places. */
	function best(): Candidate | undefined {
		let chosen: Candidate | undefined;
		for (const candidate of waiting) {
			if (candidate.isTarget && 2 * targets >= pace.limit) continue;
			if (!chosen || rank(candidate) < rank(chosen)) chosen = candidate;
		}

		return chosen;
	}

	/**
	 * One that was connected until now, or did never fail while all that are under way did, and no more than the one place
	 * beside theirs is taken.
	 */
	function heldUp(): Candidate | undefined {
		if (underWay.size > Math.min(pace.limit, MAX_DIALS_AT_ONCE - 1)) return undefined;
		const haveFailed = [...underWay].every(({failures}) => failures > 0);
		for (const candidate of waiting) {
			const isLost = candidate.wasConnected && candidate.failures === 0;
			if (isLost || (haveFailed && rank(candidate) === 0)) return candidate;
		}

		return undefined;
	}

	const next = () => (underWay.size < pace.limit ? best() : undefined) ?? heldUp();

	return {
		add: candidate => void waiting.add(candidate),
		drop: candidate => void waiting.delete(candidate),
		get isReady() {
			return next() !== undefined;
		},
		take() {
			const candidate = next();
			if (!candidate) return undefined;
			waiting.delete(candidate);
			underWay.add(candidate);
			if (candidate.isTarget) targets += 1;
			return candidate;
		},
		ended(candidate) {
			if (underWay.delete(candidate) && candidate.isTarget) targets -= 1;
		},
		succeeded: pace.succeeded,
		clear: () => waiting.clear(),
	};
}
