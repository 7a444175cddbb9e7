/**
 * The reduced state: *state is reduce(log)* plus passing facts. Everything the screen shows is selected from here, live
 * and in replay alike. Values are frozen; unchanged parts keep their identity.
 */
import type {FeedEvent, Identity, LinkStatus, Observation, PeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import type {Timeline} from './timeline.js';

/** A name and the seq from which it holds. */
export interface NameChange {
	readonly seq: number;
	readonly name: string;
}

/** Everybody who ever wrote here or was connected. Changes seldom: not with every message. */
export interface RosterPeer {
	readonly peer: PeerId;
	/** By rising seq, the newest MAX_NAMES_KEPT; empty until `joined` is known. */
	readonly names: readonly NameChange[];
	readonly identity?: Identity;
	readonly version?: string;
	/** Of the socket, if we were ever connected. */
	readonly address?: string;
	/** What the peer says of itself, newest `joined` or `moved` by seq. */
	readonly claimedAddresses: readonly string[];
	readonly claimedAddressesSeq: number;
	/** Order of its `joined`. */
	readonly joined?: OrderKey;
	/** Its `left`: the first by seq. */
	readonly left?: FeedEvent;
	/** How many `returned` stand in its feed, each number counted once. */
	readonly absences: number;
	/** Per absence number below MAX_ABSENCES, the first `returned` of its feed. */
	readonly returned: Readonly<Record<number, FeedEvent>>;
	/** Per absence number below MAX_ABSENCES, the first `lost` in the timeline's order: the one that is the row. */
	readonly lost: Readonly<Record<number, FeedEvent>>;
	/** Our own connection to it, from our observations of this launch. */
	readonly connected: boolean;
	/** First connection in this launch. */
	readonly firstConnected?: Observation;
	/** What we saw of it in each launch, by our own peer id of that launch. */
	readonly contacts: Readonly<Record<PeerId, Contact>>;
	/** If this peer is ourselves: whom it had contact with, as it came to be known. */
	readonly contactedPeers: readonly PeerId[];
	/** Our `peer-disconnected` that left us alone, by order. */
	readonly isolations: readonly Observation[];
	/** Our newest MAX_CONTACTS_KEPT `peer-connected`, by order: the first behind a parting ends it. */
	readonly connections: readonly Observation[];
	readonly unreadableCount: number;
}

/** Our connections to one peer during one launch. */
export interface Contact {
	/** First and newest `peer-connected`. */
	readonly firstConnected?: Observation;
	readonly lastConnected?: Observation;
	/** Newest `peer-disconnected`. */
	readonly lastDisconnected?: OrderKey;
}

/** What we know of a live connection; gone with it. */
export interface Link {
	readonly status: LinkStatus;
	readonly roundTripMs?: number;
	readonly clockOffsetMs?: number;
	readonly version?: string;
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
}

/** From own seq `fromSeq` on, these peers were connected when we posted. */
export interface Audience {
	readonly fromSeq: number;
	readonly peers: readonly PeerId[];
}

export interface EphemeralState {
	/** Wall clock, ms, as last told; 0 before. */
	readonly now: number;
	readonly links: Readonly<Record<PeerId, Link>>;
	/** Per peer, how far it holds our own feed. */
	readonly delivered: Readonly<Record<PeerId, number>>;
	readonly audiences: readonly Audience[];
	readonly typing: Readonly<Record<PeerId, number>>;
	readonly sync: {readonly received: number; readonly expected: number};
	readonly isolated: boolean;
	readonly tried: readonly string[];
	readonly foreignNodes: number;
	readonly saving: boolean;
	readonly savingReason?: string;
}

export interface State {
	/** The current launch: our own peer id and where it stands in time. */
	readonly launch?: OrderKey & {readonly loggedAt: number};
	/** Every launch in this log, by our own peer id of that time. */
	readonly launches: Readonly<Record<PeerId, OrderKey>>;
	readonly timeline: Timeline;
	/** 256 buckets by the first byte of the peer id, so that one change copies little. Read through roster.ts. */
	readonly roster: readonly Readonly<Record<PeerId, RosterPeer>>[];
	/** Rows more than MAX_HLC_AHEAD_MS ahead of the clock: kept, not shown until due. */
	readonly pending: Timeline;
	/** Unreadable entries: kept so that each is counted once, never shown. */
	readonly unreadable: Timeline;
	/** Records reduced so far (events and observations). */
	readonly recordCount: number;
	/** Our wall clock at the newest record, ms: never goes back. */
	readonly loggedAt: number;
	readonly ephemeral: EphemeralState;
}

type Opaque = string | number | boolean | undefined | OrderKey | Timeline;

/** T as a recipe may write to it. Events and timelines stay whole: they are replaced, never changed. */
export type Writable<T> = T extends Opaque ? T : {-readonly [K in keyof T]: Writable<T[K]>};
