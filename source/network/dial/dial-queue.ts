import {
	DIALS_AT_FIRST,
	MAX_DIAL_FAILURES,
	MAX_DIALS_AT_ONCE,
	RETRY_FIRST_MS,
	RETRY_JITTER,
	RETRY_MAX_MS,
	SLOW_DIAL_MS,
} from '../../core/limits.js';
import type {Candidate} from './candidate.js';

/**
 * How long to wait before the next dial, in ms: 1, 2, 4 … 30 s, spread by 20 % either way so that a room does not dial in
 * step. `failures` in a row, from 1; `fraction` uniform in [0, 1).
 */
export function retryDelay(failures: number, fraction: number): number {
	const base = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1));
	return Math.round(base * (1 - RETRY_JITTER + 2 * RETRY_JITTER * fraction));
}

/**
 * How many dials may be under way at once: fewer while handshakes take long, here or at the other end, since a starved
 * processor that is dialled more only answers later (additive increase, multiplicative decrease: Chiu and Jain, 1989).
 */

export interface DialConcurrency {
	/** At least 1. */
	readonly limit: number;
	/** A connection that was dialled at `startedAt` is verified. Monotonic ms. */
	succeeded(startedAt: number, now: number): void;
}

export function createDialConcurrency(): DialConcurrency {
	let limit = DIALS_AT_FIRST;
	let loweredAt = Number.NEGATIVE_INFINITY;
	return {
		get limit() {
			return limit;
		},
		succeeded(startedAt, now) {
			if (now - startedAt <= SLOW_DIAL_MS) {
				limit = Math.min(MAX_DIALS_AT_ONCE, limit + 1);
			} else if (startedAt >= loweredAt) {
				// One that began before the last decrease tells nothing of what that did.
				limit = Math.max(1, Math.floor(limit / 2));
				loweredAt = now;
			}
		},
	};
}

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
	finished(candidate: Candidate): void;
	/** A connection that was dialled at `startedAt` is verified. Monotonic ms. */
	succeeded(startedAt: number, now: number): void;
	clear(): void;
}

export function createDialQueue(): DialQueue {
	const waiting = new Set<Candidate>();
	const inProgress = new Set<Candidate>();
	const concurrency = createDialConcurrency();
	let targets = 0;

	/** What one peer says of another is worth less than what was heard: anybody can name anybody. */
	const rank = ({failures, isTarget, sources}: Candidate) =>
		failures + (!isTarget && sources.size === 1 && sources.has('exchange') ? MAX_DIAL_FAILURES : 0);

	/** Those that failed least first; targets, which are dialled for ever, take half of the places. */
	function best(): Candidate | undefined {
		let chosen: Candidate | undefined;
		for (const candidate of waiting) {
			if (candidate.isTarget && 2 * targets >= concurrency.limit) continue;
			if (!chosen || rank(candidate) < rank(chosen)) chosen = candidate;
		}

		return chosen;
	}

	/**
	 * One that was connected until now, or did never fail while all that are under way did, and no more than the one place
	 * beside theirs is taken.
	 */
	function bypassCandidate(): Candidate | undefined {
		if (inProgress.size > Math.min(concurrency.limit, MAX_DIALS_AT_ONCE - 1)) return undefined;
		const haveFailed = [...inProgress].every(({failures}) => failures > 0);
		for (const candidate of waiting) {
			const isLost = candidate.wasConnected && candidate.failures === 0;
			if (isLost || (haveFailed && rank(candidate) === 0)) return candidate;
		}

		return undefined;
	}

	const next = () => (inProgress.size < concurrency.limit ? best() : undefined) ?? bypassCandidate();

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
			inProgress.add(candidate);
			if (candidate.isTarget) targets += 1;
			return candidate;
		},
		finished(candidate) {
			if (inProgress.delete(candidate) && candidate.isTarget) targets -= 1;
		},
		succeeded: concurrency.succeeded,
		clear: () => waiting.clear(),
	};
}
