/**
 * What to ask of whom (design.md, 3, Sync): a range is asked of one peer at a time, so that a newcomer to a room of fifty
 * gets one copy of the past, not fifty. Pure.
 */
import type {WantRange} from '../../codec/message.js';
import type {Clock, Debug, Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	MAX_WANT_RANGES,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../core/limits.js';
import type {MissingRanges, RequestState, WantedRange} from './missing-ranges.js';
import {hasFullInventory, type PendingRequest, type SyncLink} from './sync-link.js';

/** A peer that may be asked. */
export interface RangeSource {
	readonly peer: PeerId;
	/** Has an open `want`. */
	readonly busy: boolean;
	/** How often it did not answer in time. */
	readonly timeouts: number;
	/** Highest seq it holds of a feed; 0 if unknown. */
	holds(feed: PeerId): number;
}

export interface RequestPlan {
	readonly peer: PeerId;
	readonly ranges: readonly WantRange[];
}

/** Those that answered late are asked last, and only for what nobody else offers. */
export function planRequests(
	sources: readonly RangeSource[],
	missing: readonly WantedRange[],
	now: number,
): RequestPlan[] {
	const ranked = [...sources].sort((a, b) => a.timeouts - b.timeouts);
	const plans = new Map<PeerId, WantRange[]>();
	for (const {feed, from, notBefore, requested} of missing) {
		if (requested || now < notBefore) continue;
		const best = ranked.find(source => source.holds(feed) >= from);
		const idle = ranked.find(
			source =>
				!source.busy &&
				source.timeouts === best?.timeouts &&
				source.holds(feed) >= from &&
				hasRoomFor(plans, source.peer),
		);
		if (!idle) continue;
		const ranges = plans.get(idle.peer) ?? [];
		ranges.push({peer: feed, from});
		plans.set(idle.peer, ranges);
	}

	return [...plans].map(([peer, ranges]) => ({peer, ranges}));
}

function hasRoomFor(plans: ReadonlyMap<PeerId, readonly WantRange[]>, peer: PeerId): boolean {
	return (plans.get(peer)?.length ?? 0) < MAX_WANT_RANGES;
}

/** Asks for what is missing, and takes note of what an answer did not give (design.md, 3, Sync). */

export interface RangeRequesterOptions extends Pick<RequestState, 'held' | 'readyAt'> {
	readonly clock: Clock;
	readonly debug: Debug;
	readonly links: ReadonlyMap<PeerId, SyncLink>;
	readonly claims: MissingRanges;
	/** As much waits to be taken as may wait. */
	isFull(): boolean;
}

export interface RangeRequester {
	/** Asks whoever is free for what is missing. */
	request(): void;
	/** The answer to this want is complete. */
	completed(sync: SyncLink, want: PendingRequest): void;
	/** A source of these is gone: there may be thousands. */
	recheckLater(feeds: Iterable<PeerId>): void;
	stop(): void;
}

/** So many claims are looked at without a break, half a millisecond, and how long the break is. */
const RANGES_PER_SCAN = 256;
const SCAN_PAUSE_MS = 16;
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;

export function createRangeRequester({
	clock,
	debug,
	links,
	claims,
	held,
	readyAt,
	isFull,
}: RangeRequesterOptions): RangeRequester {
	let requestCount = 0;
	/** Claims still to look at since we were asked to. */
	let rangesToScan = 0;
	let scannedAt = Number.NEGATIVE_INFINITY;
	let scanTimer: Timer | undefined;
	/** Whose source is gone, and the turn in which to look on. */
	let toRecheck: PeerId[] = [];
	let recheckTimer: Timer | undefined;

	/** Looking through thousands of claims takes long: a part at a time then. */
	function ask(): void {
		rangesToScan = claims.size;
		if (scanTimer) return;
		const pause = claims.size > RANGES_PER_SCAN ? scannedAt + SCAN_PAUSE_MS - clock.monotonic() : 0;
		if (pause > 0) scanTimer = clock.after(pause, continueScan);
		else continueScan();
	}

	function continueScan(): void {
		scanTimer = undefined;
		if (rangesToScan <= 0 || isFull()) return;
		scannedAt = clock.monotonic();
		requestChunk();
		rangesToScan -= RANGES_PER_SCAN;
		if (rangesToScan > 0) scanTimer = clock.after(SCAN_PAUSE_MS, continueScan);
	}

	function requestChunk(): void {
		const asked = new Set<PeerId>();
		for (const {request} of links.values()) for (const feed of request?.ranges.keys() ?? []) asked.add(feed);
		const open = claims.nextRequests({held, readyAt, isRequested: feed => asked.has(feed)}, RANGES_PER_SCAN);
		const sources = [...links.values()].map(sync => ({
			peer: sync.link.peer,
			busy: sync.request !== undefined || !hasFullInventory(sync),
			timeouts: sync.timeouts,
			holds: (feed: PeerId) => sync.theirSeqs.get(feed) ?? 0,
		}));
		for (const plan of planRequests(sources, open, clock.monotonic())) sendRequest(plan);
	}

	function sendRequest({peer, ranges}: RequestPlan): void {
		const sync = links.get(peer);
		if (!sync) return;
		requestCount += 1;
		const id = requestCount;
		for (const range of ranges) claims.markRequested(range.peer);
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
		ask();
	}

	function recheck(feeds: Iterable<PeerId>): void {
		claims.recheckSources(feeds, feed => {
			let highest = 0;
			for (const {theirSeqs} of links.values()) highest = Math.max(highest, theirSeqs.get(feed) ?? 0);
			return highest;
		});
	}

	function continueRecheck(): void {
		recheckTimer = undefined;
		recheck(toRecheck.slice(0, RANGES_PER_SCAN));
		toRecheck = toRecheck.slice(RANGES_PER_SCAN);
		if (toRecheck.length > 0) recheckTimer = clock.after(0, continueRecheck);
	}

	/**
	 * Ranges are answered in their order: what was passed over before the last one served, this peer does not give, whatever
	 * it claims; behind it, the answer may have been full.
	 */
	function dropRefused(sync: SyncLink, {ranges, lastServed}: PendingRequest): void {
		const passed: PeerId[] = [];
		for (const [feed, from] of ranges) {
			if (feed === lastServed) break;
			if (held(feed) >= from) continue;
			sync.theirSeqs.set(feed, from - 1);
			passed.push(feed);
		}

		recheck(passed);
	}

	return {
		request: ask,
		completed(sync, want) {
			want.timer.cancel();
			sync.request = undefined;
			dropRefused(sync, want);
			ask();
		},
		recheckLater(feeds) {
			for (const feed of feeds) if (claims.has(feed)) toRecheck.push(feed);
			if (!recheckTimer && toRecheck.length > 0) continueRecheck();
		},
		stop() {
			scanTimer?.cancel();
			recheckTimer?.cancel();
		},
	};
}
