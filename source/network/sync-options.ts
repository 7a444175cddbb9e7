/** What sync needs and what it does, as the session sees it. */
import type {Message} from '../codec/message.js';
import type {Batch} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import type {TakeResult} from './batch-receiver.js';
import type {Clock} from './clock.js';
import type {Debug} from './debug.js';
import type {Holdings} from './holdings.js';
import type {PutOff} from './parts.js';
import type {PeerLink} from './peer-link.js';

export interface SyncOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly holdings: Holdings;
	/** Checks a batch and takes it into the log with the next commit. `live`: it was not in anybody's first `have`. */
	take(batch: Batch, link: PeerLink, live: boolean): TakeResult;
	/** Writes and reduces what was taken since the last commit. */
	commit(): void;
	/** A connected peer holds our own feed up to here. */
	delivered(peer: PeerId, seq: number): void;
	/** All that this peer held when it was connected is here; `received`: events it sent for it. */
	synced(peer: PeerId, received: number): void;
	/** History coming in; `expected` 0: done. */
	progress(received: number, expected: number): void;
	/** A limit was reached: less is taken or asked from now on. `peer`: whose feed, or who named too many. */
	limited(what: SyncLimit, peer: PeerId): void;
}

export type SyncLimit = 'live-events' | 'new-feeds' | 'bytes';

export interface Sync {
	up(link: PeerLink): void;
	/** `closed`: what was asked on this one is not to be answered any more. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(peer: PeerId): void;
	/** `have`, `want` and `events`; others are left alone. `rest`: takes what is left to do; without it all is done at once. */
	message(link: PeerLink, message: Message, rest?: PutOff): void;
	drained(link: PeerLink): void;
	/** Own new events: to all, at once. */
	push(batch: Batch): void;
	/** We hold more of these feeds, on disk. */
	changed(feeds: Iterable<PeerId>): void;
	/** Takes what waits if it is little: somebody says goodbye. */
	hurry(): void;
	/** These feeds are welcome again: ask for what was passed over. */
	reconsider(feeds: Iterable<PeerId>): void;
	/** Takes what waits (before a shutdown). */
	finish(): void;
	stop(): void;
}
