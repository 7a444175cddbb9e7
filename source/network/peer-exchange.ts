/** `peers` messages: whom we are connected to, in full on a new connection, then changes only. */
import type {PeerAddress, PeersMessage} from '../codec/message.js';
import type {PeerId} from '../core/ids.js';
import {MAX_PEERS_LISTED} from '../core/limits.js';
import type {Address} from './dialler.js';
import type {PeerLink} from './peer-link.js';
import {isLinkLocal, isLoopback, isPublic} from './subnets.js';

/** Where others may reach the peer of a link: the address we reached it at, and the port on which it listens. */
export function addressOfLink(link: PeerLink): PeerAddress {
	return {peer: link.peer, addresses: [{host: link.remoteAddress, port: link.hello.port}]};
}

/** The full list, cut into messages. */
export function listPeers(links: readonly PeerLink[], except: PeerId): PeersMessage[] {
	const others = links.filter(link => link.peer !== except).map(addressOfLink);
	const messages: PeersMessage[] = [{type: 'peers', added: others.slice(0, MAX_PEERS_LISTED), removed: [], all: true}];
	for (let from = MAX_PEERS_LISTED; from < others.length; from += MAX_PEERS_LISTED) {
		messages.push({type: 'peers', added: others.slice(from, from + MAX_PEERS_LISTED), removed: []});
	}

	return messages;
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
