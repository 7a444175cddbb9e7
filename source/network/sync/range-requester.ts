/**
 * Requester of missing ranges (protocol.md, Sync). It decides which range to request from which peer, and rates the
 * answers. A range is requested from only one peer at a time, unless that peer is slow. So a new peer in a room of
 * fifty receives one copy of the history, and not fifty.
 */
import type {Clock, Debug} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ANSWER_BYTES, MAX_BATCH_BYTES, WANT_BASE_MS, WANT_BYTES_PER_SECOND} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {prefixGroup, shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {FeedInventory} from './feed-inventory.js';
import {compareInventories} from './inventory-exchange.js';
import type {MissingRanges, RangeRequest, RequestState} from './missing-ranges.js';
import {isSlow, planRequests, type RequestPlan, rankSources, SLOW_AFTER_MS} from './plan-requests.js';
import {connectionState, dropClaim, hasFullInventory, type PendingRequest, type SyncLink} from './sync-link.js';

export interface RangeRequesterOptions extends Pick<RequestState, 'heldSeq' | 'readyAt'> {
	readonly clock: Clock;
	readonly debug: Debug;
	readonly links: ReadonlyMap<PeerId, SyncLink>;
	readonly inventory: FeedInventory;
	readonly missingRanges: MissingRanges;
	/** Whether the ingest queue is full. Then nothing is requested. */
	isFull(): boolean;
}

export interface RangeRequester {
	/** Requests missing ranges from the peers that have no unanswered request. */
	request(): void;
	/** To be called when the answer to a request is complete. Requests the next ranges. */
	completed(sync: SyncLink, request: PendingRequest): void;
	/**
	 * Checks in several steps whether any connected peer still holds these feeds. To be called after a peer that held
	 * them has disconnected.
	 */
	recheckLater(feeds: Iterable<PeerId>): void;
	stop(): void;
}

/** Number of feeds that are examined at once. They take about half a millisecond. */
const RANGES_PER_SCAN = 256;
const SCAN_PAUSE_MS = 16;
/**
 * First time to wait before the inventories are compared again with a peer that did not answer. It doubles with each
 * further time.
 */
const COMPARE_AGAIN_MS = 1000;
const COMPARE_AGAIN_MAX_MS = 60_000;
/** Maximum number of addresses whose failed requests are remembered. */
const MAX_FAILED_ADDRESSES = 1024;
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;

export function createRangeRequester(options: RangeRequesterOptions): RangeRequester {
	const {clock, debug, links, inventory, missingRanges, heldSeq, readyAt, isFull} = options;
	const scanTimer = createCoalescedTimer(clock, continueScan);
	const slowTimer = createCoalescedTimer(clock, findSlow);
	const recheckTimer = createCoalescedTimer(clock, continueRecheck);
	/**
	 * Number of failed requests to each address since its last complete answer. It is kept when the connection closes.
	 */
	const failuresByAddress = new LruMap<string, number>(MAX_FAILED_ADDRESSES);
	/**
	 * Results of `ownerOf`. Each scan needs those of all peers. To compute them each time took a twentieth of the processor
	 * time of a room of 80 nodes.
	 */
	const owners = new WeakMap<PeerLink, string>();
	let requestCount = 0;
	/** Number of feeds that the present scan has not examined yet. */
	let rangesToScan = 0;
	let scannedAt = Number.NEGATIVE_INFINITY;
	const feedsToRecheck = new Set<PeerId>();

	/**
	 * Requests ranges from other peers too if their answer is slow. Runs again as long as any request is unanswered.
	 */
	function findSlow(): void {
		if (![...links.values()].some(sync => sync.request)) return;
		request();
		slowTimer.schedule(SLOW_AFTER_MS);
	}

	/**
	 * Starts a scan of all missing ranges. If there are many, the scan runs in parts with a pause of SCAN_PAUSE_MS
	 * between them.
	 */
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
		const all = [...links.values()];
		const isBusy = all.map(sync => sync.request !== undefined || !hasFullInventory(sync) || !mayRequest(sync));
		if (!isBusy.includes(false)) return;
		const ranks = rankSources(
			all.map(sync => ({sync, address: addressOf(sync)})),
			failuresByAddress,
		);
		const sources = all.map((sync, index) => ({
			peer: sync.link.peer,
			busy: isBusy[index] ?? true,
			rank: ranks[index] ?? 0,
			hasServed: sync.hasServed,
			requestedAt: sync.requestedAt,
			seqOf: (feed: PeerId) => sync.theirSeqs.get(feed) ?? 0,
		}));
		const now = clock.monotonic();
		const requests = new Map<PeerId, RangeRequest>();
		for (const {request: sent} of links.values()) {
			const state = sent && isSlow(sent, now) ? 'slow' : 'pending';
			for (const feed of sent?.ranges.keys() ?? []) if (requests.get(feed) !== 'pending') requests.set(feed, state);
		}

		const wanted = missingRanges.nextRequests(
			{heldSeq, readyAt, requestOf: feed => requests.get(feed) ?? 'none'},
			RANGES_PER_SCAN,
		);
		// `planRequests` gets a new reading of the clock. For a feed that may be requested now, `notBefore` is the time
		// at which `readyAt` read the clock, and this can be later than `now`.
		for (const plan of planRequests(sources, wanted, clock.monotonic())) sendRequest(plan);
	}

	/** Result of `ownerOf` for the link of a peer. */
	function addressOf({link}: SyncLink): string {
		const known = owners.get(link);
		if (known !== undefined) return known;
		const owner = ownerOf(link);
		owners.set(link, owner);
		return owner;
	}

	/** Notes a failed request: the answer of the peer was late or incomplete, or there was none. */
	function noteFailure(sync: SyncLink): void {
		sync.failures += 1;
		const address = addressOf(sync);
		failuresByAddress.set(address, (failuresByAddress.get(address) ?? 0) + 1);
	}

	/**
	 * Whether the rate limit of `want` messages on the connection allows another one now. If not, the next tick of sync
	 * tries again.
	 */
	function mayRequest(sync: SyncLink): boolean {
		return connectionState(sync, sync.link).pace.available('want', clock.monotonic()) > 0;
	}

	function sendRequest({peer, ranges}: RequestPlan): void {
		const sync = links.get(peer);
		if (!sync) return;
		const now = clock.monotonic();
		connectionState(sync, sync.link).pace.take('want', now);
		sync.requestedAt = now;
		requestCount += 1;
		const id = requestCount;
		for (const range of ranges) missingRanges.markRequested(range.peer);
		const timer = clock.after(WANT_TIMEOUT_MS, () => onTimeout(sync, id));
		slowTimer.schedule(SLOW_AFTER_MS + 1);
		sync.requestedBytes += MAX_ANSWER_BYTES + MAX_BATCH_BYTES;
		const requested = ranges.map(
			({peer: feed, from}) => [feed, {from, claimedSeq: sync.theirSeqs.get(feed) ?? from}] as const,
		);
		sync.request = {id, ranges: new Map(requested), sentAt: now, lastServed: undefined, bytes: 0, timer};
		sync.link.send({type: 'want', id, ranges});
	}

	function onTimeout(sync: SyncLink, id: number): void {
		if (sync.request?.id !== id) return;
		debug('sync', 'a want was not answered in time', {peer: sync.link.peer.slice(0, 8), id});
		const {bytes} = sync.request;
		sync.request = undefined;
		noteFailure(sync);
		if (bytes === 0) dropAllClaims(sync);
		request();
	}

	/**
	 * Drops all claims of a peer that has sent no event until its request timed out. Otherwise claims that nobody can
	 * serve would fill the table of MAX_MISSING_FEEDS feeds, and new events of these feeds would count as history. The
	 * inventory of the peer is requested again later, after a time that doubles with each failure.
	 */
	function dropAllClaims(sync: SyncLink): void {
		const dropped: PeerId[] = [];
		for (const [feed, seq] of sync.theirSeqs) {
			const held = inventory.seqOf(feed);
			if (seq <= held) continue;
			dropClaim(sync, feed, held);
			dropped.push(feed);
		}

		recheckLater(dropped);
		const waitMs = Math.min(COMPARE_AGAIN_MAX_MS, COMPARE_AGAIN_MS * 2 ** (sync.failures - 1));
		const now = clock.monotonic();
		compareInventories(sync, inventory, now, now + waitMs);
	}

	/** Highest claim about a feed among the connected peers. Undefined if there is none. */
	function highestClaim(feed: PeerId) {
		let highest = 0;
		let source: SyncLink | undefined;
		for (const sync of links.values()) {
			const seq = sync.theirSeqs.get(feed) ?? 0;
			if (seq <= highest) continue;
			highest = seq;
			source = sync;
		}

		return source && {seq: highest, owner: shareKey(source.link.remoteAddress, source.link.peer)};
	}

	const recheck = (feeds: Iterable<PeerId>) => missingRanges.recheckSources(feeds, highestClaim);

	function continueRecheck(): void {
		let count = 0;
		for (const feed of feedsToRecheck) {
			if (++count > RANGES_PER_SCAN) break;
			feedsToRecheck.delete(feed);
			recheck([feed]);
		}

		if (feedsToRecheck.size > 0) recheckTimer.schedule();
	}

	/**
	 * Drops the claims that an answer disproves. A peer answers the ranges of a request in order. If it sent nothing
	 * for a range before `lastServed`, it does not have that range. A range after `lastServed` may be missing only
	 * because the answer had reached its maximum size.
	 */
	function dropRefused(sync: SyncLink, {ranges, lastServed}: PendingRequest): void {
		const refused: PeerId[] = [];
		for (const [feed, {from}] of ranges) {
			if (feed === lastServed) break;
			if (heldSeq(feed) >= from) continue;
			dropClaim(sync, feed, from - 1);
			refused.push(feed);
		}

		recheck(refused);
	}

	/**
	 * Rates how fast and how completely a peer has answered. A peer that sends only part of what it claims gets a worse
	 * rank.
	 */
	function rateAnswer(sync: SyncLink, {ranges, sentAt, bytes}: PendingRequest): void {
		const transferMs = (bytes / WANT_BYTES_PER_SECOND) * 1000;
		sync.delayMs = (sync.delayMs + Math.max(0, clock.monotonic() - sentAt - transferMs)) / 2;
		const isCut = [...ranges].some(([feed, {claimedSeq}]) => heldSeq(feed) < claimedSeq);
		if (isCut && bytes < MAX_ANSWER_BYTES) noteFailure(sync);
		else if (bytes > 0) {
			sync.hasServed = true;
			failuresByAddress.delete(addressOf(sync));
		}
	}

	function recheckLater(feeds: Iterable<PeerId>): void {
		for (const feed of feeds) if (missingRanges.has(feed)) feedsToRecheck.add(feed);
		if (!recheckTimer.isScheduled && feedsToRecheck.size > 0) continueRecheck();
	}

	return {
		request,
		completed(sync, pending) {
			pending.timer.cancel();
			sync.request = undefined;
			rateAnswer(sync, pending);
			dropRefused(sync, pending);
			request();
		},
		recheckLater,
		stop() {
			scanTimer.stop();
			slowTimer.stop();
			recheckTimer.stop();
		},
	};
}

/**
 * Key under which the failed requests of a peer are counted: its address, or the /64 prefix of its IPv6 address. On
 * loopback it is the peer id, because many peers share the loopback address.
 */
function ownerOf(link: PeerLink): string {
	const owner = shareKey(link.remoteAddress, link.peer);
	return prefixGroup(owner) ?? owner;
}
