/** Messages between two peers, as values (protocol.md, Messages). message.ts encodes and decodes them. */

import type {Batch} from '../core/batch.js';
import type {Hlc, PeerId} from '../core/event.js';
import type {PartSet} from '../core/part-set.js';
import type {FileId} from '../core/shared-file.js';

/** First message that each end of a connection sends. It must arrive within HELLO_TIMEOUT_MS. */
export interface HelloMessage {
	readonly type: 'hello';
	/** Lowest and highest supported protocol version. */
	readonly versions: readonly [number, number];
	readonly peer: PeerId;
	readonly name: string;
	/** TCP port on which the sender accepts connections; 0 if it accepts none. */
	readonly port: number;
	readonly features: readonly string[];
	/** Program version. */
	readonly program: string;
	/** Wall clock of the sender, ms since 1970. */
	readonly clock: number;
	readonly hlc: Hlc;
	/**
	 * Ed25519 signature by the feed key of the sender over a label, the room tag, keying material of the TLS
	 * connection and the role of the sender, 64 bytes.
	 */
	readonly signature: Uint8Array;
	/** HMAC-SHA-256 with the room key over the signed bytes (`signature`) and the peer id of the sender, 32 bytes. */
	readonly mac: Uint8Array;
}

/** What the sender has stored of one feed: all entries from seq 1 to `seq`. */
export interface HaveFeed {
	readonly peer: PeerId;
	/** Highest seq up to which the sender has all entries. */
	readonly seq: number;
	/** First 8 bytes of the hash of the feed up to `seq` (chain hash). */
	readonly hash: Uint8Array;
}

/**
 * Inventory of the feeds that the sender holds, grouped into HAVE_BUCKETS buckets. Each peer first sends a `digest`
 * with a hash of 8 bytes for each bucket. A `page` lists the feeds of the buckets whose hashes differ; the final page
 * has `last` true. A `delta` lists feeds that have changed since.
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

/**
 * Request for entries. The answer consists of one or more `events` messages, whose `answer` is the `id` of this
 * request. In the last of them, `done` is true.
 */
export interface WantMessage {
	readonly type: 'want';
	/** Number of the request, chosen by its sender. It rises with each `want` on a connection. */
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

/**
 * Peers to which the sender is connected. The first message on a connection lists all of them, later ones list the
 * changes.
 */
export interface PeersMessage {
	readonly type: 'peers';
	readonly added: readonly PeerAddress[];
	readonly removed: readonly PeerId[];
	/** True if `added` lists all peers, and so replaces what earlier messages listed. */
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
 * Peers that are alive, as the sender knows from its own peers. The receiver may have no connection to them. `ageMs`:
 * time since some node was last known to be connected to the listed peer.
 */
export interface AliveMessage {
	readonly type: 'alive';
	readonly peers: readonly {readonly peer: PeerId; readonly ageMs: number}[];
}

/** Asks the receiver which parts of a file it has. The answer is `file-info` or `file-none`. */
export interface FileAskMessage {
	readonly type: 'file-ask';
	/** Number of the question, chosen by its sender. It rises with each `file-ask` and `file-want` on a connection. */
	readonly id: number;
	readonly file: FileId;
	/** Whether the answer must contain the hashes of all parts of the file. */
	readonly leaves: boolean;
}

/** Answers a `file-ask`. It is sent again with the same `id` when its sender has received more parts of the file. */
export interface FileInfoMessage {
	readonly type: 'file-info';
	readonly id: number;
	/** Hashes (SHA-256) of all parts of the file in order, 32 bytes each. */
	readonly leaves?: Uint8Array;
	/** Parts of the file that the sender has; true if it has all of them. */
	readonly have: PartSet | true;
}

/** Requests a slice (some bytes of one part) of a file. The answer is `file-data` or `file-none`. */
export interface FileWantMessage {
	readonly type: 'file-want';
	readonly id: number;
	readonly file: FileId;
	readonly part: number;
	/** Position of the slice in the part, in bytes. */
	readonly offset: number;
	readonly length: number;
}

export interface FileDataMessage {
	readonly type: 'file-data';
	readonly id: number;
	readonly bytes: Uint8Array;
}

/** Answers a `file-ask` or a `file-want`: the sender of this message does not have the file or the part. */
export interface FileNoneMessage {
	readonly type: 'file-none';
	readonly id: number;
}

export type FileMessage = FileAskMessage | FileInfoMessage | FileWantMessage | FileDataMessage | FileNoneMessage;

/** Private message of the sender to the receiver (protocol.md, Whispers). */
export interface WhisperMessage {
	readonly type: 'whisper';
	/** Number of the whisper among all whispers from this sender to this receiver, starting at 1. */
	readonly id: number;
	readonly text: string;
}

/**
 * Answer to whispers. The sender of this message has stored all whispers with numbers up to `id` in its log, except
 * those in `refused`.
 */
export interface WhisperAckMessage {
	readonly type: 'whisper-ack';
	readonly id: number;
	/** Numbers of the whispers up to `id` that the sender of this message refused. */
	readonly refused?: readonly number[];
	/** True if the sender of this message accepts no whispers from the receiver at present. */
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

/**
 * Tells the receiver which protocol error it has made. The sender then closes the connection. `text` is for the
 * screen of the receiver.
 */
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
