/** Addresses of the hosts in a simulated room. */

/** Address of a host. `generation` counts the address changes of the host. */
export function addressOf(index: number, scattered: boolean, generation = 0): string {
	const number = index + 1 + generation * 60;
	return scattered ? `10.1.${number}.1` : `10.0.0.${number}`;
}

/** Address on a second network, which has no firewall. */
export const secondAddressOf = (index: number) => `10.2.0.${index + 1}`;

/** Address on the host's subnet that no host uses. */
export const unusedAddressOf = (index: number, scattered: boolean) =>
	scattered ? `10.1.${index + 1}.250` : '10.0.0.250';
