/**
 * Peer exchange (protocol.md, Messages). Sends the list of this node's connections to every connected peer: the full
 * list on a new connection, then changes. Changes are batched. While many nodes start, added connections are sent less
 * and less often, because most peers discover each other by beacons. If another peer reports that it has lost a peer to
 * which this node has a connection, this node lists that connection at once. No peer is sent more entries than it accepts.
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
 * Address at which other peers may reach the peer of a link: its remote address and the port of its hello, unless the
 * peer does not listen. An IPv6 address that is link-local, or not on a prefix of this computer, is left out, because
 * other peers may be unable to use it. A peer without an address is listed too, because peers that nobody lists are
 * reported as lost.
 */
function addressOfLink({peer, remoteAddress: host, hello: {port}}: PeerLink, interfaces: LocalInterfaces): PeerAddress {
	const isNamed = !isIpv6(host) || isLoopback(host) || (!isLinkLocal(host) && isOnLink(host, interfaces));
	return {peer, addresses: port > PORT_WITHOUT_LISTENER && isNamed ? [{host, port}] : []};
}

/** Messages with the full list of connections. The list includes the receiver, which ignores its own entry. */
function fullListMessages(links: readonly PeerLink[], interfaces: LocalInterfaces): PeersMessage[] {
	const [first, ...rest] = addedMessages(links, interfaces);
	return [{type: 'peers', added: first?.added ?? [], removed: [], all: true}, ...rest];
}

/** Messages that report new connections; an empty array if there are none. */
export function addedMessages(links: readonly PeerLink[], interfaces: LocalInterfaces): PeersMessage[] {
	return chunk(links.map(link => addressOfLink(link, interfaces))).map(added => ({type: 'peers', added, removed: []}));
}

/** Messages that report closed connections; an empty array if there are none. */
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
 * Addresses reported by `reporter` that this node may dial. Host names are ignored: otherwise the reporter could choose
 * which names this node looks up in the DNS, and the DNS could choose which addresses this node dials. Also ignored are
 * link-local addresses; public addresses, except IPv6 addresses on a prefix of this computer; loopback addresses,
 * unless the reporter runs on this computer; and addresses with the port of a peer that does not listen, which release
 * 1.0.0 reports.
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
	/** Sends the full list to a peer again, because messages to it are now sent on another connection. */
	replaced(peer: PeerId): void;
	down(peer: PeerId): void;
	/**
	 * To be called when another peer reports that it has lost `peer`. If this node has not yet reported its own
	 * connection to `peer`, it sends all added connections immediately.
	 */
	expedite(peer: PeerId): void;
	stop(): void;
}

/** `interfaces`: returns the interfaces of this computer. */
export function createPeerExchangeSender(
	clock: Clock,
	links: () => readonly PeerLink[],
	interfaces: () => LocalInterfaces,
): PeerExchangeSender {
	/** Peers to which the next flush sends the full list. */
	const needsFullList = new Set<PeerId>();
	const added = new Set<PeerId>();
	const removed = new Set<PeerId>();
	let flushedAt = Number.NEGATIVE_INFINITY;
	/** Time at which added connections were sent last, in monotonic ms. */
	let announcedAt = Number.NEGATIVE_INFINITY;
	let interval = PEERS_INTERVAL_MS;
	/** Whether another peer has reported that it lost one of the peers in `added`. */
	let isExpedited = false;
	let timer: Timer | undefined;
	let stopped = false;
	/** Pace of names on each connection, and the changes that wait until the pace allows them. */
	const senders = new WeakMap<PeerLink, {readonly pace: MessagePace; readonly backlog: PeerListBacklog}>();
	/** Peers that other peers reported as lost while changes wait to be sent. The next flush names these peers first. */
	const urgent = new Set<PeerId>();
	/** Whether changes or a full list wait until the pace of a connection allows them. */
	let hasBacklog = false;

	function senderOf(link: PeerLink) {
		const known = senders.get(link);
		if (known) return known;
		const sender = {pace: createMessagePace(), backlog: createPeerListBacklog()};
		senders.set(link, sender);
		return sender;
	}

	/** Time at which to send the added connections, in monotonic ms. */
	function additionsDueAt(): number {
		if (added.size === 0) return Number.POSITIVE_INFINITY;
		return isExpedited ? Number.NEGATIVE_INFINITY : announcedAt + interval;
	}

	function dueAt(): number {
		if (needsFullList.size === 0 && removed.size === 0 && !hasBacklog) return additionsDueAt();
		return Math.min(additionsDueAt(), flushedAt + PEERS_INTERVAL_MS);
	}

	/** Returns and clears the added connections if they are due; otherwise returns an empty set. */
	function takeAdded(now: number): ReadonlySet<PeerId> {
		if (now < additionsDueAt()) return new Set();
		// If connections are added in quick succession, many nodes are probably starting.
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
		// Lost connections are reported even after a full list, because the list does not show a connection that opened and
		// closed after the last flush.
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

	/** Sends as many of the waiting changes as the pace of the connection allows. */
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

	/** Schedules the next flush. A first change is sent immediately, later changes are batched. */
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
