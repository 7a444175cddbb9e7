/**
 * Tells every connected peer to whom we are connected: the whole list on a new connection, then changes (design.md, 3, Peer
 * exchange). Changes are gathered: while many start at once one frame for all of them, not one for each to each. Who came is
 * told ever more seldom while more come, since most hear of them by beacon; at once, if somebody says to have lost them.
 */
import {encodeMessageFrame} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {listPeers, namePeers, unnamePeers} from './peer-exchange.js';
import type {PeerLink} from './peer-link.js';

export interface PeerTeller {
	up(peer: PeerId): void;
	/** Another connection to it carries on: it is told all anew. */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	/** Somebody else has lost it: if we have it and did not say so yet, now is the time. */
	doubted(peer: PeerId): void;
	stop(): void;
}

export function createPeerTeller(clock: Clock, links: () => readonly PeerLink[]): PeerTeller {
	/** Who gets the whole list. */
	const fresh = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	/** Of who came. */
	let toldAt = Number.NEGATIVE_INFINITY;
	let interval = PEERS_INTERVAL_MS;
	/** One of `added` is said to be lost. */
	let isDoubted = false;
	let timer: Timer | undefined;
	let stopped = false;

	/** When it is time to say who came. */
	function newsDueAt(): number {
		if (added.size === 0) return Number.POSITIVE_INFINITY;
		return isDoubted ? Number.NEGATIVE_INFINITY : toldAt + interval;
	}

	function dueAt(): number {
		if (fresh.size === 0 && removed.size === 0) return newsDueAt();
		return Math.min(newsDueAt(), flushedAt + PEERS_INTERVAL_MS);
	}

	/** Those who came, if it is time. */
	function takeAdded(now: number): ReadonlySet<PeerId> {
		if (now < newsDueAt()) return new Set();
		// For a while nobody came: the crowd is in.
		const isCrowd = now - toldAt < interval + PEERS_INTERVAL_MS;
		interval = isCrowd ? Math.min(2 * interval, PEERS_INTERVAL_CROWD_MS) : PEERS_INTERVAL_MS;
		toldAt = now;
		isDoubted = false;
		const taken = new Set(added);
		added.clear();
		return taken;
	}

	function flush(): void {
		timer = undefined;
		flushedAt = clock.monotonic();
		const all = links();
		const came = takeAdded(flushedAt);
		const list = fresh.size > 0 ? listPeers(all).map(encodeMessageFrame) : [];
		const news = namePeers(all.filter(({peer}) => came.has(peer))).map(encodeMessageFrame);
		// Also behind a whole list: that we had a connection and lost it, it does not tell.
		const losses = unnamePeers([...removed]).map(encodeMessageFrame);
		for (const link of all)
			for (const frame of [...(fresh.has(link.peer) ? list : news), ...losses]) link.sendFrame(frame);
		fresh.clear();
		removed.clear();
		plan();
	}

	/** The first change at once, what follows it together. */
	function plan(): void {
		timer?.cancel();
		timer = undefined;
		const at = dueAt();
		if (stopped || at === Number.POSITIVE_INFINITY) return;
		timer = clock.after(Math.max(0, at - clock.monotonic()), flush);
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
		doubted(peer) {
			if (!added.has(peer)) return;
			isDoubted = true;
			plan();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
