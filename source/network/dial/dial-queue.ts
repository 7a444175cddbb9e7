import {
	DIALS_AT_FIRST,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	MAX_DIALS_AT_ONCE,
	RETRY_FIRST_MS,
	RETRY_JITTER,
	RETRY_MAX_MS,
	SLOW_DIAL_MS,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {prefixGroup} from '../ip-address.js';
import type {Candidate} from './candidate.js';

/**
 * Delay before the next dial after a failure: 1, 2, 4 … 30 s, returned in ms. It varies at random by ±20 %, so that the
 * nodes of a room do not all dial at the same time. `failures`: number of consecutive failures, at least 1. `fraction`:
 * random number, uniform in [0, 1).
 */
export function retryDelay(failures: number, fraction: number): number {
	const base = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1));
	return Math.round(base * (1 - RETRY_JITTER + 2 * RETRY_JITTER * fraction));
}

/**
 * Limit of concurrent dials. It rises by one after a fast dial and is halved after a slow one (additive increase,
 * multiplicative decrease; Chiu and Jain, 1989). A handshake is slow if a computer is overloaded. More dials would
 * delay that computer further.
 */
export interface DialConcurrency {
	/** Maximum number of concurrent dials, at least 1. */
	readonly limit: number;
	/**
	 * To be called when the hello of a dialled connection is verified. `startedAt`: time at which the dial began. Times
	 * are in monotonic ms.
	 */
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
				// A dial that began before the limit was last lowered does not show the effect of the lower limit.
				// Therefore it is ignored.
				limit = Math.max(1, Math.floor(limit / 2));
				loweredAt = now;
			}
		},
	};
}

/** Queue of the candidates that must be dialled now. It limits the number of concurrent dials. */
export interface DialQueue {
	add(candidate: Candidate): void;
	/**
	 * Returns the next candidate to dial. Undefined if no candidate waits, or if the limit of concurrent dials is
	 * reached. In the cases of `bypassCandidate`, a candidate is returned although the limit is reached.
	 */
	next(): Candidate | undefined;
	/** Moves a candidate from the queue to the dials in progress. `finished` must be called when its dial has ended. */
	start(candidate: Candidate): void;
	/** Removes a candidate that waits in the queue. */
	drop(candidate: Candidate): void;
	/**
	 * Removes a candidate from the dials in progress. `failed`: whether the dial failed. Undefined if the candidate was
	 * not dialled at all.
	 */
	finished(candidate: Candidate, failed?: boolean): void;
	/**
	 * To be called when the hello of a dialled connection is verified. `startedAt`: time at which the dial began. Times
	 * are in monotonic ms.
	 */
	succeeded(startedAt: number, now: number): void;
	clear(): void;
}

