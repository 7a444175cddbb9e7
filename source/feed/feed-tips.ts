/**
 * What this node has taken of every feed: the one place that decides whether a batch is genuine, new, known or a fork
 * (design.md, 2).
 *
 * Invariants
 * 1. What is held of a feed is contiguous from seq 1 and one chain; a batch is taken whole or not at all.
 * 2. `invalid` is the fault of who sent the batch, `forked` that of its author; nothing else is anybody's fault.
 * 3. A fork is believed only under a good signature. From then on the feed is frozen: what we hold stays, nothing is added.
 */
import {equalBytes} from '../codec/bytes.js';
import {type Batch, batchBytes, lastSeq} from '../core/batch.js';
import type {FeedEvent} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {batchHash, batchPayload, chainHash, firstHash} from './chain.js';
import type {Tip} from './own-feed.js';
import {verifySignature} from './peer-key.js';
import {COURSE_START, type FeedCourse, readBatchEvents} from './read-batch.js';

export type Acceptance =
	/** Genuine and new. `batch` begins at what we lacked first; `events` are its entries. */
	| {readonly type: 'accepted'; readonly batch: Batch; readonly events: readonly FeedEvent[]}
	/** We hold all of it. */
	| {readonly type: 'known'}
	/** Begins behind what we hold; not checked. To be held or dropped, and accepted again later. */
	| {readonly type: 'ahead'}
	/** Frozen. `first`: this batch proved it. */
	| {readonly type: 'forked'; readonly first: boolean}
	| {readonly type: 'invalid'; readonly code: 'bad-signature'};

/** Chain hash that we hold after `seq`, if it can be had: lets a batch that ends before our tip be compared. */
export type HashAt = (peer: PeerId, seq: number) => Uint8Array | undefined;

export interface FeedTips {
	/** Checks a batch from the network and takes what is new of it. Never throws. */
	accept(batch: Batch): Acceptance;
	/**
	 * A batch from our own log or our own feed: signature and chain are trusted, so that opening a log is not slowed by
	 * hashing. Returns the events that are new to us; also those of a batch behind a gap, which does not move the tip.
	 */
	restore(batch: Batch): readonly FeedEvent[];
	/** Undefined when nothing is held. */
	tip(peer: PeerId): Tip | undefined;
	/** Highest contiguous seq, 0 when nothing is held. Never hashes. */
	seqOf(peer: PeerId): number;
	/** Bytes of entries held of a feed. */
	bytesOf(peer: PeerId): number;
	/** All of which something is held. */
	peers(): PeerId[];
	/** How many those are. */
	readonly count: number;
	isFrozen(peer: PeerId): boolean;
}

export interface FeedTipsOptions {
	/** 8 bytes. */
	readonly roomTag: Uint8Array;
	readonly hashAt?: HashAt;
}

/** Written in place: opening a log moves the tip of a feed with every record. */
interface Feed {
	seq: number;
	bytes: number;
	course: FeedCourse;
	/** Hash after `seq`; while undefined it follows from `lastBatch`, which ends there. */
	hash: Uint8Array | undefined;
	lastBatch: Batch | undefined;
}

/** Restored batches are views of pieces of the log: those of at most so many feeds are held before they are hashed. */
const MAX_UNHASHED = 128;

