/**
 * What this node has taken of every feed: the one place that decides whether a batch is genuine, new, known or a fork
 * (design.md, 2).
 *
 * Invariants
 * 1. What is held of a feed is contiguous from seq 1 and one chain; a batch is taken whole or not at all.
 * 2. `invalid` is the fault of who sent the batch, `forked` that of its author; nothing else is anybody's fault.
 * 3. A fork is believed only under a good signature. From then on the feed is frozen: what we hold stays, nothing is added.
 */
import {isEqualBytes} from '../codec/bytes.js';
import {decodeEntry, readIdentityClaim} from '../codec/entry.js';
import {type Batch, batchByteLength, type FeedEvent, type Hlc, lastSeq, type PeerId} from '../core/event.js';
import {compareHlc, HLC_ZERO} from '../core/event-order.js';
import {batchHash, batchSignaturePayload, chainHash, genesisHash} from './chain.js';
import {verifyIdentity} from './identity.js';
import type {FeedTip} from './own-feed.js';
import {verifySignature} from './signing-keys.js';

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
	tip(peer: PeerId): FeedTip | undefined;
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
interface FeedState {
	seq: number;
	bytes: number;
	validation: FeedValidation;
	/** Hash after `seq`; while undefined it follows from `lastBatch`, which ends there. */
	hash: Uint8Array | undefined;
	lastBatch: Batch | undefined;
}

/** Restored batches are views of pieces of the log: those of at most so many feeds are held before they are hashed. */
const MAX_UNHASHED = 128;

