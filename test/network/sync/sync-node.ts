/** Test node: a real sync with an inventory in memory. Its fake links lead to the test or to another test node. */
import {createHash} from 'node:crypto';
import {FRAME_HEADER_BYTES} from '../../../source/codec/frame.js';
import {decodeMessage} from '../../../source/codec/message.js';
import type {Message} from '../../../source/codec/message-types.js';
import type {Batch} from '../../../source/core/batch.js';
import {lastSeq} from '../../../source/core/batch.js';
import type {PeerId} from '../../../source/core/event.js';
import {SEND_HIGH_WATER_BYTES} from '../../../source/core/limits.js';
import {createHaveIndex} from '../../../source/feed/have-index.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import type {FeedInventory} from '../../../source/network/sync/feed-inventory.js';
import type {IngestResult} from '../../../source/network/sync/ingest.js';
import type {Sync} from '../../../source/network/sync/sync.js';
import {createSync} from '../../../source/network/sync/sync.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import type {FakeClock} from '../../helpers/fake-clock.js';

/** First 8 bytes of the fake chain hash of a feed at `seq`. Each value of `fork` gives a different chain. */
export function hashOf(peer: PeerId, seq: number, fork = 0): Uint8Array {
	return createHash('sha256').update(`${peer} ${seq} ${fork}`).digest().subarray(0, 8);
}

/** Batch of the entries `first` to `last` of a feed. Peer and seq determine the content of an entry. */
export function batchOf(peer: PeerId, first: number, last = first, bytes = 100): Batch {
	const entries = Array.from({length: last - first + 1}, (_, index) => {
		const entry = new Uint8Array(bytes);
		entry.set(hashOf(peer, first + index));
		return entry;
	});
	return {peer, firstSeq: first, previousHash: new Uint8Array(32), entries, signature: new Uint8Array(64)};
}

/** Whether an entry of the batch has another seq than the one at which the author wrote it. */
function isMisplaced({peer, firstSeq, entries}: Batch): boolean {
	return entries.some(
		(entry, index) =>
			!Buffer.from(entry)
				.subarray(0, 8)
				.equals(hashOf(peer, firstSeq + index)),
	);
}

export interface SyncNode {
	readonly self: PeerId;
	readonly sync: Sync;
	readonly inventory: FeedInventory;
	/** Calls of the callbacks of sync as text, in order. Peers appear as their numbers. */
	readonly reports: string[];
	/** Number of held events of each peer, by the number of the peer. */
	held(): Record<number, number>;
	/** Adds a batch to the inventory without sync. */
	hold(batch: Batch): void;
	/** Writes events of this node and pushes them. */
	post(count?: number, bytes?: number): void;
	readonly ignored: Set<PeerId>;
	/** By author: the result that this node gives for every batch of the author instead of accepting it. */
	readonly rejections: Map<PeerId, IngestResult>;
	isFull: boolean;
	/** How full the log is, as a fraction of its limits. */
	usage: () => number;
	/** By how much new events raise the usage. */
	costOf: (events: number) => number;
	/** Whether the log cannot be written, so that new events are not listed. */
	isStuck: boolean;
}

