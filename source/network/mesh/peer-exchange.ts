/**
 * Peer exchange (protocol.md, Messages). Tells every connected peer which connections this node has: the full list on a
 * new connection, and after that the changes.
 *
 * Several changes are sent in one message. While many nodes start, new connections are reported less and less often,
 * because most peers discover each other by beacons. There is one exception: another peer reports that it has lost its
 * connection to a peer, and this node has a connection to that peer that it has not reported yet. Then it reports its
 * new connections at once. The number of peers that are named to one peer per second is limited, because peers refuse
 * more.
 */

import {encodeMessageFrame} from '../../codec/message.js';
import type {PeerAddress, PeersMessage} from '../../codec/message-types.js';
import type {Clock, Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_PEERS_LISTED, PEERS_INTERVAL_CROWD_MS, PEERS_INTERVAL_MS} from '../../core/limits.js';
import type {HostAddress, LocalInterface} from '../ip-address.js';
import {isIpLiteral, isIpv6, isLinkLocal, isLoopback, isOnLink, isPublic, normaliseAddress} from '../ip-address.js';
import {PORT_WITHOUT_LISTENER} from '../link/handshake.js';
import {createMessagePace, type MessagePace} from '../link/message-rate-limiter.js';
import type {PeerLink} from '../link/peer-link.js';
import {createPeerListBacklog, type PeerListBacklog} from './peer-list-backlog.js';

type LocalInterfaces = readonly LocalInterface[];

/**
 * Entry of a connected peer in the list of connections. Its address is the remote address of the connection with the
 * port of the hello. The address is left out if the peer does not listen. It is also left out for an IPv6 address that
 * is link-local, or not on a prefix of this computer, because other peers may be unable to use it. A peer without an
 * address is listed too, because a peer that nobody lists is reported as lost.
 */
function addressOfLink({peer, remoteAddress: host, hello: {port}}: PeerLink, interfaces: LocalInterfaces): PeerAddress {
	const isNamed = !isIpv6(host) || isLoopback(host) || (!isLinkLocal(host) && isOnLink(host, interfaces));
	return {peer, addresses: port > PORT_WITHOUT_LISTENER && isNamed ? [{host, port}] : []};
}

/** Messages with the full list of connections. The list contains the receiver too, which ignores its own entry. */
function fullListMessages(links: readonly PeerLink[], interfaces: LocalInterfaces): PeersMessage[] {
	const [first, ...rest] = addedMessages(links, interfaces);
	return [{type: 'peers', added: first?.added ?? [], removed: [], all: true}, ...rest];
}

/** Messages that report new connections. Empty if there are no new connections. */
export function addedMessages(links: readonly PeerLink[], interfaces: LocalInterfaces): PeersMessage[] {
	return chunk(links.map(link => addressOfLink(link, interfaces))).map(added => ({type: 'peers', added, removed: []}));
}

/** Messages that report closed connections. Empty if there are no closed connections. */
function removedMessages(peers: readonly PeerId[]): PeersMessage[] {
	return chunk(peers).map(removed => ({type: 'peers', added: [], removed}));
}

function chunk<Item>(items: readonly Item[]): Item[][] {
	const parts: Item[][] = [];
	for (let from = 0; from < items.length; from += MAX_PEERS_LISTED)
		parts.push(items.slice(from, from + MAX_PEERS_LISTED));
	return parts;
}

/**
 * Addresses from a report of `reporter` that this node may dial. It ignores
 *
 * - host names: otherwise the reporter could choose which names this node looks up in the DNS, and the DNS which
 *   addresses this node dials;
 * - link-local addresses;
 * - public addresses, except IPv6 addresses on a prefix of this computer;
 * - loopback addresses, unless the reporter runs on this computer;
 * - addresses with the port of a peer that does not listen, which release 1.0.0 reports.
 */
export function dialableAddresses(reporter: PeerLink, named: PeerAddress, interfaces: LocalInterfaces): HostAddress[] {
	const isDialable = (host: string) => {
		if (isLoopback(host)) return isLoopback(reporter.remoteAddress);
		return !isLinkLocal(host) && (!isPublic(host) || (isIpv6(host) && isOnLink(host, interfaces)));
	};
	return named.addresses
		.filter(({host, port}) => port > PORT_WITHOUT_LISTENER && isIpLiteral(host))
		.map(({host, port}) => ({host: normaliseAddress(host), port}))
		.filter(({host}) => isDialable(host));
}

export interface PeerExchangeSender {
	up(peer: PeerId): void;
	/**
	 * Sends the full list to a peer again. To be called when messages to the peer are sent on another connection from
	 * now on.
	 */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	/**
	 * To be called when another peer reports that it has lost its connection to `peer`. If this node has a connection
	 * to `peer` that it has not reported yet, it reports its new connections immediately.
	 */
	expedite(peer: PeerId): void;
	stop(): void;
}

