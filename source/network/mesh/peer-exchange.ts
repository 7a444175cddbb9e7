/** `peers` messages: whom we are connected to, in full on a new connection, then changes only. */
import {encodeMessageFrame, type PeerAddress, type PeersMessage} from '../../codec/message.js';
import type {Clock, Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_PEERS_LISTED, PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../../core/limits.js';
import type {HostAddress} from '../ip-address.js';
import {isLinkLocal, isLoopback, isPublic} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';

/** Where others may reach the peer of a link: the address we reached it at, and the port on which it listens. */
export function addressOfLink(link: PeerLink): PeerAddress {
	return {peer: link.peer, addresses: [{host: link.remoteAddress, port: link.hello.port}]};
}

/** The full list, cut into messages. It names its receiver as well, who reads over that. */
export function fullListMessages(links: readonly PeerLink[]): PeersMessage[] {
	const [first, ...rest] = addedMessages(links);
	return [{type: 'peers', added: first?.added ?? [], removed: [], all: true}, ...rest];
}

/** Who came, cut into messages; none if nobody did. */
export function addedMessages(links: readonly PeerLink[]): PeersMessage[] {
	return chunk(links.map(addressOfLink)).map(added => ({type: 'peers', added, removed: []}));
}

/** Who went, cut into messages; none if nobody did. */
export function removedMessages(peers: readonly PeerId[]): PeersMessage[] {
	return chunk(peers).map(removed => ({type: 'peers', added: [], removed}));
}

function chunk<Item>(items: readonly Item[]): Item[][] {
	const parts: Item[][] = [];
	for (let from = 0; from < items.length; from += MAX_PEERS_LISTED)
		parts.push(items.slice(from, from + MAX_PEERS_LISTED));
	return parts;
}

/**
 * Which of the addresses that `reporter` names may be dialled: never link-local or public ones, and loopback only if the
 * reporter itself stands on this host.
 */
export function dialableAddresses(reporter: PeerLink, named: PeerAddress): HostAddress[] {
	return named.addresses.filter(({host}) => {
		if (isLoopback(host)) return isLoopback(reporter.remoteAddress);
		return !isLinkLocal(host) && !isPublic(host);
	});
}

/**
 * Tells every connected peer to whom we are connected: the whole list on a new connection, then changes (design.md, 3, Peer
 * exchange). Changes are gathered: while many start at once one frame for all of them, not one for each to each. Who came is
 * told ever more seldom while more come, since most hear of them by beacon; at once, if somebody says to have lost them.
 */

export interface PeerExchangeSender {
	up(peer: PeerId): void;
	/** Another connection to it carries on: it is told all anew. */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	/** Somebody else has lost it: if we have it and did not say so yet, now is the time. */
	expedite(peer: PeerId): void;
	stop(): void;
}

export function createPeerExchangeSender(clock: Clock, links: () => readonly PeerLink[]): PeerExchangeSender {
	/** Who gets the whole list. */
	const needsFullList = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	/** Of who came. */
	let announcedAt = Number.NEGATIVE_INFINITY;
	let interval = PEERS_INTERVAL_MS;
	/** One of `added` is said to be lost. */
	let isExpedited = false;
	let timer: Timer | undefined;
	let stopped = false;

	/** When it is time to say who came. */
	function additionsDueAt(): number {
		if (added.size === 0) return Number.POSITIVE_INFINITY;
		return isExpedited ? Number.NEGATIVE_INFINITY : announcedAt + interval;
	}

	function dueAt(): number {
		if (needsFullList.size === 0 && removed.size === 0) return additionsDueAt();
		return Math.min(additionsDueAt(), flushedAt + PEERS_INTERVAL_MS);
	}

	/** Those who came, if it is time. */
	function takeAdded(now: number): ReadonlySet<PeerId> {
		if (now < additionsDueAt()) return new Set();
		// For a while nobody came: the crowd is in.
		const isCrowd = now - announcedAt < interval + PEERS_INTERVAL_MS;
		interval = isCrowd ? Math.min(2 * interval, PEERS_INTERVAL_CROWD_MS) : PEERS_INTERVAL_MS;
		announcedAt = now;
		isExpedited = false;
		const taken = new Set(added);
		added.clear();
		return taken;
	}

	function flush(): void {
		timer = undefined;
		flushedAt = clock.monotonic();
		const all = links();
		const addedNow = takeAdded(flushedAt);
		const list = needsFullList.size > 0 ? fullListMessages(all).map(encodeMessageFrame) : [];
		const additions = addedMessages(all.filter(({peer}) => addedNow.has(peer))).map(encodeMessageFrame);
		// Also behind a whole list: that we had a connection and lost it, it does not tell.
		const losses = removedMessages([...removed]).map(encodeMessageFrame);
		for (const link of all)
			for (const frame of [...(needsFullList.has(link.peer) ? list : additions), ...losses]) link.sendFrame(frame);
		needsFullList.clear();
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
			needsFullList.add(peer);
			added.add(peer);
			removed.delete(peer);
			plan();
		},
		replaced(peer) {
			needsFullList.add(peer);
			plan();
		},
		down(peer) {
			needsFullList.delete(peer);
			added.delete(peer);
			removed.add(peer);
			plan();
		},
		expedite(peer) {
			if (!added.has(peer)) return;
			isExpedited = true;
			plan();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
