/**
 * The reduced state: reduce(log) plus ephemeral state. Everything on screen is selected from it, live and in replay alike.
 * Values are frozen, and unchanged parts keep their identity.
 */
import type {LinkStatus, PeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import type {Roster} from './roster.js';
import type {Timeline} from './timeline.js';

export interface State {
	/** Current launch: our own peer id and its place in the total order. */
	readonly launch?: OrderKey & {readonly loggedAt: number};
	/** Every launch in this log, by our own peer id of that launch. */
	readonly launches: Readonly<Record<PeerId, OrderKey>>;
	readonly timeline: Timeline;
	readonly roster: Roster;
	/** Rows more than MAX_HLC_AHEAD_MS ahead of the clock, hidden until they are due. */
	readonly pending: Timeline;
	/** Unreadable entries. They are kept so that each is counted once, and never shown. */
	readonly unreadable: Timeline;
	/** Number of records reduced so far, events and observations. */
	readonly recordCount: number;
	/** Our wall clock at the newest record, ms. Never goes back. */
	readonly loggedAt: number;
	readonly ephemeral: EphemeralState;
}

/** State that is in no log and ends with the process. */
export interface EphemeralState {
	/** Wall clock of the last `time-passed`, ms; 0 before the first. */
	readonly now: number;
	readonly links: Readonly<Record<PeerId, Link>>;
	/** For each peer: the highest seq of our own feed that it has on its disk. */
	readonly delivered: Readonly<Record<PeerId, number>>;
	/** By rising `fromSeq`. */
	readonly audiences: readonly Audience[];
	/** For each typing peer: until when it counts as typing, wall clock ms. */
	readonly typing: Readonly<Record<PeerId, number>>;
	/** Events of requested history. `expected` 0: none is being received. */
	readonly sync: {readonly received: number; readonly expected: number};
	/** Whether no peer has answered yet. */
	readonly isolated: boolean;
	/** Destinations that were tried while isolated, as text for the screen. */
	readonly tried: readonly string[];
	/** Nodes of other rooms or secrets heard during the last minute. */
	readonly foreignNodes: number;
	/** Whether the log is being written. */
	readonly saving: boolean;
	/** Why not. */
	readonly savingReason?: string;
}

/** A live connection to a peer. */
export interface Link {
	readonly status: LinkStatus;
	readonly roundTripMs?: number;
	/** Wall clock of the peer minus ours, ms. */
	readonly clockOffsetMs?: number;
	readonly version?: string;
	/** Bytes that wait to be sent. */
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
}

/** The peers that were connected when we wrote our posts from seq `fromSeq` on. */
export interface Audience {
	readonly fromSeq: number;
	readonly peers: readonly PeerId[];
}

type Opaque = string | number | boolean | undefined | OrderKey | Timeline;

/** T as an Immer recipe may write it. Events and timelines are replaced whole, never changed. */
export type Writable<T> = T extends Opaque ? T : {-readonly [K in keyof T]: Writable<T[K]>};
