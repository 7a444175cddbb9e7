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
	const [first, ...rest] = namePeers(links);
	return [{type: 'peers', added: first?.added ?? [], removed: [], all: true}, ...rest];
}

/** Who came, cut into messages; none if nobody did. */
export function namePeers(links: readonly PeerLink[]): PeersMessage[] {
	return cut(links.map(addressOfLink)).map(added => ({type: 'peers', added, removed: []}));
}

/** Who went, cut into messages; none if nobody did. */
export function unnamePeers(peers: readonly PeerId[]): PeersMessage[] {
	return cut(peers).map(removed => ({type: 'peers', added: [], removed}));
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