export function createDialQueue(): DialQueue {
	const waiting = new Set<Candidate>();
	/** Candidates that are being dialled. The value is the owner that the candidate had when its dial began. */
	const inProgress = new Map<Candidate, string | undefined>();
	const concurrency = createDialConcurrency();
	let targets = 0;
	/**
	 * Number of dials in progress to the candidates of each owner (the address that announced them) and of each IPv6
	 * prefix.
	 */
	const dialsByOwner = new Map<string, number>();
	/** Number of failed dials to the candidates of each owner since the last successful dial to one of them. */
	const failuresByOwner = new LruMap<string, number>(MAX_CANDIDATES);

	/**
	 * The higher of two numbers: dials in progress to the candidates that one address (the owner) announced, and to
	 * those that all addresses of its IPv6 prefix announced.
	 */
	const dialsOf = (owner: string) =>
		Math.max(dialsByOwner.get(owner) ?? 0, dialsByOwner.get(prefixGroup(owner) ?? '') ?? 0);
	function countDial(owner: string | undefined, change: 1 | -1): void {
		if (owner === undefined) return;
		const group = prefixGroup(owner);
		if (group !== undefined) countDial(group, change);
		const count = (dialsByOwner.get(owner) ?? 0) + change;
		if (count > 0) dialsByOwner.set(owner, count);
		else dialsByOwner.delete(owner);
	}

	/**
	 * Number of recent failed dials to all candidates of the owner of this candidate. 0 for a candidate that was
	 * connected before.
	 */
	const ownerFailures = ({owner, verifiedAddress}: Candidate) =>
		verifiedAddress || owner === undefined ? 0 : Math.min(MAX_DIAL_FAILURES, failuresByOwner.get(owner) ?? 0);

	/**
	 * Rank of a candidate. Low ranks are dialled first. Peers that are known only from reports of other peers come
	 * last, because such reports can be false.
	 */
	const rank = (candidate: Candidate) => {
		const {failures, isTarget, sources} = candidate;
		const isReported = !isTarget && sources.size === 1 && sources.has('exchange');
		return failures + ownerFailures(candidate) + (isReported ? MAX_DIAL_FAILURES : 0);
	};

	/**
	 * Candidate with the lowest rank. If several have this rank, one whose owner has the fewest dials in progress. At
	 * most half of the concurrent dials are to targets, because dials to a target may always fail. At most half are to
	 * the candidates of one owner, because the owner may have invented these candidates.
	 */
	function best(): Candidate | undefined {
		let chosen: Candidate | undefined;
		let [chosenRank, chosenDials] = [0, 0];
		/** Results of `dialsOf` by owner. Each is computed only once, because one owner can have all candidates. */
		const dials = new Map<string, number>();
		for (const candidate of waiting) {
			const {isTarget, owner = ''} = candidate;
			if (isTarget && 2 * targets >= concurrency.limit) continue;
			const ownDials = dials.get(owner) ?? dialsOf(owner);
			dials.set(owner, ownDials);
			if (ownDials > 0 && 2 * ownDials >= concurrency.limit) continue;
			const ownRank = rank(candidate);
			if (chosen && (ownRank - chosenRank || ownDials - chosenDials) >= 0) continue;
			[chosen, chosenRank, chosenDials] = [candidate, ownRank, ownDials];
		}

		return chosen;
	}

	/**
	 * Candidate that may be dialled although the limit of concurrent dials is reached. There are two cases:
	 *
	 * - The connection to the candidate has just broken.
	 * - The candidate has never failed, and all dials in progress are to candidates that have failed before and may
	 *   time out.
	 */
	function bypassCandidate(): Candidate | undefined {
		if (inProgress.size > Math.min(concurrency.limit, MAX_DIALS_AT_ONCE - 1)) return undefined;
		const haveFailed = [...inProgress.keys()].every(one => one.failures > 0 || ownerFailures(one) > 0);
		for (const candidate of waiting) {
			const hasJustBroken = candidate.wasConnected && candidate.failures === 0;
			if (hasJustBroken || (haveFailed && rank(candidate) === 0)) return candidate;
		}

		return undefined;
	}

	return {
		add: candidate => void waiting.add(candidate),
		drop: candidate => void waiting.delete(candidate),
		next: () => (inProgress.size < concurrency.limit ? best() : undefined) ?? bypassCandidate(),
		start(candidate) {
			waiting.delete(candidate);
			inProgress.set(candidate, candidate.owner);
			if (candidate.isTarget) targets += 1;
			countDial(candidate.owner, 1);
		},
		finished(candidate, failed) {
			const owner = inProgress.get(candidate);
			if (!inProgress.delete(candidate)) return;
			if (candidate.isTarget) targets -= 1;
			countDial(owner, -1);
			if (owner === undefined || failed === undefined) return;
			if (failed) failuresByOwner.set(owner, (failuresByOwner.get(owner) ?? 0) + 1);
			else failuresByOwner.delete(owner);
		},
		succeeded: concurrency.succeeded,
		clear: () => waiting.clear(),
	};
}
