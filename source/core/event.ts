/**
 * Inputs of the reducer, the function that computes the state of the program. There are three kinds:
 *
 * - Feed events are written by peers, signed in batches, and travel on the wire.
 * - Observations are what this node saw itself. Only its own log contains them.
 * - Ephemeral events change the state, but are never stored.
 */

import type {FileTransfer} from './file-transfer.js';
import type {FileId} from './shared-file.js';

/** Id of a peer: its Ed25519 public key as 64 lowercase hexadecimal digits. Every launch of a node is a new peer. */
export type PeerId = string & {readonly __brand: 'PeerId'};

const PEER_ID_PATTERN = /^[0-9a-f]{64}$/;

/** Whether a text has the form of a peer id. */
export function isPeerId(text: string): text is PeerId {
	return PEER_ID_PATTERN.test(text);
}

/** First 8 hexadecimal digits of a peer id, shown as the fingerprint of a peer without a verified identity. */
export function shortPeerId(peer: PeerId): string {
	return peer.slice(0, SHORT_FINGERPRINT_DIGITS);
}

/** Id of one event, `<peer>:<seq>`. It is the same on all nodes and never changes. */
export function eventId(peer: PeerId, seq: number): `${string}:${number}` {
	return `${peer}:${seq}`;
}

/** Reference to an event by author and seq. The event may be missing on this node, and may not even exist. */
export interface EventRef {
	readonly peer: PeerId;
	readonly seq: number;
}

/** Parses a permanent event id. Returns undefined if the text is not such an id. */
export function parseEventId(id: string): EventRef | undefined {
	const [peer = '', digits = '', ...others] = id.split(':');
	const seq = /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : 0;
	return isPeerId(peer) && Number.isSafeInteger(seq) && seq > 0 && others.length === 0 ? {peer, seq} : undefined;
}

/**
 * Identity of the user behind a peer. It stays the same when a restart gives the user a new peer id. An event
 * contains an identity only after the signature of the identity was verified.
 */
export interface Identity {
	/** Ed25519 public key of the user in this room (identity key): 64 hexadecimal digits. */
	readonly key: string;
	/**
	 * First 16 hexadecimal digits of SHA-256(key). The screen shows the first 8, or all 16 if two people have the same first
	 * 8.
	 */
	readonly fingerprint: string;
}

/**
 * Number of digits of a fingerprint that people normally see. They distinguish people with the same name, but do not prove
 * who somebody is.
 */
export const SHORT_FINGERPRINT_DIGITS = 8;

/** First 8 digits of the fingerprint of an identity. */
export function shortFingerprint({fingerprint}: Identity): string {
	return fingerprint.slice(0, SHORT_FINGERPRINT_DIGITS);
}

/** Reading of a hybrid logical clock (Kulkarni et al. 2014): wall clock milliseconds and a counter below 65,536. */
export interface Hlc {
	readonly ms: number;
	readonly counter: number;
}

/**
 * Author and time of an event. `at` is the author's wall clock in ms since 1970; `ms` and `counter` are the author's
 * HLC.
 */
