/**
 * What travels between two peers: MessagePack maps with a `type`, one to a frame (protocol.md, Messages). Type names are
 * append-only; unknown types are skipped, unknown fields ignored. Above 200 lines because every message stands here once,
 * type, writing and reading; the fields are read in message-fields.ts.
 */
import type {Batch, Hlc, PeerId} from '../core/event.js';
import {sizeOfEvents, writeEvents} from './batch.js';
import {hexToBytes} from './bytes.js';
import {failField, readMap} from './field-readers.js';
import {createFrame, encodeFrame, FRAME_HEADER_BYTES} from './frame.js';
import {
	readBye,
	readError,
	readEvents,
	readHave,
	readHello,
	readPeers,
	readPing,
	readPong,
	readWant,
} from './message-fields.js';
import {pack, unpack} from './msgpack.js';

/** First from both sides, within HELLO_TIMEOUT_MS. */
export interface HelloMessage {
	readonly type: 'hello';
	/** Protocol versions spoken: lowest and highest. */
	readonly versions: readonly [number, number];
	readonly peer: PeerId;
	readonly name: string;
	/** TCP port on which the sender listens. */
	readonly port: number;
	readonly features: readonly string[];
	/** Program version. */
	readonly program: string;
	/** Wall clock, ms. */
	readonly clock: number;
	readonly hlc: Hlc;
	/** Ed25519 by the feed key over label, room tag, keying material and role: 64 bytes. */
	readonly signature: Uint8Array;
	/** HMAC-SHA-256 by the room key over the same with the peer id: 32 bytes. */
	readonly mac: Uint8Array;
}

/** What is held, on disk, of one feed. */
export interface HaveFeed {
	readonly peer: PeerId;
	/** Highest contiguous seq. */
	readonly seq: number;
	/** First 8 bytes of its chain hash. */
	readonly hash: Uint8Array;
}

/**
 * Three kinds: `digest` opens (HAVE_BUCKETS times 8 bytes, in order), `page` lists the feeds of buckets that differ (the
 * last one says so), `delta` tells changes later.
 */
export type HaveMessage =
	| {readonly type: 'have'; readonly kind: 'digest'; readonly digest: Uint8Array}
	| {readonly type: 'have'; readonly kind: 'page'; readonly feeds: readonly HaveFeed[]; readonly last: boolean}
	| {readonly type: 'have'; readonly kind: 'delta'; readonly feeds: readonly HaveFeed[]};

export interface WantRange {
	readonly peer: PeerId;
	/** First seq asked for. */
	readonly from: number;
}

/** Asks for entries; answered by `events` with the same `answer`, the last of them `done`. */
export interface WantMessage {
	readonly type: 'want';
	/** Chosen by the asker, rising within a connection. */
	readonly id: number;
	readonly ranges: readonly WantRange[];
}

export interface EventsMessage {
	readonly type: 'events';
	readonly batches: readonly Batch[];
	/** The `id` of the `want` this answers; absent when pushed. */
	readonly answer?: number;
	readonly done?: boolean;
}

export interface PeerAddress {
	readonly peer: PeerId;
	/** Where it was reached or said it listens; at most MAX_ADDRESSES, host and TCP port. */
	readonly addresses: readonly {readonly host: string; readonly port: number}[];
}

/** Whom the sender is connected to: changes only, after a first full list. */
export interface PeersMessage {
	readonly type: 'peers';
	readonly added: readonly PeerAddress[];
	readonly removed: readonly PeerId[];
	/** This list replaces what was said before. */
	readonly all?: true;
}

export interface PingMessage {
	readonly type: 'ping';
	readonly id: number;
}

export interface PongMessage {
	readonly type: 'pong';
	readonly id: number;
	/** Wall clock, ms. */
	readonly clock: number;
	readonly hlc: Hlc;
}

export interface TypingMessage {
	readonly type: 'typing';
}

export type ByeReason = 'leaving' | 'duplicate' | 'self' | 'idle' | 'overloaded';

export interface ByeMessage {
	readonly type: 'bye';
	readonly reason: ByeReason;
}

/** Said before closing for the other's fault; `text` in plain words for its screen. */
export interface ErrorMessage {
	readonly type: 'error';
	readonly code: string;
	readonly text: string;
}

export type Message =
	| HelloMessage
	| HaveMessage
	| WantMessage
	| EventsMessage
	| PeersMessage
	| PingMessage
	| PongMessage
	| TypingMessage
	| ByeMessage
	| ErrorMessage;

/** What is packed: peer ids as 32 bytes, records as arrays in the order of their fields. */
function toWireValue(message: Exclude<Message, EventsMessage>): unknown {
	switch (message.type) {
		case 'hello':
			return {...message, peer: hexToBytes(message.peer), hlc: [message.hlc.ms, message.hlc.counter]};
		case 'pong':
			return {...message, hlc: [message.hlc.ms, message.hlc.counter]};
		case 'have':
			if (message.kind === 'digest') return message;
			return {...message, feeds: message.feeds.map(feed => [hexToBytes(feed.peer), feed.seq, feed.hash])};
		case 'want':
			return {...message, ranges: message.ranges.map(range => [hexToBytes(range.peer), range.from])};
		case 'peers':
			return {
				...message,
				added: message.added.map(({peer, addresses}) => [
					hexToBytes(peer),
					addresses.map(({host, port}) => [host, port]),
				]),
				removed: message.removed.map(hexToBytes),
			};
		case 'ping':
		case 'typing':
		case 'bye':
		case 'error':
			return message;
		default:
			return message satisfies never;
	}
}

/**
 * The whole frame of a message, header included, in a buffer of its own. Throws RangeError when it would be above
 * MAX_FRAME_BYTES: whoever fills a message keeps to the limits.
 */
export function encodeMessageFrame(message: Message): Uint8Array {
	if (message.type !== 'events') return encodeFrame(pack(toWireValue(message)));
	const size = sizeOfEvents(message);
	const frame = createFrame(size);
	writeEvents({bytes: frame, position: FRAME_HEADER_BYTES}, message);
	return frame;
}

/** Frame payload of a message. */
export function encodeMessage(message: Message): Uint8Array {
	return encodeMessageFrame(message).subarray(FRAME_HEADER_BYTES);
}

/**
 * Undefined for an unknown type. Throws ProtocolError when a known one is ill-formed. Names and texts come cleaned; byte
 * strings are views of `payload`.
 */
export function decodeMessage(payload: Uint8Array): Message | undefined {
	const fields = readMap(unpack(payload), 'message');
	switch (fields.type) {
		case 'hello':
			return readHello(fields);
		case 'have':
			return readHave(fields);
		case 'want':
			return readWant(fields);
		case 'events':
			return readEvents(fields);
		case 'peers':
			return readPeers(fields);
		case 'ping':
			return readPing(fields);
		case 'pong':
			return readPong(fields);
		case 'typing':
			return {type: 'typing'};
		case 'bye':
			return readBye(fields);
		case 'error':
			return readError(fields);
		default:
			return typeof fields.type === 'string' ? undefined : failField('type', 'a text');
	}
}