export function createSyncNode(number: number, clock: FakeClock): SyncNode {
	const self = fakePeerId(number);
	const feeds = new Map<PeerId, Uint8Array[]>();
	const index = createHaveIndex();
	const reports: string[] = [];
	const ignored = new Set<PeerId>();
	const dirty = new Set<PeerId>();
	const number16 = (peer: PeerId) => Number.parseInt(peer, 16);
	const entriesOf = (peer: PeerId) => feeds.get(peer) ?? [];

	function add(batch: Batch): void {
		const held = entriesOf(batch.peer);
		feeds.set(batch.peer, [...held, ...batch.entries.slice(held.length + 1 - batch.firstSeq)]);
		dirty.add(batch.peer);
	}

	function write(): PeerId[] {
		if (node.isStuck) return [];
		const written = [...dirty];
		for (const peer of written) {
			const seq = entriesOf(peer).length;
			index.set({peer, seq, hash: hashOf(peer, seq)});
		}

		dirty.clear();
		return written;
	}

	function ingest(batch: Batch, live: boolean): IngestResult {
		const held = entriesOf(batch.peer).length;
		const rejection = node.rejections.get(batch.peer);
		if (rejection) return rejection;
		if (batch.firstSeq > held + 1) return {type: 'ahead'};
		if (lastSeq(batch) <= held) return {type: 'known'};
		if (isMisplaced(batch)) throw new Error('a batch holds entries of another position');
		reports.push(`ingested ${number16(batch.peer)}:${batch.firstSeq}-${lastSeq(batch)}${live ? ' live' : ''}`);
		add(batch);
		return {type: 'accepted'};
	}

	const inventory: FeedInventory = {
		seqOf: peer => entriesOf(peer).length,
		have: peer => index.get(peer),
		digest: () => index.digest(),
		bucket: at => index.bucket(at),
		read(peer, seq, maxBytes, boundary) {
			const until = boundary !== undefined && boundary >= seq ? boundary : (index.get(peer)?.seq ?? 0);
			const entries: Uint8Array[] = [];
			let bytes = 0;
			for (const entry of entriesOf(peer).slice(seq - 1, until)) {
				bytes += entry.length;
				if (entries.length > 0 && bytes > maxBytes) break;
				entries.push(entry);
			}

			return entries.length === 0 ? [] : [{...batchOf(peer, seq, seq, 8), entries}];
		},
		isAcceptable: peer => !ignored.has(peer),
		usageOf: () => (node.isFull ? 2 : node.usage()),
		costOf: (_, events) => node.costOf(events),
		markShareable() {},
	};
	const sync = createSync({
		self,
		clock,
		debug: () => {},
		inventory,
		sink: {ingest, commit: () => sync.inventoryChanged(write())},
		earlierFeeds: () => [],
		onDelivered: (peer, seq) => reports.push(`delivered ${seq} to ${number16(peer)}`),
		onSynced: (peer, received) => reports.push(`synced with ${number16(peer)}, ${received} received`),
		onProgress: (received, expected) => reports.push(`progress ${received} of ${expected}`),
		onLimit: (limit, peer) => reports.push(`limited ${limit} ${number16(peer)}`),
		onFork: author => reports.push(`forked ${number16(author)}`),
	});

	const node: SyncNode = {
		self,
		sync,
		inventory: inventory,
		reports,
		ignored,
		rejections: new Map(),
		isFull: false,
		usage: () => 0,
		costOf: () => 0,
		isStuck: false,
		held: () => Object.fromEntries([...feeds].map(([peer, entries]) => [number16(peer), entries.length])),
		hold(batch) {
			add(batch);
			sync.inventoryChanged(write());
		},
		post(count = 1, bytes = 100) {
			const first = entriesOf(self).length + 1;
			const batch = batchOf(self, first, first + count - 1, bytes);
			add(batch);
			write();
			sync.pushOwn(batch);
		},
	};
	return node;
}

export interface FakeLink {
	readonly link: PeerLink;
	readonly sent: Message[];
	/** Error codes with which the node closed the link. */
	readonly faults: string[];
	queuedBytes: number;
	/** Returns the sent messages of one type, and clears `sent`. */
	read<Type extends Message['type']>(type: Type): Extract<Message, {type: Type}>[];
}

/** Creates a fake link to `peer`. `carry` receives every message sent on it. */
export function createFakeLink(peer: PeerId, carry?: (message: Message) => void): FakeLink {
	const sent: Message[] = [];
	const faults: string[] = [];
	const send = (message: Message) => {
		sent.push(message);
		carry?.(message);
		return true;
	};
	const fake: FakeLink = {
		sent,
		faults,
		queuedBytes: 0,
		read(type) {
			return sent
				.splice(0)
				.filter((message): message is Extract<Message, {type: typeof type}> => message.type === type);
		},
		link: {
			peer,
			remoteAddress: `10.${Number.parseInt(peer, 16)}.0.1`,
			get queuedBytes() {
				return fake.queuedBytes;
			},
			highWaterBytes: SEND_HIGH_WATER_BYTES,
			send,
			sendFrame(frame: Uint8Array) {
				const message = decodeMessage(frame.subarray(FRAME_HEADER_BYTES));
				return message !== undefined && send(message);
			},
			pause() {},
			resume() {},
			fail: (code: string) => void faults.push(code),
		} as unknown as PeerLink,
	};
	return fake;
}
