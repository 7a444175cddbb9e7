/**
 * Tips of all feeds (the last held seq of each feed, and the hash up to it), and validation of batches: decides
 * whether a batch is genuine, new, known or proof of a fork (two different entries with one seq).
 *
 * Invariants (protocol.md, Feeds and batches)
 * 1. The part of a feed that this node holds starts at seq 1, has no gap and is one chain. A batch is accepted as a
 * whole or not at all.
 * 2. The result `invalid` means that the sender of the batch is at fault, and `forked` means that its author is at
 * fault. The other results mean no fault.
 * 3. Only a valid signature proves a fork. The feed is then frozen: its held part stays, and no entry is added.
 */
import {isEqualBytes} from '../codec/bytes.js';
import {decodeEntry, readIdentityClaim} from '../codec/entry.js';
import {type Batch, batchByteLength, lastSeq} from '../core/batch.js';
import type {FeedEvent, Hlc, PeerId} from '../core/event.js';
import {compareHlc, HLC_ZERO} from '../core/event-order.js';
import {extend} from '../core/memory-cost.js';
import {batchHash, batchSignaturePayload, chainHash, type FeedTip, genesisHash} from './chain.js';
import {verifyIdentity} from './identity.js';
import {isWeakKey, verifySignature} from './signing-keys.js';

type Acceptance =
	/**
	 * The batch is genuine and new. `batch` is the part of it that this node lacked, and `events` are the decoded
	 * entries of that part.
	 */
	| {readonly type: 'accepted'; readonly batch: Batch; readonly events: readonly FeedEvent[]}
	/** This node holds all entries of the batch already. */
	| {readonly type: 'known'}
	/**
	 * Entries between the held feed and the batch are missing. The batch was not verified; the caller may pass it to
	 * `accept` again when the missing entries have arrived.
	 */
	| {readonly type: 'ahead'}
	/**
	 * The feed is frozen, because a batch has proved that its author signed two versions of it. `first` is true if
	 * this batch is the proof.
	 */
	| {readonly type: 'forked'; readonly first: boolean}
	/**
	 * The key of the author is weak, so nothing proves who wrote the batch. The sender of the batch is not at fault,
	 * because earlier versions of the program accept and relay such batches.
	 */
	| {readonly type: 'unprovable'}
	| {readonly type: 'invalid'; readonly code: 'bad-signature'};

/**
 * Returns the hash of a held feed up to `seq`; undefined if it is not available. With this hash, a batch that ends at
 * `seq`, before the end of the held feed, can be compared with the feed.
 */
type HashAt = (peer: PeerId, seq: number) => Uint8Array | undefined;

export interface FeedTips {
	/** Verifies a batch from the network and adds its new entries to the held feed. Never throws. */
	accept(batch: Batch): Acceptance;
	/** Whether the signature of the batch is valid. The batch is not compared with the held entries of its feed. */
	isGenuine(batch: Batch): boolean;
	/**
	 * Accepts a batch of our own log or feed and returns its new events. The signature and the chain are trusted, so
	 * that opening a log needs no hashing. If entries between the held feed and the batch are missing, the events of
	 * the batch are returned too, but the tip of the feed does not move.
	 */
	restore(batch: Batch): readonly FeedEvent[];
	/**
	 * Tip of a feed: seq of the last held entry, and hash of the feed up to it. Undefined if no entry of the feed is
	 * held.
	 */
	tip(peer: PeerId): FeedTip | undefined;
	/** Seq of the last held entry of a feed; 0 if no entry is held. Unlike `tip`, this method never computes a hash. */
	seqOf(peer: PeerId): number;
	/** Total bytes of the held entries of a feed. */
	bytesOf(peer: PeerId): number;
	/** Authors of all held feeds. */
	peers(): PeerId[];
	/** Number of held feeds. */
	readonly count: number;
	/** Whether the feed is frozen, because a batch has proved that its author signed two versions of the feed. */
	isFrozen(peer: PeerId): boolean;
}

interface FeedTipsOptions {
	/** Tag of the room, 8 bytes. */
	readonly roomTag: Uint8Array;
	readonly hashAt?: HashAt;
}

/**
 * What the rules of a feed need to know about its earlier entries: their highest HLC, and whether one of them is a
 * `left`.
 */
