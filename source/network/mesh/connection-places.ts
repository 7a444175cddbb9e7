/**
 * Places for verified connections, dialled and accepted ones: MAX_CONNECTIONS in all, and MAX_CONNECTIONS_PER_ADDRESS for
 * one address. If all places are taken, a new connection of another address replaces the newest connection of the address
 * that has the most. Strangers of one IPv6 prefix get at most half of the places. A trusted peer, which was connected
 * without a fault before, replaces a peer that is not trusted.
 */
import {MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback, prefixGroup, shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {prefixBudget} from '../prefix-budget.js';
import {createFairShare} from '../scheduling/fair-share.js';

export interface ConnectionPlaces {
	/**
	 * Takes a place for a connection. Returns the connection that has to close, which may be this one; undefined if no
	 * connection has to close.
	 */
	take(link: PeerLink): PeerLink | undefined;
	release(link: PeerLink): void;
}

/** `isTrusted`: whether the peer of a connection was connected without a fault for TRUSTED_AFTER_MS. */
export function createConnectionPlaces(isTrusted: (link: PeerLink) => boolean): ConnectionPlaces {
	const places = createFairShare<PeerLink>(Number.POSITIVE_INFINITY);

	/**
	 * Connection to close for `link`, a connection of `owner`, when all places are taken; `link` itself if no other one has to
	 * close.
	 */
	function chooseClosing(link: PeerLink, owner: string, isCapped: boolean): PeerLink {
		const fullest = isCapped ? owner : (places.fullest() ?? owner);
		const newest = places.newestOf(fullest);
		const isFuller = places.countOf(fullest) > places.countOf(owner) + 1;
		if (!isFuller && !isTrusted(link)) return link;
		return newest.find(one => !isTrusted(one)) ?? (isFuller ? newest[0] : undefined) ?? link;
	}

	/** Number of connections with peers that are not trusted, of all addresses in the IPv6 prefix of an owner. */
	function strangersOfPrefix(owner: string): number {
		const group = prefixGroup(owner);
		if (group === undefined || places.size < prefixBudget(MAX_CONNECTIONS)) return 0;
		return places.items().filter(link => prefixGroup(link.remoteAddress) === group && !isTrusted(link)).length;
	}

	return {
		take(link) {
			const owner = shareKey(link.remoteAddress, link.peer);
			const isCapped = !isLoopback(link.remoteAddress) && places.countOf(owner) >= MAX_CONNECTIONS_PER_ADDRESS;
			const isPrefixFull = !isTrusted(link) && strangersOfPrefix(owner) >= prefixBudget(MAX_CONNECTIONS);
			const isFull = isCapped || places.size >= MAX_CONNECTIONS;
			const closing = isPrefixFull ? link : isFull ? chooseClosing(link, owner, isCapped) : undefined;
			if (closing === link) return link;
			if (closing) places.delete(closing);
			places.add(link, owner);
			return closing;
		},
		release: places.delete,
	};
}
