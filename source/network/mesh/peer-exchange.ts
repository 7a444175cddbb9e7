/**
 * Peer exchange (protocol.md, Peer exchange): reports to every connected peer to whom this node is connected, the whole list
 * on a new connection, then changes. Changes are batched: while many nodes start at once, each peer gets one frame for all
 * of them. Additions are sent less often while they continue, since most peers learn of each other by beacons. They are sent
 * at once if another peer reports one of them lost.
 */
import {encodeMessageFrame, type PeerAddress, type PeersMessage} from '../../codec/message.js';
import type {Clock, Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_PEERS_LISTED, PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../../core/limits.js';
import type {HostAddress} from '../ip-address.js';
import {isLinkLocal, isLoopback, isPublic} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';

/** The address at which other peers may reach the peer of a link, with the port on which it listens. */
function addressOfLink(link: PeerLink): PeerAddress {
	return {peer: link.peer, addresses: [{host: link.remoteAddress, port: link.hello.port}]};
}

/** The full list as messages. It includes its receiver, which ignores itself. */
export function fullListMessages(links: readonly PeerLink[]): PeersMessage[] {
	const [first, ...rest] = addedMessages(links);
	return [{type: 'peers', added: first?.added ?? [], removed: [], all: true}, ...rest];
}

/** New connections as messages; none if there are none. */
export function addedMessages(links: readonly PeerLink[]): PeersMessage[] {
	return chunk(links.map(addressOfLink)).map(added => ({type: 'peers', added, removed: []}));
}

/** Closed connections as messages; none if there are none. */
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
 * The addresses reported by `reporter` that may be dialled: no link-local or public ones, and loopback only if the reporter
 * runs on this computer.
 */
export function dialableAddresses(reporter: PeerLink, named: PeerAddress): HostAddress[] {
	return named.addresses.filter(({host}) => {
		if (isLoopback(host)) return isLoopback(reporter.remoteAddress);
		return !isLinkLocal(host) && !isPublic(host);
	});
}

export interface PeerExchangeSender {
	up(peer: PeerId): void;
	/** Another connection carries the messages to this peer now: it gets the full list again. */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	/** Another peer lost this one: if its connection is not reported yet, it is reported now. */
	expedite(peer: PeerId): void;
	stop(): void;
}

export function createPeerExchangeSender(clock: Clock, links: () => readonly PeerLink[]): PeerExchangeSender {
	/** Peers that get the full list with the next flush. */
	const needsFullList = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	/** When additions were sent last, monotonic ms. */
	let announcedAt = Number.NEGATIVE_INFINITY;
	let interval = PEERS_INTERVAL_MS;
	/** Another peer reported one of `added` lost. */
	let isExpedited = false;
	let timer: Timer | undefined;
	let stopped = false;

	/** When to send the additions, monotonic ms. */
	function additionsDueAt(): number {
		if (added.size === 0) return Number.POSITIVE_INFINITY;
		return isExpedited ? Number.NEGATIVE_INFINITY : announcedAt + interval;
	}

	function dueAt(): number {
		if (needsFullList.size === 0 && removed.size === 0) return additionsDueAt();
		return Math.min(additionsDueAt(), flushedAt + PEERS_INTERVAL_MS);
	}

	/** Takes the additions that are due. */
	function takeAdded(now: number): ReadonlySet<PeerId> {
		if (now < additionsDueAt()) return new Set();
		// Many nodes are starting as long as additions follow each other closely.
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
		// Needed after a full list too, which does not report a connection that was lost in between.
		const losses = removedMessages([...removed]).map(encodeMessageFrame);
		for (const link of all)
			for (const frame of [...(needsFullList.has(link.peer) ? list : additions), ...losses]) link.sendFrame(frame);
		needsFullList.clear();
		removed.clear();
		plan();
	}

	/** Sends the first change at once and batches those that follow. */
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
