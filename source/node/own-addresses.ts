/**
 * Addresses of this node for three purposes: announcing them to peers, showing them to the user, and the window for guests.
 */
import {isLinkLocal, type LocalInterface, withoutZone} from '../network/ip-address.js';

export interface OwnAddresses {
	/** IPv4 addresses that `joined` and `moved` announce. */
	announced(): string[];
	/** Addresses to show to the user. */
	shown(): string[];
	/** Addresses for the window for guests, as `InvitationPorts.addresses` describes them. */
	forWindow(): string[];
}

/** `interfaces` returns the selected interfaces, `links` the present connections. */
export function createOwnAddresses(
	interfaces: () => readonly LocalInterface[],
	links: () => Iterable<{readonly localAddress: string}>,
): OwnAddresses {
	/**
	 * IPv4 addresses that `joined` and `moved` announce. IPv6 addresses are left out: they change all the time, and each
	 * change would be a row in everybody's log. A computer that has only a loopback address announces that address.
	 */
	function announced(): string[] {
		const all = interfaces();
		const outside = all.filter(one => !one.loopback);
		return (outside.length > 0 ? outside : all).filter(({family}) => family === 4).map(one => one.address);
	}

	/**
	 * Addresses of this node to show to the user. IPv6 addresses are shown only if there is no IPv4 address, because they
	 * are long and many.
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

	/** Addresses for the window for guests, as `InvitationPorts.addresses` describes them. */
	function forWindow(): string[] {
		const uses = new Map<string, number>();
		for (const {localAddress} of links()) uses.set(localAddress, (uses.get(localAddress) ?? 0) + 1);
		const byUse = (a: string, b: string) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0);
		return [...announced().sort(byUse), ...routedIpv6().sort(byUse)];
	}

	return {announced, shown, forWindow};
}
