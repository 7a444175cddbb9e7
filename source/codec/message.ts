/**
 * Messages between two peers and their codec (protocol.md, Messages). A message is a MessagePack map with a `type`; a frame
 * contains one message. Type names are append-only. Decoders skip unknown types and ignore unknown fields. The fields are
 * read in message-fields.ts.
 */
import type {Batch, Hlc, PeerId} from '../core/event.js';
import type {PartSet} from '../core/part-set.js';
import type {FileId} from '../core/shared-file.js';
import {sizeOfBatch, writeBatch} from './batch.js';
import {hexToBytes} from './bytes.js';
import {failField, readMap} from './field-readers.js';
import {
	readFileAsk,
	readFileData,
	readFileInfo,
	readFileNone,
	readFileWant,
	sizeOfFileData,
	writeFileData,
} from './file-messages.js';
import {createFrame, encodeFrame, FRAME_HEADER_BYTES} from './frame.js';
import {
	readAlive,
	readBye,
	readError,
	readEvents,
	readHave,
	readHello,
	readPeers,
	readPing,
	readPong,
	readWant,
	readWhisper,
	readWhisperAck,
} from './message-fields.js';
import {pack, unpack} from './msgpack.js';
import {
	type MsgpackWriter,
	sizeOfListHeader,
	sizeOfUint,
	writeBoolean,
	writeListHeader,
	writeMapHeader,
	writeShortString,
	writeUint,
} from './msgpack-writer.js';

/** First message of each end of a connection, sent within HELLO_TIMEOUT_MS. */
export interface HelloMessage {
	readonly type: 'hello';
	/** Lowest and highest supported protocol version. */
	readonly versions: readonly [number, number];
	readonly peer: PeerId;
	readonly name: string;
	/** TCP port on which the sender listens; 0 if it does not listen. */
	readonly port: number;
	readonly features: readonly string[];
	/** Program version. */
	readonly program: string;
	/** Wall clock of the sender, ms since 1970. */
	readonly clock: number;
	readonly hlc: Hlc;
	/** Ed25519 signature by the feed key over label, room tag, keying material and role, 64 bytes. */
	readonly signature: Uint8Array;
	/** HMAC-SHA-256 by the room key over the same fields and the peer id, 32 bytes. */
	readonly mac: Uint8Array;
}

/** Part of one feed that the sender has stored, from seq 1 on. */
export interface HaveFeed {
	readonly peer: PeerId;
	/** Highest seq up to which the sender has all entries. */
	readonly seq: number;
	/** First 8 bytes of the chain hash at `seq`. */
	readonly hash: Uint8Array;
}

/**
 * Inventory of the feeds that the sender holds. `digest` comes first, with 8 bytes for each of the HAVE_BUCKETS buckets.
 * `page` lists the feeds of the buckets that differ; the final page has `last` true. `delta` lists later changes.
 */
export type HaveMessage =
	| {readonly type: 'have'; readonly kind: 'digest'; readonly digest: Uint8Array}
	| {readonly type: 'have'; readonly kind: 'page'; readonly feeds: readonly HaveFeed[]; readonly last: boolean}
	| {readonly type: 'have'; readonly kind: 'delta'; readonly feeds: readonly HaveFeed[]};

export interface WantRange {
	readonly peer: PeerId;
	/** First requested seq of the feed. */
	readonly from: number;
}

/** Request for entries. The answer is one or more `events` messages with this `id` as `answer`; the last one is `done`. */
export interface WantMessage {
	readonly type: 'want';
	/** Chosen by the requester. It rises with each `want` on a connection. */
	readonly id: number;
	readonly ranges: readonly WantRange[];
}

export interface EventsMessage {
	readonly type: 'events';
	readonly batches: readonly Batch[];
	/** `id` of the `want` that this message answers. Absent for entries sent without a request. */
	readonly answer?: number;
	/** True in the last message of an answer. */
	readonly done?: boolean;
}

export interface PeerAddress {
	readonly peer: PeerId;
	/** Up to MAX_ADDRESSES hosts and TCP ports at which the sender reached the peer, or at which the peer claims to listen. */
	readonly addresses: readonly {readonly host: string; readonly port: number}[];
}

/** Peers to which the sender is connected. The first message has the full list, later ones have the changes. */
export interface PeersMessage {
	readonly type: 'peers';
	readonly added: readonly PeerAddress[];
	readonly removed: readonly PeerId[];
	/** True if this list replaces all lists sent before. */
	readonly all?: true;
}

export interface PingMessage {
	readonly type: 'ping';
	readonly id: number;
}

export interface PongMessage {
	readonly type: 'pong';
	readonly id: number;
	/** Wall clock of the sender, ms since 1970. */
	readonly clock: number;
	readonly hlc: Hlc;
}

/**
 * Peers that are alive according to peers of the sender to which the receiver is not connected. `ageMs`: time since somebody
 * was known to be connected to the peer.
 */
export interface AliveMessage {
	readonly type: 'alive';
	readonly peers: readonly {readonly peer: PeerId; readonly ageMs: number}[];
}

/** Asks which parts of a file the receiver has. Answered by `file-info` or `file-none`. */
export interface FileAskMessage {
	readonly type: 'file-ask';
	/** Chosen by the asker. It rises with each `file-ask` and `file-want` on a connection. */
	readonly id: number;
	readonly file: FileId;
	/** Whether the answer shall contain the hashes of all parts. */
	readonly leaves: boolean;
}

/** Answers a `file-ask`, and is sent again with the same id when the sender has more parts. */
export interface FileInfoMessage {
	readonly type: 'file-info';
	readonly id: number;
	/** SHA-256 of the parts in their order, 32 bytes each. */
	readonly leaves?: Uint8Array;
	/** Parts that the sender has; true: all. */
	readonly have: PartSet | true;
}

