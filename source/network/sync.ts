/**
 * Anti-entropy: who holds what, who is asked for what, what is told to whom (design.md, 3, Sync).
 *
 * Invariants
 * 1. On every connection, and again after one of a pair closed, both sides say all that they hold (digest, then pages).
 * 2. A range is asked of one peer at a time; one that does not answer in time is asked last.
 * 3. Own new events are pushed to all at once; everything else travels by `have` and `want`.
 * 4. `have` speaks only of what is written to the log.
 * 5. What others claim of our own feed beyond what we wrote is ignored.
 * 6. Nobody sends what we did not ask for, but for its own feed, and of that no more than can be followed live.
 */
import {equalBytes} from '../codec/bytes.js';
import {encodeMessageFrame, type HaveFeed, type HaveMessage, type Message} from '../codec/message.js';
import type {Batch} from '../core/batch.js';
import {batchBytes, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {
	HAVE_CROWD_PEERS,
	HAVE_INTERVAL_MS,
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	MAX_INTAKE_BYTES,
	MAX_MISSING_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
	MAX_QUEUED_BYTES,
	PUSH_GRACE_MS,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import type {Debug} from './debug.js';
import {agreesOn, tellChanges, tellDigest, tellPages} from './have-teller.js';
import type {Holdings} from './holdings.js';
import {costOf, createIntake} from './intake.js';
import {createLivePace} from './live-pace.js';
import type {PeerLink} from './peer-link.js';
import {createSyncLink, type OpenWant, type SyncLink, witness} from './sync-link.js';
import {planWants} from './want-planner.js';
import {createWantServer, type WantServer} from './want-server.js';

export type TakeResult = 'taken' | 'known' | 'ahead' | 'refused';

export interface SyncOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly holdings: Holdings;
	/** Checks a batch and takes it into the log with the next commit. `live`: it was not in anybody's first `have`. */
	take(batch: Batch, link: PeerLink, live: boolean): TakeResult;
	/** Writes and reduces what was taken since the last commit. */
	commit(): void;
	/** A connected peer holds our own feed up to here. */
	delivered(peer: PeerId, seq: number): void;
	/** All that this peer held when it was connected is here; `received`: events it sent for it. */
	synced(peer: PeerId, received: number): void;
	/** History coming in; `expected` 0: done. */
	progress(received: number, expected: number): void;
	/** A limit was reached: less is taken or asked from now on. `peer`: whose feed, or who named too many. */
	limited(what: SyncLimit, peer: PeerId): void;
}

export type SyncLimit = 'live-events' | 'new-feeds' | 'bytes';

export interface Sync {
	up(link: PeerLink): void;
	replaced(link: PeerLink): void;
	down(peer: PeerId): void;
	/** `have`, `want` and `events`; others are left alone. */
	message(link: PeerLink, message: Message): void;
	drained(link: PeerLink): void;
	/** Own new events: to all, at once. */
	push(batch: Batch): void;
	/** We hold more of these feeds, on disk. */
	changed(feeds: Iterable<PeerId>): void;
	/** Takes what waits if it is little: somebody says goodbye. */
	hurry(): void;
	/** These feeds are welcome again: ask for what was passed over. */
	reconsider(feeds: Iterable<PeerId>): void;
	/** Takes what waits (before a shutdown). */
	finish(): void;
	stop(): void;
}

interface Entry {
	readonly sync: SyncLink;
	/** One for each connection on which something was asked: the two ends of a pair may for a moment prefer different ones. */
	readonly servers: Map<PeerLink, WantServer>;
	/** What our last pages named: answers are cut there, so that the other end can tell old from live. */
	readonly said: Map<PeerId, number>;
}

const MINUTE_MS = 60_000;
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;

export function createSync(options: SyncOptions): Sync {
	const {self, clock, holdings, debug} = options;
	const links = new Map<PeerId, Entry>();
	/** Feeds of which somebody claims more than we hold: the highest claim, and from when on to ask. */
	const missing = new Map<PeerId, {claimed: number; notBefore: number; recheck: boolean}>();
	/** Highest seq of what waits in the intake, so that we can ask on before it is taken. */
	const queued = new Map<PeerId, number>();
	/** Per feed, the highest seq of any first `have`: up to here it is history, not live. */
	const history = new Map<PeerId, number>();
	const pace = createLivePace();
	let ticks = 0;
	let wantCount = 0;
	let received = 0;
	let reported = 0;
	let timer: Timer = clock.after(HAVE_INTERVAL_MS, tick);

	const intake = createIntake(clock, {take, commit: commitSlice});
	const heldSeq = (feed: PeerId) => Math.max(holdings.seqOf(feed), queued.get(feed) ?? 0);

	function tick(): void {
		ticks += 1;
		const pace = Math.max(1, Math.ceil(links.size / HAVE_CROWD_PEERS));
		for (const {sync} of links.values()) {
			tellChanges(sync, holdings, ticks % pace === 0);
			if (sync.newFeeds.overflow && clock.monotonic() - sync.newFeeds.from >= MINUTE_MS) {
				sync.newFeeds = {from: clock.monotonic(), count: 0, overflow: false};
				tellDigest(sync, holdings);
			}
		}

		ask();
		reportProgress();
		timer = clock.after(HAVE_INTERVAL_MS, tick);
	}

	function reportProgress(): void {
		let open = 0;
		for (const [feed, {claimed}] of missing) open += Math.max(0, claimed - holdings.seqOf(feed));
		const expected = open === 0 ? 0 : received + open;
		if (expected === 0 && reported === 0) {
			received = 0;
			return;
		}

		options.progress(received, expected);
		reported = expected;
		if (expected === 0) received = 0;
	}

	/** Somebody claims to hold a feed up to `seq`. */
	function claim(feed: PeerId, seq: number, notBefore: number, recheck = false): void {
		if (feed === self || (!recheck && seq <= holdings.seqOf(feed)) || !holdings.isWelcome(feed)) return;
		const known = missing.get(feed);
		missing.set(feed, {
			claimed: Math.max(seq, known?.claimed ?? 0),
			notBefore: Math.min(notBefore, known?.notBefore ?? notBefore),
			recheck: recheck || (known?.recheck ?? false),
		});
	}

	/** A source is gone or gave nothing: what nobody else claims is not missing. */
	function reviewClaims(): void {
		for (const [feed, entry] of missing) {
			let claimed = 0;
			for (const {sync} of links.values()) claimed = Math.max(claimed, sync.theirs.get(feed) ?? 0);
			if (claimed <= holdings.seqOf(feed) && !entry.recheck) {
				missing.delete(feed);
				if (holdings.seqOf(feed) === 0) history.delete(feed);
			} else missing.set(feed, {...entry, claimed});
		}
	}

	function ask(): void {
		if (missing.size === 0 || intakeFull()) return;
		const asked = new Set<PeerId>();
		for (const {sync} of links.values()) for (const feed of sync.want?.ranges.keys() ?? []) asked.add(feed);
		const open = [];
		const now = clock.monotonic();
		for (const [feed, {claimed, notBefore: wished, recheck}] of missing) {
			const held = heldSeq(feed);
			const notBefore = Math.max(wished, pace.readyAt(feed, now));
			if (!holdings.isWelcome(feed)) missing.delete(feed);
			else if (recheck)
				open.push({feed, from: Math.max(1, Math.min(held, claimed)), notBefore, asked: asked.has(feed)});
			else if (held < claimed) open.push({feed, from: held + 1, notBefore, asked: asked.has(feed)});
			else if (holdings.seqOf(feed) >= claimed) missing.delete(feed);
		}

		const sources = [...links.values()].map(({sync}) => ({
			peer: sync.link.peer,
			busy: sync.want !== undefined || !sync.complete,
			late: sync.late,
			holds: (feed: PeerId) => sync.theirs.get(feed) ?? 0,
		}));
		for (const plan of planWants(sources, open, now)) {
			const entry = links.get(plan.peer);
			if (entry) want(entry.sync, plan.ranges);
		}
	}

	let intakeBytes = 0;
	const intakeFull = () => intakeBytes > MAX_INTAKE_BYTES;

	function want(sync: SyncLink, ranges: readonly {peer: PeerId; from: number}[]): void {
		wantCount += 1;
		const id = wantCount;
		for (const range of ranges) {
			const entry = missing.get(range.peer);
			if (entry) missing.set(range.peer, {...entry, recheck: false});
		}

		const onTimeout = () => {
			if (sync.want?.id !== id) return;
			debug('sync', 'a want was not answered in time', {peer: sync.link.peer.slice(0, 8), id});
			sync.want = undefined;
			sync.late += 1;
			ask();
		};
		const asked = new Map(ranges.map(range => [range.peer, range.from]));
		sync.allowance += MAX_ANSWER_BYTES + MAX_BATCH_BYTES;
		sync.want = {id, ranges: asked, served: undefined, timer: clock.after(WANT_TIMEOUT_MS, onTimeout)};
		sync.link.send({type: 'want', id, ranges});
	}

	/** Answered on the connection it came by: for a moment the two ends of a doubled one may prefer different ones. */
	function onHave({sync, said}: Entry, link: PeerLink, message: HaveMessage): void {
		if (message.kind === 'digest') {
			const ours = holdings.digest();
			if (agreesOn(self, ours, message.digest)) acknowledge(sync, holdings.seqOf(self));
			// They start anew: what was under way to us on a connection that closed is lost as well.
			if (sync.complete && !equalBytes(ours, message.digest)) tellDigest(sync, holdings);
			tellPages(link, said, holdings, message.digest);
			return;
		}

		for (const feed of message.feeds) onHaveFeed(sync, feed, message.kind === 'page');
		if (message.kind === 'page' && message.last) sync.complete = true;
		checkSynced(sync);
		ask();
	}

	function onHaveFeed(sync: SyncLink, feed: HaveFeed, first: boolean): void {
		if (feed.peer === self) {
			acknowledge(sync, Math.min(feed.seq, holdings.seqOf(self)));
			return;
		}

		const ours = holdings.seqOf(feed.peer);
		if (ours === 0 && !missing.has(feed.peer) && !mayName(sync)) return;
		holdings.named(feed.peer);
		witness(sync, feed.peer, feed.seq);
		if (first) {
			sync.first.set(feed.peer, feed.seq);
			history.set(feed.peer, Math.max(feed.seq, history.get(feed.peer) ?? 0));
		}

		const now = clock.monotonic();
		const pushed = !first && feed.peer !== sync.link.peer && links.has(feed.peer);
		claim(feed.peer, feed.seq, pushed ? now + PUSH_GRACE_MS : now);
		if (feed.seq === ours && ours > 0 && forks(feed)) claim(feed.peer, feed.seq, now, true);
	}

	function forks(feed: HaveFeed): boolean {
		const own = holdings.have(feed.peer);
		return own?.seq === feed.seq && own.hash.some((byte, index) => byte !== feed.hash[index]);
	}

	/** At most so many new feeds a minute from one connection. */
	function mayName(sync: SyncLink): boolean {
		const now = clock.monotonic();
		if (now - sync.newFeeds.from >= MINUTE_MS) sync.newFeeds = {from: now, count: 0, overflow: false};
		const {from, count, overflow} = sync.newFeeds;
		const isOver = count >= MAX_NEW_FEEDS_PER_MINUTE || missing.size >= MAX_MISSING_FEEDS;
		if (isOver && !overflow) options.limited('new-feeds', sync.link.peer);
		sync.newFeeds = {from, count: count + 1, overflow: overflow || isOver};
		return !isOver;
	}

	function acknowledge(sync: SyncLink, seq: number): void {
		witness(sync, self, seq);
		options.delivered(sync.link.peer, seq);
	}

	/** Whether it was asked for, or is pushed by its author at a pace that can be followed. */
	function admit(sync: SyncLink, link: PeerLink, batch: Batch, asked: boolean): boolean {
		const now = clock.monotonic();
		const bytes = batchBytes(batch);
		const last = lastSeq(batch);
		if (asked) sync.allowance -= bytes;
		if (asked ? sync.allowance < 0 : batch.peer !== link.peer) {
			link.fail('unasked', 'it sends history that nobody asked for');
			return false;
		}

		if (!asked && pace.readyAt(batch.peer, now) > now) {
			options.limited('live-events', batch.peer);
			witness(sync, batch.peer, last);
			claim(batch.peer, last, now);
			return false;
		}

		if (last > (history.get(batch.peer) ?? 0)) pace.note(batch.peer, batch.entries.length, bytes, now);
		return true;
	}

	function onEvents(sync: SyncLink, link: PeerLink, message: Extract<Message, {type: 'events'}>): void {
		const asked = message.answer !== undefined;
		const want = asked && sync.want?.id === message.answer ? sync.want : undefined;
		for (const batch of message.batches) {
			if (batch.peer === self) continue;
			if (!admit(sync, link, batch, asked)) continue;
			const last = lastSeq(batch);
			const from = want?.ranges.get(batch.peer);
			if (want && from !== undefined && batch.firstSeq <= from && from <= last) want.served = batch.peer;
			witness(sync, batch.peer, last);
			if (batch.firstSeq <= heldSeq(batch.peer) + 1)
				queued.set(batch.peer, Math.max(last, queued.get(batch.peer) ?? 0));
			intakeBytes += costOf(batch);
			intake.push({batch, link, asked});
		}

		if (want && message.done) {
			want.timer.cancel();
			sync.want = undefined;
			voidClaims(sync, want);
			ask();
		}
	}

	/**
	 * Ranges are answered in their order: what was passed over before the last one served, this peer does not give, whatever
	 * it claims; behind it, the answer may have been full.
	 */
	function voidClaims(sync: SyncLink, {ranges, served}: OpenWant): void {
		let passed = false;
		for (const [feed, from] of ranges) {
			if (feed === served) break;
			if (heldSeq(feed) >= from) continue;
			sync.theirs.set(feed, from - 1);
			passed = true;
		}

		if (passed) reviewClaims();
	}

	function take({batch, link, asked}: {batch: Batch; link: PeerLink; asked: boolean}): void {
		intakeBytes -= costOf(batch);
		const live = batch.firstSeq > (history.get(batch.peer) ?? 0);
		const before = holdings.seqOf(batch.peer);
		if (!holdings.hasRoom(batch.peer, !asked)) {
			options.limited('bytes', batch.peer);
			return;
		}

		const result = options.take(batch, link, live);
		if (result === 'ahead') claim(batch.peer, lastSeq(batch), clock.monotonic());
		const gained = holdings.seqOf(batch.peer) - before;
		if (missing.has(batch.peer)) received += Math.max(0, gained);
		const entry = links.get(link.peer);
		if (entry && asked) entry.sync.received += Math.max(0, gained);
	}

	function commitSlice(): void {
		options.commit();
		if (!intake.busy) {
			queued.clear();
			intakeBytes = 0;
		}

		for (const {sync} of links.values()) checkSynced(sync);
		ask();
	}

	/** Told once for each connection, when everything of its first `have` is here (or is not welcome). */
	function checkSynced(sync: SyncLink): void {
		if (!sync.complete || sync.synced) return;
		for (const [feed, seq] of sync.first) {
			if (holdings.seqOf(feed) >= seq || !holdings.isWelcome(feed)) sync.first.delete(feed);
			else return;
		}

		sync.synced = true;
		reportProgress();
		options.synced(sync.link.peer, sync.received);
	}

	/** What they asked of us goes on: they learn of a closed connection themselves. */
	function open(link: PeerLink): void {
		const before = links.get(link.peer);
		before?.sync.want?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic());
		sync.allowance = before?.sync.allowance ?? 0;
		const servers = new Map<PeerLink, WantServer>();
		for (const [kept, server] of before?.servers ?? []) {
			if (kept === link || kept === before?.sync.link) servers.set(kept, server);
			else server.stop();
		}

		links.set(link.peer, {sync, servers, said: before?.said ?? new Map()});
		tellDigest(sync, holdings);
	}

	function serverOf({servers, said}: Entry, link: PeerLink): WantServer {
		const known = servers.get(link);
		if (known) return known;
		const server = createWantServer(link, clock, holdings, said);
		servers.set(link, server);
		return server;
	}

	function close(peer: PeerId): void {
		const entry = links.get(peer);
		entry?.sync.want?.timer.cancel();
		for (const server of entry?.servers.values() ?? []) server.stop();
		links.delete(peer);
	}

	return {
		up: open,
		replaced: open,
		down(peer) {
			close(peer);
			reviewClaims();
			ask();
		},
		message(link, message) {
			const entry = links.get(link.peer);
			if (!entry) return;
			if (message.type === 'have') onHave(entry, link, message);
			else if (message.type === 'events') onEvents(entry.sync, link, message);
			else if (message.type === 'want') serverOf(entry, link).serve(message);
		},
		drained(link) {
			const entry = links.get(link.peer);
			entry?.servers.get(link)?.drained();
			if (entry?.sync.link !== link) return;
			if (entry.sync.behind) {
				entry.sync.pending.add(self);
				entry.sync.behind = false;
				tellChanges(entry.sync, holdings, true);
			}
		},
		push(batch) {
			const frame = encodeMessageFrame({type: 'events', batches: [batch]});
			for (const {sync} of links.values()) {
				if (sync.behind || sync.link.queuedBytes > MAX_QUEUED_BYTES) sync.behind = true;
				else sync.link.sendFrame(frame);
			}
		},
		changed(feeds) {
			for (const feed of feeds) {
				if (feed === self) continue;
				for (const {sync} of links.values()) sync.pending.add(feed);
			}
		},
		hurry() {
			if (intakeBytes <= MAX_BATCH_BYTES) intake.finish();
		},
		reconsider(feeds) {
			const now = clock.monotonic();
			for (const feed of feeds) for (const {sync} of links.values()) claim(feed, sync.theirs.get(feed) ?? 0, now);
			ask();
		},
		finish: () => intake.finish(),
		stop() {
			timer.cancel();
			intake.stop();
			for (const peer of [...links.keys()]) close(peer);
		},
	};
}
