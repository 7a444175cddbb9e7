/** A peer: 64 lowercase hexadecimal digits of its Ed25519 public key. A restart is a new peer. */
export type PeerId = string & {readonly __brand: 'PeerId'};

/** `<peer>:<seq>`: one event for ever, wherever it is held. */
export type EventId = `${string}:${number}`;

const PEER_ID_PATTERN = /^[0-9a-f]{64}$/;

export function isPeerId(text: string): text is PeerId {
	return PEER_ID_PATTERN.test(text);
}

export function eventId(peer: PeerId, seq: number): EventId {
	return `${peer}:${seq}`;
}

/** The part of a peer id that is shown where names clash and no identity is known: 8 hexadecimal digits. */
export function shortPeerId(peer: PeerId): string {
	return peer.slice(0, 8);
}

/**
 * Three unions (design.md, 1). Only feed events can reach the wire; observations stand in this node's log and nowhere
 * else; passing facts are reduced and never stored.
 */

/** Who an identity key says this peer is. Present only after its signature was verified. */
export interface Identity {
	/** The durable Ed25519 public key of this user in this room: 64 hexadecimal digits. */
	readonly key: string;
	/** First 8 hexadecimal digits of SHA-256(key): what people compare. */
	readonly fingerprint: string;
}

/** Hybrid logical clock reading (Kulkarni et al. 2014): wall milliseconds and a counter below 65,536. */
export interface Hlc {
	readonly ms: number;
	readonly counter: number;
}

/** What an author writes; kinds and meanings are append-only. */
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
	/** `absence`: how many `returned` stand in the subject's feed at that time. */
	| {readonly type: 'lost'; readonly subject: PeerId; readonly absence: number}
	| {readonly type: 'returned'; readonly absence: number}
	/** A signed entry that is ill-formed, of unknown kind or out of place: kept, passed on, counted, never shown. */
	| {readonly type: 'unreadable'; readonly reason: string};

/** Place in a feed and in time. `at` is the author's wall clock (ms), `ms` and `counter` its HLC. */
export interface FeedEventHead {
	readonly peer: PeerId;
	/** Position in the author's feed, from 1. */
	readonly seq: number;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

export type FeedEvent = FeedEventHead & FeedEventBody;

export type NoticeLevel = 'info' | 'warn' | 'error';

/** What this node saw itself: logged, never sent. `place` is its index among the records of its log. */
export type ObservationBody =
	| {readonly type: 'launched'; readonly version: string}
	| {readonly type: 'peer-connected'; readonly subject: PeerId; readonly address: string}
	| {readonly type: 'peer-disconnected'; readonly subject: PeerId; readonly reason: string; readonly alone: boolean}
	| {readonly type: 'notice'; readonly level: NoticeLevel; readonly code: string; readonly text: string};

export interface ObservationHead {
	/** Our own peer id at that time. */
	readonly peer: PeerId;
	/** Always 0: feeds count from 1. */
	readonly seq: 0;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

export type Observation = ObservationHead & ObservationBody;

export type LinkStatus = 'connected' | 'suspect';

/** Reduced, never stored. */
export type EphemeralEvent =
	/** The state of our connection to a peer changed or was measured. */
	| {
			readonly type: 'link-measured';
			readonly peer: PeerId;
			readonly status: LinkStatus;
			/** Milliseconds there and back. */
			readonly roundTripMs?: number;
			/** Their wall clock minus ours, ms. */
			readonly clockOffsetMs?: number;
			readonly version?: string;
			/** Bytes waiting to be sent. */
			readonly queuedBytes?: number;
			/** Whether we dialled or accepted. */
			readonly direction?: 'dialled' | 'accepted';
	  }
	/** No connection to this peer is left. */
	| {readonly type: 'link-closed'; readonly peer: PeerId}
	/** A peer we are connected to holds our own feed up to `seq`, on its disk. */
	| {readonly type: 'delivered'; readonly peer: PeerId; readonly seq: number}
	| {readonly type: 'typing'; readonly peer: PeerId; readonly until: number}
	/** History coming in: events received of those asked for. `expected` 0 means finished. */
	| {readonly type: 'sync-progress'; readonly received: number; readonly expected: number}
	/** Caught up with this peer after a (re)connection; `received` events came from it. JSON lines tell it; nothing is reduced. */
	| {readonly type: 'synced'; readonly peer: PeerId; readonly received: number}
	/** Nobody answered yet: what was tried, in words fit for the screen. */
	| {readonly type: 'alone'; readonly alone: boolean; readonly tried: readonly string[]}
	/** Beacons heard that belong to another room or secret: distinct senders in the last minute. */
	| {readonly type: 'strangers'; readonly count: number}
	/** Wall time passes: events from the future become due, typing ends. */
	| {readonly type: 'time-passed'; readonly now: number}
	/** Whether the log file is being written; `reason` tells why not. */
	| {readonly type: 'saving'; readonly saving: boolean; readonly reason?: string};

/** All that the reducer takes. A batch of feed events enters whole, with when and how it was learnt. */
export type Input =
	| {
			readonly type: 'events';
			/** Our wall clock when it entered the log, ms. */
			readonly loggedAt: number;
			/** False: it stood in the first `have` of a connection, or in a reopened log. */
			readonly live: boolean;
			readonly events: readonly FeedEvent[];
	  }
	| {readonly type: 'observed'; readonly loggedAt: number; readonly observation: Observation}
	| {readonly type: 'passing'; readonly event: EphemeralEvent};

/**
 * Consecutive entries of one feed under one signature (design.md, 2). It can be checked alone: the signature covers the
 * last seq and the last hash, and the last hash follows from `previousHash` and the entries.
 */
export interface Batch {
	readonly peer: PeerId;
	/** Seq of the first entry, from 1. */
	readonly firstSeq: number;
	/** Chain hash before the first entry, 32 bytes. */
	readonly previousHash: Uint8Array;
	/** MessagePack bytes of each event, without author and seq; passed on byte for byte. At least one. */
	readonly entries: readonly Uint8Array[];
	/** Ed25519, 64 bytes. */
	readonly signature: Uint8Array;
}

/** Seq of the last entry. */
export function lastSeq(batch: Batch): number {
	return batch.firstSeq + batch.entries.length - 1;
}

/** Sum of the lengths of the entries in bytes: what the limits count. */
export function batchByteLength(batch: Batch): number {
	let bytes = 0;
	for (const entry of batch.entries) bytes += entry.length;
	return bytes;
}