/** Creates the sender. `links`: connections of this node. `interfaces`: interfaces of this computer. */
export function createPeerExchangeSender(
	clock: Clock,
	links: () => readonly PeerLink[],
	interfaces: () => LocalInterfaces,
): PeerExchangeSender {
	/** Peers to which the next `flush` sends the full list of connections. */
	const needsFullList = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	/** Time at which new connections were last reported, in monotonic ms. */
	let announcedAt = Number.NEGATIVE_INFINITY;
	let interval = PEERS_INTERVAL_MS;
	/** Whether another peer has reported the loss of its connection to one of the peers in `added`. */
	let isExpedited = false;
	let timer: Timer | undefined;
	let stopped = false;
	/** Rate limiter of the names on each connection, and the changes that wait because of this limiter. */
	const senders = new WeakMap<PeerLink, {readonly pace: MessagePace; readonly backlog: PeerListBacklog}>();
	/**
	 * Peers to which another peer has lost its connection while changes wait here. The next `flush` lists these peers
	 * first.
	 */
	const urgent = new Set<PeerId>();
	/** Whether a full list or changes wait because of the rate limiter of a connection. */
	let hasBacklog = false;

	function senderOf(link: PeerLink) {
		const known = senders.get(link);
		if (known) return known;
		const sender = {pace: createMessagePace(), backlog: createPeerListBacklog()};
		senders.set(link, sender);
		return sender;
	}

	/** Time at which the new connections must be reported, in monotonic ms. Infinity if there are none. */
	function additionsDueAt(): number {
		if (added.size === 0) return Number.POSITIVE_INFINITY;
		return isExpedited ? Number.NEGATIVE_INFINITY : announcedAt + interval;
	}

	function dueAt(): number {
		if (needsFullList.size === 0 && removed.size === 0 && !hasBacklog) return additionsDueAt();
		return Math.min(additionsDueAt(), flushedAt + PEERS_INTERVAL_MS);
	}

	/** Returns and clears the new connections if their report is due. Otherwise returns an empty set. */
	function takeAdded(now: number): ReadonlySet<PeerId> {
		if (now < additionsDueAt()) return new Set();
		// If new connections follow each other quickly, probably many nodes are starting.
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
		const list = needsFullList.size > 0 ? fullListMessages(all, interfaces()).map(encodeMessageFrame) : [];
		const additions = addedMessages(
			all.filter(({peer}) => addedNow.has(peer)),
			interfaces(),
		).map(encodeMessageFrame);
		// Closed connections are reported even after a full list. The list does not show a connection that opened and
		// closed since the last `flush`.
		const losses = removedMessages([...removed]).map(encodeMessageFrame);
		hasBacklog = false;
		const byPeer = new Map(all.map(link => [link.peer, link]));
		for (const link of all) {
			const {pace, backlog} = senderOf(link);
			const isFull = needsFullList.has(link.peer);
			const names = removed.size + (isFull ? Math.max(1, all.length) : addedNow.size);
			const frames = [...(isFull ? list : additions), ...losses];
			if ((isFull || backlog.size === 0) && (names === 0 || pace.take('peers', flushedAt, names))) {
				for (const frame of frames) link.sendFrame(frame);
				if (isFull) backlog.clear();
				needsFullList.delete(link.peer);
			} else if (isFull) {
				hasBacklog = true;
			} else {
				for (const peer of addedNow) backlog.add(peer, 'added');
				for (const peer of removed) backlog.add(peer, 'removed');
				sendBacklog(link, byPeer);
			}
		}

		removed.clear();
		urgent.clear();
		plan();
	}

	/** Sends as many of the waiting changes as the rate limiter of the connection allows. */
	function sendBacklog(link: PeerLink, byPeer: ReadonlyMap<PeerId, PeerLink>): void {
		const {pace, backlog} = senderOf(link);
		const count = Math.min(backlog.size, pace.available('peers', flushedAt), MAX_PEERS_LISTED);
		if (count > 0) {
			pace.take('peers', flushedAt, count);
			const changes = backlog.take(count, urgent);
			const listed = changes.added.flatMap(peer => byPeer.get(peer) ?? []);
			link.sendFrame(
				encodeMessageFrame({
					type: 'peers',
					added: listed.map(one => addressOfLink(one, interfaces())),
					removed: changes.removed,
				}),
			);
		}

		if (backlog.size > 0) hasBacklog = true;
	}

	/**
	 * Schedules the next `flush`. The first change is sent immediately. Changes that follow soon after it are sent
	 * together later.
	 */
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
			if (hasBacklog && urgent.size < MAX_PEERS_LISTED) urgent.add(peer);
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
