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
 * Limit of concurrent dials, by additive increase and multiplicative decrease (Chiu and Jain, 1989). It falls while
 * handshakes take long, here or at the other end, since more dials only delay an overloaded computer further.
 */
export interface DialConcurrency {
	/** Number of concurrent dials, at least 1. */
	readonly limit: number;
	/** A connection that was dialled at `startedAt` is verified; monotonic ms. */
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
				// A dial that began before the last decrease does not show the effect of that decrease.
				limit = Math.max(1, Math.floor(limit / 2));
				loweredAt = now;
			}
		},
	};
}

/** Queue of the candidates that are due, which limits how many are dialled at once. */
export interface DialQueue {
	add(candidate: Candidate): void;
	/** Whether `take` would return a candidate. */
	readonly isReady: boolean;
	/**
	 * Takes the next candidate to dial; `finished` must follow. Undefined if none waits or the limit is reached. One more
	 * than the limit is allowed for a candidate that would otherwise wait for dials that may time out.
	 */
	take(): Candidate | undefined;
	/** Removes a waiting candidate. */
	drop(candidate: Candidate): void;
	finished(candidate: Candidate): void;
	/** A connection that was dialled at `startedAt` is verified; monotonic ms. */
	succeeded(startedAt: number, now: number): void;
	clear(): void;
}

export function createDialQueue(): DialQueue {
	const waiting = new Set<Candidate>();
	const inProgress = new Set<Candidate>();
	const concurrency = createDialConcurrency();
	let targets = 0;

	/** Lower is dialled first. Peers that only other peers report come last, since a peer can report any address. */
	const rank = ({failures, isTarget, sources}: Candidate) =>
		failures + (!isTarget && sources.size === 1 && sources.has('exchange') ? MAX_DIAL_FAILURES : 0);

	/** The candidate with the fewest failures. Targets, which are dialled until removed, get at most half of the limit. */
	function best(): Candidate | undefined {
		let chosen: Candidate | undefined;
		for (const candidate of waiting) {
			if (candidate.isTarget && 2 * targets >= concurrency.limit) continue;
			if (!chosen || rank(candidate) < rank(chosen)) chosen = candidate;
		}

		return chosen;
	}

	/**
	 * The candidate for the bypass slot: one whose connection just broke, or one that never failed while all dials in
	 * progress are to candidates that did.
	 */
	function bypassCandidate(): Candidate | undefined {
		if (inProgress.size > Math.min(concurrency.limit, MAX_DIALS_AT_ONCE - 1)) return undefined;
		const haveFailed = [...inProgress].every(({failures}) => failures > 0);
		for (const candidate of waiting) {
			const hasJustBroken = candidate.wasConnected && candidate.failures === 0;
			if (hasJustBroken || (haveFailed && rank(candidate) === 0)) return candidate;
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
