/**
 * Planning of requests for missing ranges, as pure functions: how connected peers are ranked, and which range is
 * requested from which peer (protocol.md, Sync).
 */
import type {WantRange} from '../../codec/message-types.js';
import type {PeerId} from '../../core/event.js';
import {MAX_WANT_RANGES, WANT_BYTES_PER_SECOND} from '../../core/limits.js';
import type {WantedRange} from './missing-ranges.js';
import type {PendingRequest, SyncLink} from './sync-link.js';

/** Connected peer from which ranges of feeds can be requested. */
export interface RangeSource {
	readonly peer: PeerId;
	/**
	 * Whether nothing can be requested from this peer now: a request is unanswered, or the peer has not listed its
	 * whole inventory yet.
	 */
	readonly busy: boolean;
	/** Rank of the peer (`rankSources`). Peers that are expected to answer well have a low rank. */
	readonly rank: number;
	/** Whether the peer has answered a request completely before. */
	readonly hasServed: boolean;
	/** Time of the last request to the peer, in monotonic ms. */
	readonly requestedAt: number;
	/** Highest seq of a feed that the peer claims to hold. 0 if unknown. */
	seqOf(feed: PeerId): number;
}

export interface RequestPlan {
	readonly peer: PeerId;
	readonly ranges: readonly WantRange[];
}

/** Delay of an answer, beyond the time for its transfer, up to which peers count as equally fast. */
const FAST_ANSWER_MS = 250;
/**
 * If an answer arrives more slowly than this after SLOW_AFTER_MS, its ranges are also requested from a peer that has
 * answered completely before. Otherwise a machine that connects with another peer id for each request could delay the
 * feed of an author.
 */
const SLOW_BYTES_PER_SECOND = WANT_BYTES_PER_SECOND / 8;
export const SLOW_AFTER_MS = 1000;
/** Weight of the failed requests to the address of a peer, in comparison with those to the peer itself. */
const ADDRESS_WEIGHT = 1000;
/**
 * Addition to the rank of a peer that has not answered yet. So it comes after a peer that answers fast, and before a
 * slow one.
 */
const NEW_PEER_RANK = 1;

/**
 * Computes the ranks of peers, in the order of `sources`. Failed requests to the address of a peer have the greatest
 * weight. Otherwise a machine that connects with many peer ids could delay the history by one timeout for each of them.
 * Then it matters how the peer itself answered. `failuresByAddress` contains the addresses of disconnected peers too.
 */
export function rankSources(
	sources: readonly {
		readonly sync: Pick<SyncLink, 'failures' | 'delayMs' | 'hasServed'>;
		readonly address: string;
	}[],
	failuresByAddress: {get(address: string): number | undefined},
): number[] {
	const worst = new Map<string, number>();
	for (const {sync, address} of sources) {
		const known = worst.get(address) ?? failuresByAddress.get(address) ?? 0;
		worst.set(address, Math.max(known, sync.failures));
	}

	return sources.map(
		({sync, address}) =>
			(worst.get(address) ?? 0) * ADDRESS_WEIGHT + rankOf(sync) + (sync.hasServed ? 0 : NEW_PEER_RANK),
	);
}

/**
 * Number of failed requests of a peer plus a class of its delay. The class is 0 below FAST_ANSWER_MS. It rises by one
 * with each doubling of the delay.
 */
function rankOf({failures, delayMs}: Pick<SyncLink, 'failures' | 'delayMs'>): number {
	return failures + (delayMs < FAST_ANSWER_MS ? 0 : 1 + Math.floor(Math.log2(delayMs / FAST_ANSWER_MS)));
}

/**
 * Whether the answer to a request is so slow that its ranges may be requested from another peer too. `now`: monotonic
 * ms.
 */
export function isSlow({sentAt, bytes}: PendingRequest, now: number): boolean {
	const elapsed = now - sentAt;
	return elapsed > SLOW_AFTER_MS && bytes * 1000 < elapsed * SLOW_BYTES_PER_SECOND;
}

/**
 * Assigns ranges to peers. A range is requested only from a peer with the lowest rank among the peers that hold it. If
 * all of these are busy, the range waits. If several are free, the author of the feed is preferred, then the peer whose
 * last request was longest ago. A range whose answer is slow is also requested from another free peer that has answered
 * completely before.
 */
export function planRequests(
	sources: readonly RangeSource[],
	wanted: readonly WantedRange[],
	now: number,
): RequestPlan[] {
	const ranked = [...sources].sort((a, b) => a.rank - b.rank || a.requestedAt - b.requestedAt);
	const byPeer = new Map(ranked.map(source => [source.peer, source]));
	const plans = new Map<PeerId, WantRange[]>();
	const hasRoom = (peer: PeerId) => (plans.get(peer)?.length ?? 0) < MAX_WANT_RANGES;
	for (const {feed, from, notBefore, request} of wanted) {
		if (request === 'pending' || now < notBefore) continue;
		const mayTry = (source: RangeSource) => request === 'none' || (source.hasServed && !source.busy);
		const best = ranked.find(source => mayTry(source) && source.seqOf(feed) >= from);
		const mayServe = (source: RangeSource) =>
			mayTry(source) &&
			!source.busy &&
			source.rank === best?.rank &&
			source.seqOf(feed) >= from &&
			hasRoom(source.peer);
		const author = byPeer.get(feed);
		const chosen = author && mayServe(author) ? author : ranked.find(mayServe);
		if (!chosen) continue;
		const ranges = plans.get(chosen.peer) ?? [];
		ranges.push({peer: feed, from});
		plans.set(chosen.peer, ranges);
	}

	return [...plans].map(([peer, ranges]) => ({peer, ranges}));
}