interface FeedEventHead {
	readonly peer: PeerId;
	/** Position in the author's feed, starting at 1. */
	readonly seq: number;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

/** Content of a feed event. Later versions can add kinds, but never change one (protocol.md, Entries). */
export type FeedEventBody =
	| {
			readonly type: 'joined';
			readonly name: string;
			readonly identity?: Identity;
			readonly addresses: readonly string[];
			readonly version: string;
			/** The author is a keeper: a node that keeps running, so that the history of the room stays available. */
			readonly keeper?: true;
	  }
	/** A message. `replyTo`: the event that the message answers. */
	/**
	 * `window`: the author starts to show the room to guests over HTTP (`opened`), or stops showing it (`closed`). The
	 * text of the message says so too.
	 */
	| {
			readonly type: 'posted';
			readonly text: string;
			readonly action?: true;
			readonly replyTo?: EventRef;
			readonly window?: WindowState;
	  }
	/**
	 * A file that its author offers. `fileName`: name that the author gave to the file, which may be unsafe as a name
	 * on disk. `note`: a text about the file.
	 */
	| {
			readonly type: 'shared';
			readonly fileName: string;
			/** In bytes. */
			readonly size: number;
			readonly file: FileId;
			readonly note?: string;
	  }
	| {readonly type: 'renamed'; readonly name: string}
	| {readonly type: 'moved'; readonly addresses: readonly string[]}
	| {readonly type: 'left'}
	/**
	 * The author reports that the peer `subject` is lost: it did not reconnect in time. `absence`: number of
	 * `returned` events in the feed of `subject` that the author knew.
	 */
	| {readonly type: 'lost'; readonly subject: PeerId; readonly absence: number}
	| {readonly type: 'returned'; readonly absence: number}
	| EffectBody
	/**
	 * A signed entry that is malformed, has an unknown kind, or is at a position where its kind is not allowed. Nodes
	 * store it, forward it and count it in `RosterPeer.unreadableCount`, but do not show it.
	 */
	| {readonly type: 'unreadable'; readonly reason: string};

/** Content of an effect: an event without a row, which changes how another event, its `target`, is shown. */
export type EffectBody =
	/** A reaction with a word, for example an emoji. `on` is false to remove the reaction. */
	| {readonly type: 'marked'; readonly target: EventRef; readonly word: string; readonly on: boolean}
	| {readonly type: 'corrected'; readonly target: EventRef; readonly text: string}
	| {readonly type: 'withdrawn'; readonly target: EventRef}
	| {readonly type: 'pinned'; readonly target: EventRef; readonly on: boolean};

export type FeedEvent = FeedEventHead & FeedEventBody;

export type EffectEvent = FeedEventHead & EffectBody;

/** Whether the author starts (`opened`) or stops (`closed`) showing the room to guests over HTTP. */
export type WindowState = 'opened' | 'closed';

export type PostedEvent = FeedEvent & {readonly type: 'posted'};

export type SharedEvent = FeedEvent & {readonly type: 'shared'};

/** What a person wrote: a message or a shared file. Effects of all kinds (reactions and others) can change it. */
export type WrittenEvent = PostedEvent | SharedEvent;

export function isWritten(event: {readonly type: string}): event is WrittenEvent {
	return event.type === 'posted' || event.type === 'shared';
}

/**
 * Whether a message says that its author starts or stops showing the room to guests over HTTP. Nobody can correct or
 * withdraw such a message, so nobody can hide that guests can read the room.
 */
export function isWindowRow(message: WrittenEvent): boolean {
	return message.type === 'posted' && message.window !== undefined;
}

export type NoticeLevel = 'info' | 'warn' | 'error';

/** Content of an observation: what this node saw itself. */
export type ObservationBody =
	| {readonly type: 'launched'; readonly version: string}
	| {readonly type: 'peer-connected'; readonly subject: PeerId; readonly address: string}
	/**
	 * The last connection to the peer `subject` closed. `alone`: whether this node had no other connection at that
	 * moment.
	 */
	| {readonly type: 'peer-disconnected'; readonly subject: PeerId; readonly reason: string; readonly alone: boolean}
	| {readonly type: 'notice'; readonly level: NoticeLevel; readonly code: string; readonly text: string}
	| WhisperBody;

/**
 * Content of a whisper: a private message between this node and `subject`. Only these two nodes store it. It is not an
 * event of a feed and has no signature, so nobody can pass it on as genuine or prove to others that it was sent.
 */
export interface WhisperBody {
	readonly type: 'whisper';
	readonly subject: PeerId;
	/** Whether this node sent the whisper. */
	readonly own: boolean;
	/** Number of the whisper among all whispers from its sender to its receiver, starting at 1. */
	readonly id: number;
	readonly text: string;
}

/**
 * A whisper (private message) in the log and in the timeline. Its position in the timeline is the time at which this
 * node sent or received it.
 */
export type Whisper = ObservationHead & WhisperBody;

/** Who wrote an entry: the sender of a whisper, the author of a feed event, or this node for any other observation. */
export function writerOf(entry: FeedEvent | Observation): PeerId {
	return entry.type === 'whisper' && !entry.own ? entry.subject : entry.peer;
}

export interface ObservationHead {
	/** Our peer id in the launch (run of the program) that made the observation. */
	readonly peer: PeerId;
	/** Always 0. This distinguishes an observation from a feed event, whose seq is at least 1. */
	readonly seq: 0;
	readonly at: number;
	readonly ms: number;
	readonly counter: number;
}

export type Observation = ObservationHead & ObservationBody;

export type LinkStatus = 'connected' | 'suspect';

/** A person whose identity key the user has verified by comparing it over another channel, for example by telephone. */
export interface Contact {
	/** Identity key, 64 hexadecimal digits. */
	readonly key: string;
	/** Name of the person when the key was verified. */
	readonly name: string;
	/** Wall clock in ms since 1970 when the user verified the key. */
	readonly verified: number;
}

export type EphemeralEvent =
	/** A connection to a peer was opened, its status changed, or its round-trip time was measured. */
	| {
			readonly type: 'link-measured';
			readonly peer: PeerId;
			readonly status: LinkStatus;
			readonly roundTripMs?: number;
			/** Wall clock of the peer minus ours, in ms. */
			readonly clockOffsetMs?: number;
			readonly version?: string;
			/** Bytes that are queued for sending. */
			readonly queuedBytes?: number;
			readonly direction?: 'dialled' | 'accepted';
	  }
	/** The last connection to a peer closed. */
	| {readonly type: 'link-closed'; readonly peer: PeerId}
	/**
	 * A connected peer has stored our own feed up to `seq`. `feed`: peer id whose feed `seq` refers to, if it is our
	 * peer id of an earlier launch. Undefined for our feed of this launch.
	 */
	| {readonly type: 'delivered'; readonly peer: PeerId; readonly seq: number; readonly feed?: PeerId}
	/**
	 * A peer has accepted or refused each of our whispers up to number `id`. It refused the whispers whose numbers are
	 * in `refused`; all others are in its log.
	 */
	| {
			readonly type: 'whispers-answered';
			readonly peer: PeerId;
			readonly id: number;
			readonly refused: readonly number[];
	  }
	/** A peer is typing. `until`: wall clock in ms at which the indicator ends. */
	| {readonly type: 'typing'; readonly peer: PeerId; readonly until: number}
	/**
	 * Counts of requested history events: received so far, and expected in total. `expected` is 0 when the transfer has
	 * finished.
	 */
	| {readonly type: 'sync-progress'; readonly received: number; readonly expected: number}
	/**
	 * This node has received all events that `peer` listed when `peer` connected. Only the JSON output uses this
	 * event; the state does not change.
	 */
	| {readonly type: 'synced'; readonly peer: PeerId; readonly received: number}
	/**
	 * Whether no peer is connected to this node. `tried`: addresses to which this node sent announcements or tried to
	 * connect, as text for the screen.
	 */
	| {readonly type: 'isolated'; readonly isolated: boolean; readonly tried: readonly string[]}
	/** Number of nodes nearby that use another room or secret. Their beacons arrived during the last minute. */
	| {readonly type: 'foreign-nodes'; readonly count: number}
	/**
	 * Tick of the wall clock. It ends typing indicators, and shows events that were hidden because their HLC was too
	 * far ahead of our clock. `now`: ms since 1970.
	 */
	| {readonly type: 'time-passed'; readonly now: number}
	/** All people of this room whose keys the user has verified. */
	| {readonly type: 'contacts'; readonly contacts: readonly Contact[]}
	/** State of the transfer of a file that this node shares or fetches. */
	| {readonly type: 'file'; readonly transfer: FileTransfer}
	/**
	 * Reading and hashing of a file before it is shared has ended, because the whole file was read or because it
	 * cannot be shared. `id`: the temporary id of the file.
	 */
	| {readonly type: 'file-hashed'; readonly id: FileId}
	/** Whether the log file can be written. `reason` says why it cannot. */
	| {readonly type: 'persistence'; readonly saving: boolean; readonly reason?: string}
	/**
	 * State of the window, through which this node shows the room to guests over HTTP. `guests`: number of connected
	 * guests; undefined: the window is closed.
	 */
	| {readonly type: 'window'; readonly guests: number | undefined};

/** Input of the reducer. `loggedAt`: our wall clock in ms when the record was logged. */
export type Input =
	| {
			readonly type: 'events';
			readonly loggedAt: number;
			/** False for events received as history or read from a reopened log. */
			readonly live: boolean;
			/** Offset in bytes of this record in a reopened log, if the user has not read the record yet. */
			readonly unreadOffset?: number;
			/** Events of one batch. */
			readonly events: readonly FeedEvent[];
	  }
	| {
			readonly type: 'observed';
			readonly loggedAt: number;
			/** False if the observation was read from a reopened log. */
			readonly live?: boolean;
			/** Offset in bytes of this record in a reopened log, if the user has not read the record yet. */
			readonly unreadOffset?: number;
			readonly observation: Observation;
	  }
	| {readonly type: 'ephemeral'; readonly event: EphemeralEvent};
