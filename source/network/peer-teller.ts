/**
 * Tells every connected peer to whom we are connected: the whole list on a new connection, then changes (design.md, 3, Peer
 * exchange). Changes are gathered: while many start at once one frame for all of them, not one for each to each.
 */
import {encodeMessageFrame} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {PEERS_INTERVAL_MS} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {listPeers, namePeers, unnamePeers} from './peer-exchange.js';
import type {PeerLink} from './peer-link.js';

export interface PeerTeller {
	up(peer: PeerId): void;
	/** Another connection to it carries on: it is told all anew. */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	stop(): void;
}

export function createPeerTeller(clock: Clock, links: () => readonly PeerLink[]): PeerTeller {
	/** Who gets the whole list. */
	const fresh = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	let timer: Timer | undefined;
	let stopped = false;

	function flush(): void {
		timer = undefined;
		flushedAt = clock.monotonic();
		const all = links();
		const list = fresh.size > 0 ? listPeers(all).map(encodeMessageFrame) : [];
		const news = namePeers(all.filter(({peer}) => added.has(peer))).map(encodeMessageFrame);
		// Also behind a whole list: that we had a connection and lost it, it does not tell.
		const losses = unnamePeers([...removed]).map(encodeMessageFrame);
		for (const link of all)
			for (const frame of [...(fresh.has(link.peer) ? list : news), ...losses]) link.sendFrame(frame);
		fresh.clear();
		added.clear();
		removed.clear();
	}

	/** The first change at once, what follows it together. */
	function plan(): void {
		if (stopped) return;
		timer ??= clock.after(Math.max(0, flushedAt + PEERS_INTERVAL_MS - clock.monotonic()), flush);
	}

	return {
		up(peer) {
			fresh.add(peer);
			added.add(peer);
			removed.delete(peer);
			plan();
		},
		replaced(peer) {
			fresh.add(peer);
			plan();
		},
		down(peer) {
			fresh.delete(peer);
			added.delete(peer);
			removed.add(peer);
			plan();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
