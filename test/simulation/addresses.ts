/** Addresses of the hosts in a simulated room. */

/**
 * Address of a host. `scattered`: each host has a subnet of its own. `generation` counts the address changes of the
 * host.
 */
export function addressOf(index: number, scattered: boolean, generation = 0): string {
	const number = index + 1 + generation * 60;
	return scattered ? `10.1.${number}.1` : `10.0.0.${number}`;
}

/** IPv6 address on a second network, which has no firewall. */
export const secondAddressOf = (index: number) => `fd00:2::${(index + 1).toString(16)}`;

/** Address on the host's subnet that no host uses. */
export const unusedAddressOf = (index: number, scattered: boolean) =>
	scattered ? `10.1.${index + 1}.250` : '10.0.0.250';
