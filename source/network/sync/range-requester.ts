/**
 * Requester of missing ranges (protocol.md, Sync): decides which range to request from which peer, and evaluates the
 * answers. A range is requested from only one peer at a time. A new peer in a room of fifty therefore receives one copy
 * of the history, not fifty.
 */
import type {WantRange} from '../../codec/message.js';
import type {Clock, Debug} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	MAX_WANT_RANGES,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../core/limits.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {MissingRanges, RequestState, WantedRange} from './missing-ranges.js';
import {hasFullInventory, type PendingRequest, type SyncLink} from './sync-link.js';

/** Connected peer from which ranges can be requested. */
export interface RangeSource {
	readonly peer: PeerId;
	/** Whether a request to this peer is unanswered, or the peer has not listed its whole inventory yet. */
	readonly busy: boolean;
	/** Number of requests that the peer did not answer in time. */
	readonly timeouts: number;
	/** Highest seq of a feed that the peer holds; 0 if unknown. */
	seqOf(feed: PeerId): number;
}

export interface RequestPlan {
	readonly peer: PeerId;
	readonly ranges: readonly WantRange[];
}

export interface RangeRequesterOptions extends Pick<RequestState, 'heldSeq' | 'readyAt'> {
	readonly clock: Clock;
	readonly debug: Debug;
	readonly links: ReadonlyMap<PeerId, SyncLink>;
	readonly missingRanges: MissingRanges;
	/** Whether the ingest queue is full. No ranges are requested while it is. */
	isFull(): boolean;
}

export interface RangeRequester {
	/** Requests missing ranges from peers that have no unanswered request. */
	request(): void;
	/** Ends a request whose answer is complete, and requests the next ranges. */
	completed(sync: SyncLink, request: PendingRequest): void;
	/** Checks, in parts, whether connected peers still hold these feeds, after a peer that held them was lost. */
	recheckLater(feeds: Iterable<PeerId>): void;
	stop(): void;
}

/** Number of feeds examined in one scan, which takes about half a millisecond. */
const RANGES_PER_SCAN = 256;
const SCAN_PAUSE_MS = 16;
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;

