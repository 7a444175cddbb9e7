/**
 * Anti-entropy: who holds what, who is asked for what, what is told to whom (design.md, 3, Sync). Its steps stand in files
 * of their own: `have-teller` says what we hold, `have-reader` reads what others hold, `claims` keeps what we lack,
 * `want-asker` asks for it, `want-servers` answer, `batch-receiver` takes in.
 *
 * Invariants
 * 1. On every connection, and again after one of a pair closed, both sides say all that they hold (digest, then pages).
 * 2. A range is asked of one peer at a time; one that does not answer in time is asked last.
 * 3. Own new events are pushed to all at once; everything else travels by `have` and `want`.
 * 4. `have` speaks only of what is written to the log.
 * 5. What others claim of our own feed beyond what we wrote is ignored.
 * 6. Nobody sends what we did not ask for, but for its own feed, and of that no more than can be followed live.
 */
import {encodeMessageFrame, type HaveMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {HAVE_CROWD_PEERS, HAVE_INTERVAL_MS, MAX_QUEUED_BYTES} from '../core/limits.js';
import {createBatchReceiver} from './batch-receiver.js';
import {createBeat} from './beat.js';
import {createClaims} from './claims.js';
import {createHaveReader} from './have-reader.js';
import {tellChanges, tellDigest} from './have-teller.js';
import type {IncomingBatch} from './incoming-batch.js';
import {createLivePace} from './live-pace.js';
import {doAll, type Parts} from './parts.js';
import type {PeerLink} from './peer-link.js';
import {createSyncLink, holdsFirst, type SyncLink} from './sync-link.js';
import type {Sync, SyncOptions} from './sync-options.js';
import {createSyncProgress} from './sync-progress.js';
import {createWantAsker} from './want-asker.js';
import {createWantServers} from './want-servers.js';

export function createSync(options: SyncOptions): Sync {
	const {self, clock, holdings, debug} = options;
	const links = new Map<PeerId, SyncLink>();
	const claims = createClaims(self, holdings);
	const pace = createLivePace();
	const progress = createSyncProgress(options.progress);
	const servers = createWantServers(clock, holdings);
	const shared = {self, clock, holdings, claims};
	const reader = createHaveReader({
		...shared,
		isConnected: peer => links.has(peer),
		delivered: options.delivered,
		limited: peer => options.limited('new-feeds', peer),
	});
	const receiver = createBatchReceiver({
		...shared,
		pace,
		take: options.take,
		gained,
		commit: options.commit,
		committed,
		limited: options.limited,
	});
	const asker = createWantAsker({
		clock,
		debug,
		links,
		claims,
		held: receiver.held,
		readyAt: feed => pace.readyAt(feed, clock.monotonic()),
		isFull: receiver.isFull,
	});
	const beat = createBeat(clock, HAVE_INTERVAL_MS, tick);
	let ticks = 0;

	/** Nothing is to be told, nothing to be asked. */
	function isIdle(): boolean {
		if (claims.size > 0) return false;
		for (const {pending, newFeeds} of links.values()) if (pending.size > 0 || newFeeds.overflow) return false;
		return true;
	}

	/** Slower as the room grows; acknowledgements at every tick. */
	function tick(): void {
		ticks += 1;
		const crowd = Math.max(1, Math.ceil(links.size / HAVE_CROWD_PEERS));
		for (const sync of links.values()) {
			tellChanges(sync, holdings, ticks % crowd === 0);
			reader.renew(sync);
		}

		asker.ask();
		progress.report(claims.outstanding());
		if (!isIdle()) beat.wake();
	}

	function gained({batch, link, asked}: IncomingBatch, events: number): void {
		if (claims.has(batch.peer)) progress.took(events);
		const sync = links.get(link.peer);
		if (sync && asked) sync.received += events;
	}

	function committed(): void {
		beat.wake();
		for (const sync of links.values()) checkSynced(sync);
		asker.ask();
	}

	/** Told once for each connection. */
	function checkSynced(sync: SyncLink): void {
		if (sync.synced || !holdsFirst(sync, holdings)) return;
		sync.synced = true;
		progress.report(claims.outstanding());
		options.synced(sync.link.peer, sync.received);
	}

	/** What they asked of us goes on: they learn of a closed connection themselves. */
	function open(link: PeerLink): void {
		const before = links.get(link.peer);
		before?.want?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic(), before);
		if (before?.link !== link) receiver.greet(link);
		links.set(link.peer, sync);
		beat.wake();
		// It says anew what it holds.
		asker.reviewLater(before?.theirs.keys() ?? []);
		tellDigest(sync, holdings);
	}

	function close(peer: PeerId): void {
		links.get(peer)?.want?.timer.cancel();
		servers.forget(peer);
		links.delete(peer);
	}

	/** They may be replaced between two parts of what they say. */
	function* readHave(link: PeerLink, message: HaveMessage): Parts {
		yield* reader.read(() => links.get(link.peer), link, message, servers.said(link.peer));
		const sync = links.get(link.peer);
		if (!sync || message.kind === 'digest') return;
		checkSynced(sync);
		asker.ask();
	}

	return {
		up: open,
		replaced(link, closed) {
			if (closed) servers.closed(closed);
			open(link);
		},
		down(peer) {
			const claimed = links.get(peer)?.theirs.keys() ?? [];
			close(peer);
			asker.reviewLater(claimed);
			asker.ask();
			beat.wake();
		},
		message(link, message, rest = doAll) {
			const sync = links.get(link.peer);
			if (!sync) return;
			beat.wake();
			if (message.type === 'want') servers.serve(link, message);
			else if (message.type === 'have') rest(readHave(link, message));
			else if (message.type === 'events') {
				const want = receiver.events(sync, link, message);
				if (want) asker.answered(sync, want);
			}
		},
		drained(link) {
			servers.drained(link);
			const sync = links.get(link.peer);
			if (sync?.link !== link || !sync.behind) return;
			sync.pending.add(self);
			sync.behind = false;
			beat.wake();
			tellChanges(sync, holdings, true);
		},
		push(batch) {
			receiver.talked();
			const frame = encodeMessageFrame({type: 'events', batches: [batch]});
			for (const sync of links.values()) {
				if (sync.behind || sync.link.queuedBytes > MAX_QUEUED_BYTES) sync.behind = true;
				else sync.link.sendFrame(frame);
			}
		},
		changed(feeds) {
			for (const feed of feeds) if (feed !== self) for (const {pending} of links.values()) pending.add(feed);
			beat.wake();
		},
		hurry: receiver.hurry,
		reconsider(feeds) {
			const now = clock.monotonic();
			for (const feed of feeds) for (const {theirs} of links.values()) claims.note(feed, theirs.get(feed) ?? 0, now);
			asker.ask();
			beat.wake();
		},
		finish: receiver.finish,
		stop() {
			beat.stop();
			receiver.stop();
			asker.stop();
			for (const peer of [...links.keys()]) close(peer);
		},
	};
}
