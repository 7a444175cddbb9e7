/** `peers` messages: whom we are connected to, in full on a new connection, then changes only. */
import type {PeerAddress, PeersMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {MAX_PEERS_LISTED} from '../core/limits.js';
import type {Address} from './candidate.js';
import type {PeerLink} from './peer-link.js';
import {isLinkLocal, isLoopback, isPublic} from './subnets.js';

/** Where others may reach the peer of a link: the address we reached it at, and the port on which it listens. */
export function addressOfLink(link: PeerLink): PeerAddress {
	return {peer: link.peer, addresses: [{host: link.remoteAddress, port: link.hello.port}]};
}

/** The full list, cut into messages. It names its receiver as well, who reads over that. */
export function listPeers(links: readonly PeerLink[]): PeersMessage[] {
	const [first, ...rest] = cut(links.map(addressOfLink));
	const all: PeersMessage = {type: 'peers', added: first ?? [], removed: [], all: true};
	return [all, ...rest.map((part): PeersMessage => ({type: 'peers', added: part, removed: []}))];
}

/** What changed since the last message, cut into messages; none if nothing did. */
export function changedPeers(
	links: readonly PeerLink[],
	added: ReadonlySet<PeerId>,
	removed: ReadonlySet<PeerId>,
): PeersMessage[] {
	const here = links.filter(link => added.has(link.peer)).map(addressOfLink);
	return [
		...cut(here).map((part): PeersMessage => ({type: 'peers', added: part, removed: []})),
		...cut([...removed]).map((part): PeersMessage => ({type: 'peers', added: [], removed: part})),
	];
}

function cut<Item>(items: readonly Item[]): Item[][] {
	const parts: Item[][] = [];
	for (let from = 0; from < items.length; from += MAX_PEERS_LISTED)
		parts.push(items.slice(from, from + MAX_PEERS_LISTED));
	return parts;
}

/**
 * Which of the addresses that `reporter` names may be dialled: never link-local or public ones, and loopback only if the
 * reporter itself stands on this host.
 */
export function believedAddresses(reporter: PeerLink, named: PeerAddress): Address[] {
	return named.addresses.filter(({host}) => {
		if (isLoopback(host)) return isLoopback(reporter.remoteAddress);
		return !isLinkLocal(host) && !isPublic(host);
	});
}