interface FeedValidation {
	readonly hlc: Hlc;
	readonly left: boolean;
}

const INITIAL_VALIDATION: FeedValidation = {hlc: HLC_ZERO, left: false};

/** What is known of one feed. It is mutable, because every record that is read from a log moves the tip of a feed. */
interface FeedState {
	seq: number;
	bytes: number;
	validation: FeedValidation;
	/** Hash of the feed up to `seq`. If undefined, it can be computed from `lastBatch`, which ends at `seq`. */
	hash: Uint8Array | undefined;
	lastBatch: Batch | undefined;
}

/**
 * Maximum number of feeds that were read from the log and whose hash at the tip has not been computed yet. The last
 * batch of such a feed stays in memory until then, because the hash is computed from it. With the batch, the piece of
 * the log file that contains it stays in memory.
 */
const MAX_UNHASHED = 128;

export function createFeedTips({roomTag, hashAt = () => undefined}: FeedTipsOptions): FeedTips {
	const feeds = new Map<PeerId, FeedState>();
	const frozen = new Set<PeerId>();
	const unhashed = new Set<PeerId>();

	/** Chain hash at the tip of a feed. */
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

	/**
	 * Classifies a batch whose entries contradict the held feed. If its signature is valid, its author has written
	 * two versions of the feed (a fork). Otherwise its sender is at fault.
	 */
	function classifyDivergence(batch: Batch, hash: Uint8Array): Acceptance {
		if (!isSigned(batch, hash)) return {type: 'invalid', code: 'bad-signature'};
		frozen.add(batch.peer);
		return {type: 'forked', first: true};
	}

	/** Handles a batch whose seqs are all held already: compares it with the held entries. */
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

	/**
	 * Adds a batch to its feed: moves the tip to the end of the batch, and returns the events of the batch from
	 * `fromSeq` on. `hash`: hash of the feed at the new tip, if known.
	 */
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

	/**
	 * Handles a batch that contains entries after the last held entry of its feed. The batch may also contain entries
	 * that are held already.
	 */
	function acceptNewEntries(batch: Batch, seq: number): Acceptance {
		const {peer, firstSeq, entries} = batch;
		const heldHash = tipHash(peer);
		// Hash of the feed up to the last held entry, computed from the batch. It must equal `heldHash`.
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
			if (isWeakKey(batch.peer)) return {type: 'unprovable'};
			if (frozen.has(batch.peer)) return {type: 'forked', first: false};
			const seq = feeds.get(batch.peer)?.seq ?? 0;
			if (batch.firstSeq > seq + 1) return {type: 'ahead'};
			return lastSeq(batch) <= seq ? compareWithHeld(batch, seq) : acceptNewEntries(batch, seq);
		},
		isGenuine: batch => isSigned(batch, batchHash(batch)),
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
 * Decodes the entries of a batch from `fromSeq` on and applies the rules of a feed (protocol.md, Feeds and batches):
 * the HLC rises, no event after the first is `joined`, and nothing follows `left`. An entry that breaks a rule
 * becomes `unreadable`. An entry of unknown kind counts for the rule about the HLC too. So program versions that know
 * the kind and those that do not treat the following entries alike.
 */
function decodeBatchEvents(
	batch: Batch,
	fromSeq: number,
	validation: FeedValidation,
	roomTag: Uint8Array,
): {events: FeedEvent[]; validation: FeedValidation} {
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
			else if (!isRising) event = toUnreadable(event, 'its time is not later than the time of the entry before it');
			else if (event.type === 'joined' && seq > 1) event = toUnreadable(event, 'joined a second time');
			else if (event.type === 'joined') event = withVerifiedIdentity(event, entry, roomTag);
			else if (event.type === 'left') left = true;
		}
		events.push(event);
	}
	return {events, validation: {hlc, left}};
}

function toUnreadable({peer, seq, at, ms, counter}: FeedEvent, reason: string): FeedEvent {
	return {type: 'unreadable', peer, seq, at, ms, counter, reason};
}

function withVerifiedIdentity(event: FeedEvent, entry: Uint8Array, roomTag: Uint8Array): FeedEvent {
	const claim = readIdentityClaim(entry);
	const identity = claim && verifyIdentity(claim, roomTag, event.peer);
	return identity && event.type === 'joined' ? extend(event, {identity}) : event;
}
