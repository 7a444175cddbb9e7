/**
 * The reduced state: *state is reduce(log)* plus passing facts. Everything the screen shows is selected from here, live
 * and in replay alike. Values are frozen; unchanged parts keep their identity.
 */
import type {FeedEvent, Identity, LinkStatus, Observation} from './event.js';
import type {PeerId} from './ids.js';
import type {OrderKey} from './order.js';
import type {Timeline} from './timeline.js';

/** A row of the timeline: a fact that is shown. `late`: it was live and more than 60 s behind. */
export type TimelineEntry = (FeedEvent | Observation) & {readonly late?: true};

/** A name and the seq from which it holds. */
export interface NameSince {
	readonly seq: number;
	readonly name: string;
}

/** Everybody who ever wrote here or was connected. Changes seldom: not with every message. */
export interface RosterPeer {
	readonly peer: PeerId;
	/** By rising seq; empty until `joined` is known. */
	readonly names: readonly NameSince[];
	readonly identity?: Identity;
	readonly version?: string;
	/** Of the socket, if we were ever connected. */
	readonly address?: string;
	/** What the peer says of itself, newest `joined` or `moved` by seq. */
	readonly claimedAddresses: readonly string[];
	readonly claimedAddressesSeq: number;
	/** Order of its `joined`. */
	readonly joined?: OrderKey;
	readonly left?: OrderKey;
	/** How many `returned` stand in its feed. */
	readonly absences: number;
	/** Per absence number, the first `lost` in the timeline's order: the one that is the row. */
	readonly lost: Readonly<Record<number, OrderKey>>;
	/** Our own connection to it, from our observations of this launch. */
	readonly connected: boolean;
	/** First connection in this launch. */
	readonly firstConnected?: Observation;
	readonly unreadable: number;
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

export interface Passing {
	/** Wall clock, ms, as last told; 0 before. */
	readonly now: number;
	readonly links: Readonly<Record<PeerId, Link>>;
	/** Per peer, how far it holds our own feed. */
	readonly delivered: Readonly<Record<PeerId, number>>;
	readonly audiences: readonly Audience[];
	readonly typing: Readonly<Record<PeerId, number>>;
	readonly sync: {readonly received: number; readonly expected: number};
	readonly alone: boolean;
	readonly tried: readonly string[];
	readonly strangers: number;
	readonly saving: boolean;
	readonly savingReason?: string;
}

export interface State {
	/** The current launch: our own peer id and where it stands in time. */
	readonly launch?: OrderKey & {readonly loggedAt: number};
	readonly timeline: Timeline;
	/** 256 buckets by the first byte of the peer id, so that one change copies little. Read through roster.ts. */
	readonly roster: readonly Readonly<Record<PeerId, RosterPeer>>[];
	/** Events more than 24 h ahead of the clock: kept, not shown until due. By order. */
	readonly pending: readonly FeedEvent[];
	/** Records reduced so far (events and observations). */
	readonly learnt: number;
	/** Our wall clock at the last record, ms. */
	readonly loggedAt: number;
	readonly passing: Passing;
}