/** Requests some bytes of a part, a slice. Answered by `file-data` or `file-none`. */
export interface FileWantMessage {
	readonly type: 'file-want';
	readonly id: number;
	readonly file: FileId;
	readonly part: number;
	/** Position in the part. */
	readonly offset: number;
	readonly length: number;
}

export interface FileDataMessage {
	readonly type: 'file-data';
	readonly id: number;
	readonly bytes: Uint8Array;
}

/** Answers a `file-ask` or a `file-want` if the sender does not have the file or the part. */
export interface FileNoneMessage {
	readonly type: 'file-none';
	readonly id: number;
}

export type FileMessage = FileAskMessage | FileInfoMessage | FileWantMessage | FileDataMessage | FileNoneMessage;

/** Private message of the sender to the receiver (protocol.md, Whispers). */
export interface WhisperMessage {
	readonly type: 'whisper';
	/** Number of the whisper from this sender to this receiver, starting at 1. */
	readonly id: number;
	readonly text: string;
}

/** Answer to whispers: all up to `id` are in the log of the sender of this message, except those that it refused. */
export interface WhisperAckMessage {
	readonly type: 'whisper-ack';
	readonly id: number;
	/** Numbers of the whispers up to `id` that the sender of this message refused. */
	readonly refused?: readonly number[];
	/** Whether the sender of this message takes no whispers of the receiver at present. */
	readonly closed?: true;
}

interface TypingMessage {
	readonly type: 'typing';
}

export type ByeReason = 'leaving' | 'duplicate' | 'self' | 'idle' | 'overloaded';

interface ByeMessage {
	readonly type: 'bye';
	readonly reason: ByeReason;
}

/** Says which protocol error of the receiver makes the sender close the connection. `text` is for the screen. */
interface ErrorMessage {
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
	| AliveMessage
	| FileMessage
	| TypingMessage
	| WhisperMessage
	| WhisperAckMessage
	| ByeMessage
	| ErrorMessage;

/**
 * Encodes a message as a frame with its header, in a separate buffer. Throws RangeError above MAX_FRAME_BYTES; callers
 * keep messages below this limit.
 */
export function encodeMessageFrame(message: Message): Uint8Array {
	if (message.type === 'file-data') {
		const frame = createFrame(sizeOfFileData(message));
		writeFileData({bytes: frame, position: FRAME_HEADER_BYTES}, message);
		return frame;
	}
	if (message.type !== 'events') return encodeFrame(pack(toWireValue(message)));
	const frame = createFrame(sizeOfEvents(message));
	writeEvents({bytes: frame, position: FRAME_HEADER_BYTES}, message);
	return frame;
}

/** Encodes a message as the payload of a frame. */
export function encodeMessage(message: Message): Uint8Array {
	return encodeMessageFrame(message).subarray(FRAME_HEADER_BYTES);
}

/**
 * Decodes the payload of a frame. Returns undefined for an unknown type or kind. Throws ProtocolError for a malformed message.
 * Names and texts are sanitised. Byte strings are views of `payload`.
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
		case 'alive':
			return readAlive(fields);
		case 'file-ask':
			return readFileAsk(fields);
		case 'file-info':
			return readFileInfo(fields);
		case 'file-want':
			return readFileWant(fields);
		case 'file-data':
			return readFileData(fields);
		case 'file-none':
			return readFileNone(fields);
		case 'typing':
			return {type: 'typing'};
		case 'whisper':
			return readWhisper(fields);
		case 'whisper-ack':
			return readWhisperAck(fields);
		case 'bye':
			return readBye(fields);
		case 'error':
			return readError(fields);
		default:
			return typeof fields.type === 'string' ? undefined : failField('type', 'a text');
	}
}

/** The value that `pack` encodes for a message: peer ids are 32 bytes, and records are arrays of their fields in order. */
function toWireValue(message: Exclude<Message, EventsMessage | FileDataMessage>): unknown {
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
		case 'alive':
			return {...message, peers: message.peers.map(({peer, ageMs}) => [hexToBytes(peer), ageMs])};
		case 'file-ask':
		case 'file-want':
			return {...message, file: hexToBytes(message.file)};
		case 'file-info':
		case 'file-none':
		case 'ping':
		case 'typing':
		case 'whisper':
		case 'whisper-ack':
		case 'bye':
		case 'error':
			return message;
		default:
			return message satisfies never;
	}
}

// Most transferred bytes are in `events` and `file-data`, so a faster encoder writes them, with the same bytes as `pack`.

/** Number of bytes that `writeEvents` writes for this message. */
function sizeOfEvents({batches, answer, done}: EventsMessage): number {
	let size = 1 + 5 + 7 + 8 + sizeOfListHeader(batches.length);
	if (answer !== undefined) size += 7 + sizeOfUint(answer);
	if (done !== undefined) size += 6;
	for (const batch of batches) size += sizeOfBatch(batch);
	return size;
}

function writeEvents(writer: MsgpackWriter, {batches, answer, done}: EventsMessage): void {
	writeMapHeader(writer, 2 + (answer === undefined ? 0 : 1) + (done === undefined ? 0 : 1));
	writeShortString(writer, 'type');
	writeShortString(writer, 'events');
	if (answer !== undefined) {
		writeShortString(writer, 'answer');
		writeUint(writer, answer);
	}
	if (done !== undefined) {
		writeShortString(writer, 'done');
		writeBoolean(writer, done);
	}
	writeShortString(writer, 'batches');
	writeListHeader(writer, batches.length);
	for (const batch of batches) writeBatch(writer, batch);
}
