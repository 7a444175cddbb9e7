/**
 * Events: everything that the reducer accepts, in three unions.
 *
 * - Feed events are written by peers, signed in batches, and travel on the wire.
 * - Observations are what this node saw itself. They are in its own log only.
 * - Ephemeral events are reduced and never stored.
 */

/** Id of a peer: 64 lowercase hexadecimal digits of its Ed25519 public key. Every launch of a node is a new peer. */
export type PeerId = string & {readonly __brand: 'PeerId'};

const PEER_ID_PATTERN = /^[0-9a-f]{64}$/;

/** Whether a text has the form of a peer id. */
export function isPeerId(text: string): text is PeerId {
	return PEER_ID_PATTERN.test(text);
}

/** First 8 hexadecimal digits of a peer id, shown where names collide and no identity is known. */
export function shortPeerId(peer: PeerId): string {
	return peer.slice(0, 8);
}

/** Permanent id of one event, `<peer>:<seq>`. */
export function eventId(peer: PeerId, seq: number): `${string}:${number}` {
	return `${peer}:${seq}`;
}

/** The durable identity behind a peer. Present only after its signature was verified. */
export interface Identity {
	/** Ed25519 public key of this user in this room: 64 hexadecimal digits. */
	readonly key: string;
	/** First 8 hexadecimal digits of SHA-256(key), for people to compare. */
	readonly fingerprint: string;
}

/** Reading of a hybrid logical clock (Kulkarni et al. 2014): wall clock milliseconds and a counter below 65,536. */
export interface Hlc {
	readonly ms: number;
	readonly counter: number;
}

/** Position in a feed and in time. `at` is the author's wall clock (ms), `ms` and `counter` its hybrid clock. */
interface FeedEventHead {
	readonly peer: PeerId;
	/** Position in the author's feed, from 1. */
	readonly seq: number;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

/** What an author writes. Kinds and meanings are append-only (protocol.md, Entries). */
export type FeedEventBody =
	| {
			readonly type: 'joined';
			readonly name: string;
			readonly identity?: Identity;
			readonly addresses: readonly string[];
			readonly version: string;
	  }
	| {readonly type: 'posted'; readonly text: string; readonly action?: true}
	| {readonly type: 'renamed'; readonly name: string}
	| {readonly type: 'moved'; readonly addresses: readonly string[]}
	| {readonly type: 'left'}
	/** `absence`: number of `returned` in the subject's feed at that time. */
	| {readonly type: 'lost'; readonly subject: PeerId; readonly absence: number}
	| {readonly type: 'returned'; readonly absence: number}
	/** A signed entry that is malformed, of unknown kind or out of place: kept, forwarded and counted, never shown. */
	| {readonly type: 'unreadable'; readonly reason: string};

export type FeedEvent = FeedEventHead & FeedEventBody;

export type NoticeLevel = 'info' | 'warn' | 'error';

/** What this node saw itself. */
export type ObservationBody =
	| {readonly type: 'launched'; readonly version: string}
	| {readonly type: 'peer-connected'; readonly subject: PeerId; readonly address: string}
	/** `alone`: no other connection was open. */
	| {readonly type: 'peer-disconnected'; readonly subject: PeerId; readonly reason: string; readonly alone: boolean}
	| {readonly type: 'notice'; readonly level: NoticeLevel; readonly code: string; readonly text: string};

export interface ObservationHead {
	/** Our own peer id at that time. */
	readonly peer: PeerId;
	/** Always 0, because feeds count from 1. */
	readonly seq: 0;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

export type Observation = ObservationHead & ObservationBody;

export type LinkStatus = 'connected' | 'suspect';

export type EphemeralEvent =
	/** A connection to a peer opened, changed its state or was measured. */
	| {
			readonly type: 'link-measured';
			readonly peer: PeerId;
			readonly status: LinkStatus;
			readonly roundTripMs?: number;
			/** Wall clock of the peer minus ours, ms. */
			readonly clockOffsetMs?: number;
			readonly version?: string;
			/** Bytes that wait to be sent. */
			readonly queuedBytes?: number;
			readonly direction?: 'dialled' | 'accepted';
	  }
	/** The last connection to a peer closed. */
	| {readonly type: 'link-closed'; readonly peer: PeerId}
	/** A connected peer has our own feed up to `seq` on its disk. */
	| {readonly type: 'delivered'; readonly peer: PeerId; readonly seq: number}
	/** `until`: wall clock ms. */
	| {readonly type: 'typing'; readonly peer: PeerId; readonly until: number}
	/** Events of requested history received so far. `expected` 0: finished. */
	| {readonly type: 'sync-progress'; readonly received: number; readonly expected: number}
	/** Caught up with this peer after a (re)connection. For JSON lines; it does not change the state. */
	| {readonly type: 'synced'; readonly peer: PeerId; readonly received: number}
	/** Whether no peer has answered yet. `tried`: destinations, as text for the screen. */
	| {readonly type: 'isolated'; readonly isolated: boolean; readonly tried: readonly string[]}
	/** Number of nodes of other rooms or secrets whose beacons were heard during the last minute. */
	| {readonly type: 'foreign-nodes'; readonly count: number}
	/** Wall clock tick: pending events become due, typing ends. `now`: ms. */
	| {readonly type: 'time-passed'; readonly now: number}
	/** Whether the log file is being written; `reason`: why not. */
	| {readonly type: 'persistence'; readonly saving: boolean; readonly reason?: string};

/** Input of the reducer. `loggedAt`: our wall clock when the record entered the log, ms. */
export type Input =
	| {
			readonly type: 'events';
			readonly loggedAt: number;
			/** False for events from the first `have` of a connection, or from a reopened log. */
			readonly live: boolean;
			/** Entries of one batch. */
			readonly events: readonly FeedEvent[];
	  }
	| {readonly type: 'observed'; readonly loggedAt: number; readonly observation: Observation}
	| {readonly type: 'ephemeral'; readonly event: EphemeralEvent};

/**
 * Consecutive entries of one feed under one signature (protocol.md, Feeds and batches).
 *
 * A batch can be verified alone: the signature covers the last seq and the last hash, and the last hash follows from
 * `previousHash` and the entries.
 */
export interface Batch {
	readonly peer: PeerId;
	/** Seq of the first entry, from 1. */
	readonly firstSeq: number;
	/** Chain hash before the first entry, 32 bytes. */
	readonly previousHash: Uint8Array;
	/** MessagePack bytes of each event, without author and seq, forwarded byte for byte. At least one. */
	readonly entries: readonly Uint8Array[];
	/** Ed25519, 64 bytes. */
	readonly signature: Uint8Array;
}

/** Seq of the last entry of a batch. */
export function lastSeq(batch: Batch): number {
	return batch.firstSeq + batch.entries.length - 1;
}

/** Sum of the lengths of the entries in bytes, the number that the limits count. */
export function batchByteLength(batch: Batch): number {
	let bytes = 0;
	for (const entry of batch.entries) bytes += entry.length;
	return bytes;
}
