/**
 * Places for verified connections, whether this node dialled or accepted them: MAX_CONNECTIONS in total, and
 * MAX_CONNECTIONS_PER_ADDRESS for one address.
 *
 * If all places are taken, a new connection from another address replaces the newest connection of the address that has
 * the most connections. Untrusted peers of one IPv6 prefix can use more than half of the places only while nobody else
 * needs them. A trusted peer was connected for a time without a fault. Its new connection can replace the connection of
 * a peer that is not trusted.
 */
import {MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback, prefixGroup, shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {prefixGivingWay} from '../prefix-budget.js';
import {createFairShare} from '../scheduling/fair-share.js';

export interface ConnectionPlaces {
	/**
	 * Takes a place for a verified connection. Returns the connection that has to close for it, which may be `link`
	 * itself. Undefined if no connection has to close.
	 */
	take(link: PeerLink): PeerLink | undefined;
	release(link: PeerLink): void;
}

/**
 * Creates the places. `isTrusted`: whether the peer of a connection was connected for TRUSTED_AFTER_MS without a fault.
 */
export function createConnectionPlaces(isTrusted: (link: PeerLink) => boolean): ConnectionPlaces {
	const places = createFairShare<PeerLink>(Number.POSITIVE_INFINITY);

	/**
	 * Chooses the connection that closes, so that `link` gets a place. `owner`: owner of `link`, usually its address.
	 * `isCapped`: true if `owner` has reached its own limit, false if all places of the node are taken. Returns `link`
	 * itself if no other connection has to give way.
	 */
	function chooseClosing(link: PeerLink, owner: string, isCapped: boolean): PeerLink {
		const fullest = isCapped ? owner : (places.fullest() ?? owner);
		const newest = places.newestOf(fullest);
		const isFuller = places.countOf(fullest) > places.countOf(owner) + 1;
		if (!isFuller && !isTrusted(link)) return link;
		return newest.find(one => !isTrusted(one)) ?? (isFuller ? newest[0] : undefined) ?? link;
	}

	/**
	 * IPv6 prefix of the peer of a connection, if the peer is not trusted. Undefined for a trusted peer, and for IPv4
	 * and loopback.
	 */
	const strangerPrefix = (link: PeerLink) => (isTrusted(link) ? undefined : prefixGroup(link.remoteAddress));

	/**
	 * Chooses the connection that closes if all places of the node are taken, but the address of `link` has not reached
	 * its own limit. The result may be `link` itself.
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
