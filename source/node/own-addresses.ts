/**
 * Addresses of this node for three purposes: to announce them to peers, to show them to the user, and for the window
 * for guests (a web page).
 */
import {isLinkLocal, type LocalInterface, withoutZone} from '../network/ip-address.js';

export interface OwnAddresses {
	/** IPv4 addresses for the events `joined` and `moved`. */
	announced(): string[];
	/** Addresses that are shown to the user. */
	shown(): string[];
	/** Addresses for the URLs of the window for guests (`InvitationPorts.addresses`). */
	forWindow(): string[];
}

/** Creates the lists. `interfaces`: returns the selected interfaces. `links`: returns the open connections. */
export function createOwnAddresses(
	interfaces: () => readonly LocalInterface[],
	links: () => Iterable<{readonly localAddress: string}>,
): OwnAddresses {
	/**
	 * IPv4 addresses for the events `joined` and `moved`. IPv6 addresses are left out, because they change often, and
	 * each change would add an event to the logs of all peers. If this node has only a loopback address, it is
	 * announced.
	 */
	function announced(): string[] {
		const all = interfaces();
		const outside = all.filter(one => !one.loopback);
		return (outside.length > 0 ? outside : all).filter(({family}) => family === 4).map(one => one.address);
	}

	/**
	 * Addresses that are shown to the user. IPv6 addresses are shown only if there is no IPv4 address, because a
	 * computer has many of them, and they are long.
	 */
	function shown(): string[] {
		const addresses = announced();
		if (addresses.length > 0) return addresses;
		const routed = routedIpv6();
		const ipv6 = interfaces().filter(({family}) => family === 6);
		return routed.length > 0 ? routed : ipv6.map(one => withoutZone(one.address));
	}

	/**
	 * IPv6 addresses of the selected interfaces, without their zones. Link-local addresses are left out, because other
	 * computers cannot use them.
	 */
	function routedIpv6(): string[] {
		const ipv6 = interfaces().filter(({family, address}) => family === 6 && !isLinkLocal(address));
		return ipv6.map(({address}) => address);
	}

	/** Addresses for the URLs of the window for guests (`InvitationPorts.addresses`). */
	function forWindow(): string[] {
		const uses = new Map<string, number>();
		for (const {localAddress} of links()) uses.set(localAddress, (uses.get(localAddress) ?? 0) + 1);
		const byUse = (a: string, b: string) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0);
		return [...announced().sort(byUse), ...routedIpv6().sort(byUse)];
	}

	return {announced, shown, forWindow};
}