export function createFeedTips({roomTag, hashAt = () => undefined}: FeedTipsOptions): FeedTips {
	const feeds = new Map<PeerId, FeedState>();
	const frozen = new Set<PeerId>();
	const unhashed = new Set<PeerId>();

	/** The chain hash after what is held of a feed. */
	function tipHash(peer: PeerId): Uint8Array {
		const feed = feeds.get(peer);
		if (!feed) return genesisHash(roomTag, peer);
		if (feed.hash) return feed.hash;
		feed.hash = feed.lastBatch ? batchHash(feed.lastBatch) : genesisHash(roomTag, peer);
		feed.lastBatch = undefined;
		unhashed.delete(peer);
		return feed.hash;
	}

	function isSigned(batch: Batch, hash: Uint8Array): boolean {
		return verifySignature(
			batch.peer,
			batchSignaturePayload(roomTag, batch.peer, lastSeq(batch), hash),
			batch.signature,
		);
	}

	/** Another chain than ours: the author's doing if it is signed, else the sender's. */
	function classifyDivergence(batch: Batch, hash: Uint8Array): Acceptance {
		if (!isSigned(batch, hash)) return {type: 'invalid', code: 'bad-signature'};
		frozen.add(batch.peer);
		return {type: 'forked', first: true};
	}

	/** A batch that ends where we are or before. */
	function compareWithHeld(batch: Batch, seq: number): Acceptance {
		const last = lastSeq(batch);
		const heldHash = last === seq ? tipHash(batch.peer) : hashAt(batch.peer, last);
		if (!heldHash) return {type: 'known'};
		const receivedHash = batchHash(batch);
		return isEqualBytes(heldHash, receivedHash) ? {type: 'known'} : classifyDivergence(batch, receivedHash);
	}

	function getOrCreateFeed(peer: PeerId): FeedState {
		let feed = feeds.get(peer);
		if (!feed) {
			feed = {seq: 0, bytes: 0, validation: INITIAL_VALIDATION, hash: undefined, lastBatch: undefined};
			feeds.set(peer, feed);
		}

		return feed;
	}

	function extend(batch: Batch, fromSeq: number, hash: Uint8Array | undefined): readonly FeedEvent[] {
		const before = feeds.get(batch.peer)?.validation ?? INITIAL_VALIDATION;
		const {validation, events} = decodeBatchEvents(batch, fromSeq, before, roomTag);
		const feed = getOrCreateFeed(batch.peer);
		const isWhole = fromSeq === batch.firstSeq;
		const newPart = isWhole ? batch : {...batch, entries: batch.entries.slice(fromSeq - batch.firstSeq)};
		feed.seq = lastSeq(batch);
		feed.bytes += batchByteLength(newPart);
		feed.validation = validation;
		feed.hash = hash;
		feed.lastBatch = hash ? undefined : batch;
		return events;
	}

	/** A batch that begins at or before our next and ends behind our tip. */
	function acceptNewEntries(batch: Batch, seq: number): Acceptance {
		const {peer, firstSeq, entries} = batch;
		const heldHash = tipHash(peer);
		// The chain of the batch where our tip stands, and at its end.
		const hashAtTip = chainHash(batch.previousHash, entries.slice(0, seq + 1 - firstSeq));
		const newEntries = entries.slice(seq + 1 - firstSeq);
		const hash = chainHash(hashAtTip, newEntries);
		if (!isEqualBytes(hashAtTip, heldHash)) return classifyDivergence(batch, hash);
		if (!isSigned(batch, hash)) return {type: 'invalid', code: 'bad-signature'};
		const trimmed =
			firstSeq === seq + 1 ? batch : {...batch, firstSeq: seq + 1, previousHash: heldHash, entries: newEntries};
		return {type: 'accepted', batch: trimmed, events: extend(trimmed, seq + 1, hash)};
	}

	return {
		accept(batch) {
			if (frozen.has(batch.peer)) return {type: 'forked', first: false};
			const seq = feeds.get(batch.peer)?.seq ?? 0;
			if (batch.firstSeq > seq + 1) return {type: 'ahead'};
			return lastSeq(batch) <= seq ? compareWithHeld(batch, seq) : acceptNewEntries(batch, seq);
		},
		restore(batch) {
			const {peer} = batch;
			const seq = feeds.get(peer)?.seq ?? 0;
			if (batch.firstSeq > seq + 1) return decodeBatchEvents(batch, batch.firstSeq, INITIAL_VALIDATION, roomTag).events;
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

/**
 * Entries of a batch as events, in the order of their feed, with the rules that need to know what stands before (design.md,
 * 2): the HLC rises, `joined` is the first, nothing follows `left`. What breaks them is the author's fault and becomes
 * `unreadable`: kept, passed on, counted, not shown.
 */

/** What the rules need of the part before. */
export interface FeedValidation {
	readonly hlc: Hlc;
	readonly left: boolean;
}

export const INITIAL_VALIDATION: FeedValidation = {hlc: HLC_ZERO, left: false};

export interface DecodedBatch {
	readonly events: FeedEvent[];
	readonly validation: FeedValidation;
}

function toUnreadable({peer, seq, at, ms, counter}: FeedEvent, reason: string): FeedEvent {
	return {type: 'unreadable', peer, seq, at, ms, counter, reason};
}

function withVerifiedIdentity(event: FeedEvent, entry: Uint8Array, roomTag: Uint8Array): FeedEvent {
	const claim = readIdentityClaim(entry);
	const identity = claim && verifyIdentity(claim, roomTag, event.peer);
	return identity && event.type === 'joined' ? {...event, identity} : event;
}

/** Events from `fromSeq` on. The time of an entry of unknown kind counts as well, so that versions agree on what follows. */
export function decodeBatchEvents(
	batch: Batch,
	fromSeq: number,
	validation: FeedValidation,
	roomTag: Uint8Array,
): DecodedBatch {
	const events: FeedEvent[] = [];
	let {hlc, left} = validation;
	for (let seq = Math.max(fromSeq, batch.firstSeq); seq <= lastSeq(batch); seq++) {
		const entry = batch.entries[seq - batch.firstSeq];
		if (!entry) break;
		let event = decodeEntry(entry, batch.peer, seq);
		const isRising = compareHlc(event, hlc) > 0;
		if (isRising) hlc = {ms: event.ms, counter: event.counter};
		if (event.type !== 'unreadable') {
			if (left) event = toUnreadable(event, 'after left');
			else if (!isRising) event = toUnreadable(event, 'its clock does not rise');
			else if (event.type === 'joined' && seq > 1) event = toUnreadable(event, 'joined a second time');
			else if (event.type === 'joined') event = withVerifiedIdentity(event, entry, roomTag);
			else if (event.type === 'left') left = true;
		}
		events.push(event);
	}
	return {events, validation: {hlc, left}};
}
