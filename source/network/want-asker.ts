/** Asks for what is missing, and takes note of what an answer did not give (design.md, 3, Sync). */
import type {PeerId} from '../core/ids.js';
import {MAX_ANSWER_BYTES, MAX_BATCH_BYTES, WANT_BASE_MS, WANT_BYTES_PER_SECOND} from '../core/limits.js';
import type {AskingState, Claims} from './claims.js';
import type {Clock, Timer} from './clock.js';
import type {Debug} from './debug.js';
import {isComplete, type OpenWant, type SyncLink} from './sync-link.js';
import {type Plan, planWants} from './want-planner.js';

export interface WantAskerOptions extends Pick<AskingState, 'held' | 'readyAt'> {
	readonly clock: Clock;
	readonly debug: Debug;
	readonly links: ReadonlyMap<PeerId, SyncLink>;
	readonly claims: Claims;
	/** As much waits to be taken as may wait. */
	isFull(): boolean;
}

export interface WantAsker {
	/** Asks whoever is free for what is missing. */
	ask(): void;
	/** The answer to this want is complete. */
	answered(sync: SyncLink, want: OpenWant): void;
	/** A source of these is gone: there may be thousands. */
	reviewLater(feeds: Iterable<PeerId>): void;
	stop(): void;
}

/** So many claims are looked at without a break, half a millisecond, and how long the break is. */
const CLAIMS_A_TURN = 256;
const PART_PAUSE_MS = 16;
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;

export function createWantAsker({clock, debug, links, claims, held, readyAt, isFull}: WantAskerOptions): WantAsker {
	let wantCount = 0;
	/** Claims still to look at since we were asked to. */
	let toLook = 0;
	let lookedAt = Number.NEGATIVE_INFINITY;
	let later: Timer | undefined;
	/** Whose source is gone, and the turn in which to look on. */
	let unreviewed: PeerId[] = [];
	let reviewing: Timer | undefined;

	/** Looking through thousands of claims takes long: a part at a time then. */
	function ask(): void {
		toLook = claims.size;
		if (later) return;
		const pause = claims.size > CLAIMS_A_TURN ? lookedAt + PART_PAUSE_MS - clock.monotonic() : 0;
		if (pause > 0) later = clock.after(pause, askOn);
		else askOn();
	}

	function askOn(): void {
		later = undefined;
		if (toLook <= 0 || isFull()) return;
		lookedAt = clock.monotonic();
		askPart();
		toLook -= CLAIMS_A_TURN;
		if (toLook > 0) later = clock.after(PART_PAUSE_MS, askOn);
	}

	function askPart(): void {
		const asked = new Set<PeerId>();
		for (const {want} of links.values()) for (const feed of want?.ranges.keys() ?? []) asked.add(feed);
		const open = claims.open({held, readyAt, isAsked: feed => asked.has(feed)}, CLAIMS_A_TURN);
		const sources = [...links.values()].map(sync => ({
			peer: sync.link.peer,
			busy: sync.want !== undefined || !isComplete(sync),
			late: sync.late,
			holds: (feed: PeerId) => sync.theirs.get(feed) ?? 0,
		}));
		for (const plan of planWants(sources, open, clock.monotonic())) want(plan);
	}

	function want({peer, ranges}: Plan): void {
		const sync = links.get(peer);
		if (!sync) return;
		wantCount += 1;
		const id = wantCount;
		for (const range of ranges) claims.asked(range.peer);
		const timer = clock.after(WANT_TIMEOUT_MS, () => onTimeout(sync, id));
		sync.allowance += MAX_ANSWER_BYTES + MAX_BATCH_BYTES;
		sync.want = {id, ranges: new Map(ranges.map(range => [range.peer, range.from])), served: undefined, timer};
		sync.link.send({type: 'want', id, ranges});
	}

	function onTimeout(sync: SyncLink, id: number): void {
		if (sync.want?.id !== id) return;
		debug('sync', 'a want was not answered in time', {peer: sync.link.peer.slice(0, 8), id});
		sync.want = undefined;
		sync.late += 1;
		ask();
	}

	function review(feeds: Iterable<PeerId>): void {
		claims.review(feeds, feed => {
			let highest = 0;
			for (const {theirs} of links.values()) highest = Math.max(highest, theirs.get(feed) ?? 0);
			return highest;
		});
	}

	function reviewOn(): void {
		reviewing = undefined;
		review(unreviewed.slice(0, CLAIMS_A_TURN));
		unreviewed = unreviewed.slice(CLAIMS_A_TURN);
		if (unreviewed.length > 0) reviewing = clock.after(0, reviewOn);
	}

	/**
	 * Ranges are answered in their order: what was passed over before the last one served, this peer does not give, whatever
	 * it claims; behind it, the answer may have been full.
	 */
	function voidClaims(sync: SyncLink, {ranges, served}: OpenWant): void {
		const passed: PeerId[] = [];
		for (const [feed, from] of ranges) {
			if (feed === served) break;
			if (held(feed) >= from) continue;
			sync.theirs.set(feed, from - 1);
			passed.push(feed);
		}

		review(passed);
	}

	return {
		ask,
		answered(sync, want) {
			want.timer.cancel();
			sync.want = undefined;
			voidClaims(sync, want);
			ask();
		},
		reviewLater(feeds) {
			for (const feed of feeds) if (claims.has(feed)) unreviewed.push(feed);
			if (!reviewing && unreviewed.length > 0) reviewOn();
		},
		stop() {
			later?.cancel();
			reviewing?.cancel();
		},
	};
}
