/** What others say of their holdings: what they lack of ours, what we lack of theirs, and what they acknowledge. */
import {equalBytes} from '../codec/bytes.js';
import type {HaveFeed, HaveMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {MAX_MISSING_FEEDS, MAX_NEW_FEEDS_PER_MINUTE, PUSH_GRACE_MS} from '../core/limits.js';
import type {Claims} from './claims.js';
import type {Clock} from './clock.js';
import {agreesOn, tellDigest, tellPages} from './have-teller.js';
import type {Holdings} from './holdings.js';
import {inParts, type Parts} from './parts.js';
import type {PeerLink} from './peer-link.js';
import {countDigest, isComplete, type SyncLink, witness} from './sync-link.js';

export interface HaveReaderOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly holdings: Holdings;
	readonly claims: Claims;
	isConnected(peer: PeerId): boolean;
	/** A connected peer holds our own feed up to here. */
	delivered(peer: PeerId, seq: number): void;
	/** This peer named too many feeds that are new to us. */
	limited(peer: PeerId): void;
}

export interface HaveReader {
	/**
	 * Answers a digest with pages on the connection it came by; their feeds are kept in `said`. `current`: what is known of
	 * the pair, asked before each part; undefined once none is left.
	 */
	read(current: () => SyncLink | undefined, link: PeerLink, message: HaveMessage, said: Map<PeerId, number>): Parts;
	/** A minute after too many feeds were named: compare anew, to hear of those passed over. */
	renew(sync: SyncLink): void;
}

const MINUTE_MS = 60_000;

export function createHaveReader({self, clock, holdings, claims, ...options}: HaveReaderOptions): HaveReader {
	function acknowledge(sync: SyncLink, seq: number): void {
		witness(sync, self, seq);
		options.delivered(sync.link.peer, seq);
	}

	function forks(feed: HaveFeed): boolean {
		const own = holdings.have(feed.peer);
		return own?.seq === feed.seq && !equalBytes(own.hash, feed.hash);
	}

	/** At most so many new feeds a minute from one connection. */
	function mayName(sync: SyncLink): boolean {
		const now = clock.monotonic();
		if (now - sync.newFeeds.from >= MINUTE_MS) sync.newFeeds = {from: now, count: 0, overflow: false};
		const {from, count, overflow} = sync.newFeeds;
		const isOver = count >= MAX_NEW_FEEDS_PER_MINUTE || claims.size >= MAX_MISSING_FEEDS;
		if (isOver && !overflow) options.limited(sync.link.peer);
		sync.newFeeds = {from, count: count + 1, overflow: overflow || isOver};
		return !isOver;
	}

	function readDigest(sync: SyncLink, digest: Uint8Array): void {
		const ours = holdings.digest();
		if (agreesOn(self, ours, digest)) acknowledge(sync, holdings.seqOf(self));
		// They start anew: what was under way to us on a connection that closed is lost as well. If a digest of ours is on its
		// way, this may be the answer to it, and must not be answered in turn: two that differ for good would never end.
		if (isComplete(sync) && !equalBytes(ours, digest)) tellDigest(sync, holdings);
	}

	/** `first`: it belongs to the answer to our digest. */
	function readFeed(sync: SyncLink, feed: HaveFeed, first: boolean): void {
		if (feed.peer === self) {
			acknowledge(sync, Math.min(feed.seq, holdings.seqOf(self)));
			return;
		}

		const ours = holdings.seqOf(feed.peer);
		if (ours === 0 && !claims.has(feed.peer) && !mayName(sync)) return;
		// What we hold of it may have become equal between their digest and ours: then neither shows that we do.
		if (first && feed.peer === sync.link.peer) sync.pending.add(feed.peer);
		holdings.named(feed.peer);
		witness(sync, feed.peer, feed.seq);
		if (first) {
			sync.first.set(feed.peer, feed.seq);
			claims.noteHistory(feed.peer, feed.seq);
		}

		const now = clock.monotonic();
		const isPushed = !first && feed.peer !== sync.link.peer && options.isConnected(feed.peer);
		claims.note(feed.peer, feed.seq, isPushed ? now + PUSH_GRACE_MS : now);
		if (feed.seq === ours && ours > 0 && forks(feed)) claims.note(feed.peer, feed.seq, now, true);
	}

	return {
		*read(current, link, message, said) {
			if (message.kind === 'digest') {
				const sync = current();
				if (sync) readDigest(sync, message.digest);
				yield* tellPages(link, said, holdings, message.digest);
				return;
			}

			yield* inParts(message.feeds, feed => {
				const sync = current();
				if (sync) readFeed(sync, feed, message.kind === 'page');
			});
			const sync = current();
			if (sync && message.kind === 'page' && message.last) countDigest(sync, link, -1);
		},
		renew(sync) {
			const now = clock.monotonic();
			if (!sync.newFeeds.overflow || now - sync.newFeeds.from < MINUTE_MS) return;
			sync.newFeeds = {from: now, count: 0, overflow: false};
			tellDigest(sync, holdings);
		},
	};
}
