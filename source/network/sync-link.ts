import type {PeerId} from '../core/ids.js';
import type {Timer} from './clock.js';
import type {PeerLink} from './peer-link.js';

/** A `want` that we sent and that is not fully answered. */
export interface OpenWant {
	readonly id: number;
	readonly feeds: readonly PeerId[];
	readonly timer: Timer;
}

/** What anti-entropy knows of one connection. */
export interface SyncLink {
	link: PeerLink;
	/** Highest seq that they said they hold, of each feed they spoke of. */
	readonly theirs: Map<PeerId, number>;
	/** What stood in their first `have`. */
	readonly first: Map<PeerId, number>;
	/** Their first `have` is complete. */
	complete: boolean;
	/** We hold all of their first `have`. */
	synced: boolean;
	/** Events received over this connection by asking. */
	received: number;
	want: OpenWant | undefined;
	wantCount: number;
	/** Wants that were not answered in time: asked last. */
	late: number;
	/** What we said in our own first `have`: answers are cut there, so that the other end can tell old from live. */
	readonly said: Map<PeerId, number>;
	/** Feeds of which to say more. */
	readonly pending: Set<PeerId>;
	/** Their queue was full: pushes stopped. */
	behind: boolean;
	/** Feeds new to us that they named in this minute. */
	newFeeds: {from: number; count: number};
}

export function createSyncLink(link: PeerLink, now: number): SyncLink {
	return {
		link,
		theirs: new Map(),
		first: new Map(),
		complete: false,
		synced: false,
		received: 0,
		want: undefined,
		wantCount: 0,
		late: 0,
		said: new Map(),
		pending: new Set(),
		behind: false,
		newFeeds: {from: now, count: 0},
	};
}

/** They said or showed that they hold a feed up to `seq`. */
export function witness(link: SyncLink, peer: PeerId, seq: number): void {
	if (seq > (link.theirs.get(peer) ?? 0)) link.theirs.set(peer, seq);
}