export function createRangeRequester(options: RangeRequesterOptions): RangeRequester {
	const {clock, debug, links, missingRanges, heldSeq, readyAt, isFull} = options;
	const scanTimer = createCoalescedTimer(clock, continueScan);
	const recheckTimer = createCoalescedTimer(clock, continueRecheck);
	let requestCount = 0;
	/** Number of feeds that the scan has not examined yet. */
	let rangesToScan = 0;
	let scannedAt = Number.NEGATIVE_INFINITY;
	let feedsToRecheck: PeerId[] = [];

	/** Starts a scan of all missing ranges. A scan of many ranges runs in parts, SCAN_PAUSE_MS apart. */
	function request(): void {
		rangesToScan = missingRanges.size;
		if (scanTimer.isScheduled) return;
		const pauseMs = missingRanges.size > RANGES_PER_SCAN ? scannedAt + SCAN_PAUSE_MS - clock.monotonic() : 0;
		if (pauseMs > 0) scanTimer.schedule(pauseMs);
		else continueScan();
	}

	function continueScan(): void {
		if (rangesToScan <= 0 || isFull()) return;
		scannedAt = clock.monotonic();
		scan();
		rangesToScan -= RANGES_PER_SCAN;
		if (rangesToScan > 0) scanTimer.schedule(SCAN_PAUSE_MS);
	}

	function scan(): void {
		const requested = new Set<PeerId>();
		for (const sync of links.values()) for (const feed of sync.request?.ranges.keys() ?? []) requested.add(feed);
		const wanted = missingRanges.nextRequests(
			{heldSeq, readyAt, isRequested: feed => requested.has(feed)},
			RANGES_PER_SCAN,
		);
		const sources = [...links.values()].map(sync => ({
			peer: sync.link.peer,
			busy: sync.request !== undefined || !hasFullInventory(sync),
			timeouts: sync.timeouts,
			seqOf: (feed: PeerId) => sync.theirSeqs.get(feed) ?? 0,
		}));
		for (const plan of planRequests(sources, wanted, clock.monotonic())) sendRequest(plan);
	}

	function sendRequest({peer, ranges}: RequestPlan): void {
		const sync = links.get(peer);
		if (!sync) return;
		requestCount += 1;
		const id = requestCount;
		for (const range of ranges) missingRanges.markRequested(range.peer);
		const timer = clock.after(WANT_TIMEOUT_MS, () => onTimeout(sync, id));
		sync.requestedBytes += MAX_ANSWER_BYTES + MAX_BATCH_BYTES;
		sync.request = {id, ranges: new Map(ranges.map(range => [range.peer, range.from])), lastServed: undefined, timer};
		sync.link.send({type: 'want', id, ranges});
	}

	function onTimeout(sync: SyncLink, id: number): void {
		if (sync.request?.id !== id) return;
		debug('sync', 'a want was not answered in time', {peer: sync.link.peer.slice(0, 8), id});
		sync.request = undefined;
		sync.timeouts += 1;
		request();
	}

	function recheck(feeds: Iterable<PeerId>): void {
		missingRanges.recheckSources(feeds, feed => {
			let highest = 0;
			for (const {theirSeqs} of links.values()) highest = Math.max(highest, theirSeqs.get(feed) ?? 0);
			return highest;
		});
	}

	function continueRecheck(): void {
		recheck(feedsToRecheck.slice(0, RANGES_PER_SCAN));
		feedsToRecheck = feedsToRecheck.slice(RANGES_PER_SCAN);
		if (feedsToRecheck.length > 0) recheckTimer.schedule();
	}

	/**
	 * Drops claims that an answer disproves. A peer answers ranges in order. If it sent nothing for a range before
	 * `lastServed`, it does not have that range. Ranges after `lastServed` may only have exceeded the size of the answer.
	 */
	function dropRefused(sync: SyncLink, {ranges, lastServed}: PendingRequest): void {
		const refused: PeerId[] = [];
		for (const [feed, from] of ranges) {
			if (feed === lastServed) break;
			if (heldSeq(feed) >= from) continue;
			sync.theirSeqs.set(feed, from - 1);
			refused.push(feed);
		}

		recheck(refused);
	}

	return {
		request,
		completed(sync, pending) {
			pending.timer.cancel();
			sync.request = undefined;
			dropRefused(sync, pending);
			request();
		},
		recheckLater(feeds) {
			for (const feed of feeds) if (missingRanges.has(feed)) feedsToRecheck.push(feed);
			if (!recheckTimer.isScheduled && feedsToRecheck.length > 0) continueRecheck();
		},
		stop() {
			scanTimer.stop();
			recheckTimer.stop();
		},
	};
}

/**
 * Assigns ranges to peers. A range is requested only from the peers with the fewest timeouts among those that hold it,
 * even if all of these are busy and another peer is not.
 */
export function planRequests(
	sources: readonly RangeSource[],
	wanted: readonly WantedRange[],
	now: number,
): RequestPlan[] {
	const ranked = [...sources].sort((a, b) => a.timeouts - b.timeouts);
	const plans = new Map<PeerId, WantRange[]>();
	const hasRoom = (peer: PeerId) => (plans.get(peer)?.length ?? 0) < MAX_WANT_RANGES;
	for (const {feed, from, notBefore, requested} of wanted) {
		if (requested || now < notBefore) continue;
		const best = ranked.find(source => source.seqOf(feed) >= from);
		const chosen = ranked.find(
			source =>
				!source.busy && source.timeouts === best?.timeouts && source.seqOf(feed) >= from && hasRoom(source.peer),
		);
		if (!chosen) continue;
		const ranges = plans.get(chosen.peer) ?? [];
		ranges.push({peer: feed, from});
		plans.set(chosen.peer, ranges);
	}

	return [...plans].map(([peer, ranges]) => ({peer, ranges}));
}
