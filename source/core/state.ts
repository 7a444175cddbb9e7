/**
 * Reduced state: the result of reducing the log, and the ephemeral state. Everything on screen is selected from it,
 * live and in replay. A state is immutable, and its unchanged parts are the same objects in the next state.
 */
import type {EffectIndex} from './effect-index.js';
import type {Effects} from './effects.js';
import type {Contact, LinkStatus, PeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import type {FileTransfer} from './file-transfer.js';
import type {Hearsay} from './hearsay.js';
import type {Roster} from './roster.js';
import type {FileId} from './shared-file.js';
import type {Timeline} from './timeline.js';

export interface State {
	/** Our own peer id in the current launch, the position of the launch in the total order, and when it was logged. */
	readonly launch?: OrderKey & {readonly loggedAt: number};
	/**
	 * All launches (runs of the program) of this node that the log contains, by the peer id of the launch. The values
	 * are the positions of the launches in timeline order.
	 */
	readonly launches: Readonly<Record<PeerId, OrderKey>>;
	readonly timeline: Timeline;
	/**
	 * Reactions, corrections, withdrawals and pins. They change how other events are shown, and have no rows of their
	 * own in the timeline.
	 */
	readonly effects: Effects;
	readonly roster: Roster;
	/** `lost` events about peers that are not in the roster (the records of known peers). */
	readonly hearsay: Hearsay;
	/**
	 * Timeline rows and effects whose HLC is more than MAX_HLC_AHEAD_MS ahead of our clock. They are hidden until the
	 * difference has become smaller.
	 */
	readonly pending: Timeline;
	/** Entries that could not be decoded. They are not shown, and kept only so that each of them is counted once. */
	readonly unreadable: Timeline;
	/** Number of events and observations reduced so far. */
	readonly recordCount: number;
	/** Estimated memory of all events and peers reduced so far, in bytes (memory-cost.ts). */
	readonly memoryBytes: number;
	/** Our wall clock in ms when the newest record of the log was logged. It never decreases. */
	readonly loggedAt: number;
	readonly ephemeral: EphemeralState;
}

/** Ephemeral state: the part of the state that no log contains and that is lost when the process ends. */
export interface EphemeralState {
	/** Wall clock in ms of the last `time-passed` event; 0 before the first one. */
	readonly now: number;
	readonly links: Readonly<Record<PeerId, Link>>;
	/** For each peer: the highest seq of our own feed that the peer has stored. */
	readonly delivered: Readonly<Record<PeerId, number>>;
	/**
	 * For each feed of our newest earlier launches, and for each peer: the highest seq of that feed that the peer is
	 * known to have stored.
	 */
	readonly deliveredEarlier: Readonly<Record<PeerId, Readonly<Record<PeerId, number>>>>;
	/**
	 * Which peers should store our messages, by rising `fromSeq`. A new element is added when the set of peers has
	 * changed.
	 */
	readonly audiences: readonly Audience[];
	/**
	 * For each peer that acknowledged or refused whispers of ours: the highest number of such a whisper (`id`), and
	 * the numbers of the refused ones.
	 */
	readonly whispered: Readonly<Record<PeerId, {readonly id: number; readonly refused: readonly number[]}>>;
	/** For each typing peer: wall clock in ms at which its typing indicator ends. */
	readonly typing: Readonly<Record<PeerId, number>>;
	/** Counts of requested history events. `expected` is 0 if no history is being received. */
	readonly sync: {readonly received: number; readonly expected: number};
	/** Whether no peer is connected, according to the last check of the isolation monitor. */
	readonly isolated: boolean;
	/**
	 * Addresses to which this node sends announcements or tries to connect while no peer is connected, as text for
	 * the screen.
	 */
	readonly tried: readonly string[];
	/** Number of nodes of other rooms or secrets whose beacons arrived during the last minute. */
	readonly foreignNodes: number;
	/** Files that this node shares or fetches, or has shared or fetched in this launch. */
	readonly files: Readonly<Record<FileId, FileTransfer>>;
	/** People whose keys the user has verified. Empty in a replay. */
	readonly contacts: readonly Contact[];
	/** Whether the log file can be written. */
	readonly saving: boolean;
	/** Why the log file cannot be written. */
	readonly savingReason?: string;
	/** Number of connected guests while this node shows the room to guests over HTTP; undefined at other times. */
	readonly windowGuests?: number;
}

/** An open connection to a peer. */
export interface Link {
	readonly status: LinkStatus;
	readonly roundTripMs?: number;
	/** Wall clock of the peer minus ours, in ms. */
	readonly clockOffsetMs?: number;
	readonly version?: string;
	/** Bytes that are queued for sending. */
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
}

/**
 * Audience of what we wrote: the peers that should store our events from seq `fromSeq` up to, but not including, the
 * `fromSeq` of the next audience. These peers were connected when we wrote the events, or their connection was lost
 * and nobody had reported the loss yet.
 */
export interface Audience {
	readonly fromSeq: number;
	readonly peers: readonly PeerId[];
}

type Opaque = string | number | boolean | undefined | OrderKey | Timeline | Hearsay | Effects | EffectIndex;

/**
 * Type T with writable fields, for functions that change a draft of the state (Immer recipes). The types in `Opaque`
 * keep readonly fields, because their values are replaced as a whole.
 */
export type Writable<T> = T extends Opaque ? T : {-readonly [K in keyof T]: Writable<T[K]>};