export function createFeedTips({roomTag, hashAt = () => undefined}: FeedTipsOptions): FeedTips {
	const feeds = new Map<PeerId, Feed>();
	const frozen = new Set<PeerId>();
	const unhashed = new Set<PeerId>();

	/** The chain hash after what is held of a feed. */
	function tipHash(peer: PeerId): Uint8Array {
		const feed = feeds.get(peer);
		if (!feed) return firstHash(roomTag, peer);
		if (feed.hash) return feed.hash;
		feed.hash = feed.lastBatch ? batchHash(feed.lastBatch) : firstHash(roomTag, peer);
		feed.lastBatch = undefined;
		unhashed.delete(peer);
		return feed.hash;
	}

	function isSigned(batch: Batch, hash: Uint8Array): boolean {
		return verifySignature(batch.peer, batchPayload(roomTag, batch.peer, lastSeq(batch), hash), batch.signature);
	}

	/** Another chain than ours: the author's doing if it is signed, else the sender's. */
	function judgeOther(batch: Batch, hash: Uint8Array): Acceptance {
		if (!isSigned(batch, hash)) return {type: 'invalid', code: 'bad-signature'};
		frozen.add(batch.peer);
		return {type: 'forked', first: true};
	}

	/** A batch that ends where we are or before. */
	function compare(batch: Batch, seq: number): Acceptance {
		const last = lastSeq(batch);
		const ours = last === seq ? tipHash(batch.peer) : hashAt(batch.peer, last);
		if (!ours) return {type: 'known'};
		const theirs = batchHash(batch);
		return equalBytes(ours, theirs) ? {type: 'known'} : judgeOther(batch, theirs);
	}

	function feedOf(peer: PeerId): Feed {
		let feed = feeds.get(peer);
		if (!feed) {
			feed = {seq: 0, bytes: 0, course: COURSE_START, hash: undefined, lastBatch: undefined};
			feeds.set(peer, feed);
		}

		return feed;
	}

	function extend(batch: Batch, fromSeq: number, hash: Uint8Array | undefined): readonly FeedEvent[] {
		const before = feeds.get(batch.peer)?.course ?? COURSE_START;
		const {course, events} = readBatchEvents(batch, fromSeq, before, roomTag);
		const feed = feedOf(batch.peer);
		const isWhole = fromSeq === batch.firstSeq;
		const taken = isWhole ? batch : {...batch, entries: batch.entries.slice(fromSeq - batch.firstSeq)};
		feed.seq = lastSeq(batch);
		feed.bytes += batchBytes(taken);
		feed.course = course;
		feed.hash = hash;
		feed.lastBatch = hash ? undefined : batch;
		return events;
	}

	/** A batch that begins at or before our next and ends behind our tip. */
	function take(batch: Batch, seq: number): Acceptance {
		const {peer, firstSeq, entries} = batch;
		const ours = tipHash(peer);
		// The chain of the batch where our tip stands, and at its end.
		const before = chainHash(batch.previousHash, entries.slice(0, seq + 1 - firstSeq));
		const rest = entries.slice(seq + 1 - firstSeq);
		const hash = chainHash(before, rest);
		if (!equalBytes(before, ours)) return judgeOther(batch, hash);
		if (!isSigned(batch, hash)) return {type: 'invalid', code: 'bad-signature'};
		const trimmed = firstSeq === seq + 1 ? batch : {...batch, firstSeq: seq + 1, previousHash: ours, entries: rest};
		return {type: 'accepted', batch: trimmed, events: extend(trimmed, seq + 1, hash)};
	}

	return {
		accept(batch) {
			if (frozen.has(batch.peer)) return {type: 'forked', first: false};
			const seq = feeds.get(batch.peer)?.seq ?? 0;
			if (batch.firstSeq > seq + 1) return {type: 'ahead'};
			return lastSeq(batch) <= seq ? compare(batch, seq) : take(batch, seq);
		},
		restore(batch) {
			const {peer} = batch;
			const seq = feeds.get(peer)?.seq ?? 0;
			if (batch.firstSeq > seq + 1) return readBatchEvents(batch, batch.firstSeq, COURSE_START, roomTag).events;
			if (lastSeq(batch) <= seq) return [];
			const events = extend(batch, seq + 1, undefined);
			unhashed.add(peer);
			if (unhashed.size > MAX_UNHASHED) {
				const oldest = unhashed.values().next();
				if (!oldest.done) tipHash(oldest.value);
			}
			return events;
		},
		tip: peer => (feeds.has(peer) ? {seq: feeds.get(peer)?.seq ?? 0, hash: tipHash(peer)} : undefined),
		seqOf: peer => feeds.get(peer)?.seq ?? 0,
		bytesOf: peer => feeds.get(peer)?.bytes ?? 0,
		peers: () => [...feeds.keys()],
		get count() {
			return feeds.size;
		},
		isFrozen: peer => frozen.has(peer),
	};
}
