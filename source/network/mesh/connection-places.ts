/**
 * Places for verified connections, dialled and accepted ones: MAX_CONNECTIONS in all, and MAX_CONNECTIONS_PER_ADDRESS for
 * one address. If all places are taken, a new connection of another address replaces the newest connection of the address
 * with the most connections. Untrusted peers of one IPv6 prefix use more than half of the places only while nobody else
 * needs these places. A trusted peer, which was connected without a fault before, replaces a peer that is not trusted.
 */
import {MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback, prefixGroup, shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {prefixGivingWay} from '../prefix-budget.js';
import {createFairShare} from '../scheduling/fair-share.js';

export interface ConnectionPlaces {
	/**
	 * Takes a place for a connection. Returns the connection that has to close, which may be `link` itself; undefined if no
	 * connection has to close.
	 */
	take(link: PeerLink): PeerLink | undefined;
	release(link: PeerLink): void;
}

/** `isTrusted`: whether the peer of a connection was connected without a fault for TRUSTED_AFTER_MS. */
export function createConnectionPlaces(isTrusted: (link: PeerLink) => boolean): ConnectionPlaces {
	const places = createFairShare<PeerLink>(Number.POSITIVE_INFINITY);

	/**
	 * Chooses the connection to close so that `link`, a connection of `owner`, gets a place. `isCapped`: `owner` has
	 * reached its own limit; otherwise all places of the node are taken. The result is `link` itself if no other
	 * connection has to close.
	 */
	function chooseClosing(link: PeerLink, owner: string, isCapped: boolean): PeerLink {
		const fullest = isCapped ? owner : (places.fullest() ?? owner);
		const newest = places.newestOf(fullest);
		const isFuller = places.countOf(fullest) > places.countOf(owner) + 1;
		if (!isFuller && !isTrusted(link)) return link;
		return newest.find(one => !isTrusted(one)) ?? (isFuller ? newest[0] : undefined) ?? link;
	}

	/** IPv6 prefix of an untrusted peer; undefined for a trusted peer, and for a peer on IPv4 or loopback. */
	const strangerPrefix = (link: PeerLink) => (isTrusted(link) ? undefined : prefixGroup(link.remoteAddress));

	/**
	 * Connection to close when all places are taken, although the address of `link` has not reached its limit. It may be
	 * `link` itself.
	 */
	function chooseAmongAll(link: PeerLink, owner: string): PeerLink {
		const own = strangerPrefix(link);
		const newest = new Map<string, PeerLink>();
		const counts = new Map<string, number>();
		for (const one of places.items()) {
			const prefix = strangerPrefix(one);
			if (prefix === undefined) continue;
			newest.set(prefix, one);
			counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
		}

		const crowded = prefixGivingWay(MAX_CONNECTIONS, counts, own);
		if (crowded === undefined) return chooseClosing(link, owner, false);
		return crowded === own ? link : (newest.get(crowded) ?? link);
	}

	return {
		take(link) {
			const owner = shareKey(link.remoteAddress, link.peer);
			const isCapped = !isLoopback(link.remoteAddress) && places.countOf(owner) >= MAX_CONNECTIONS_PER_ADDRESS;
			const isFull = places.size >= MAX_CONNECTIONS;
			const closing = isCapped ? chooseClosing(link, owner, true) : isFull ? chooseAmongAll(link, owner) : undefined;
			if (closing === link) return link;
			if (closing) places.delete(closing);
			places.add(link, owner);
			return closing;
		},
		release: places.delete,
	};
}
