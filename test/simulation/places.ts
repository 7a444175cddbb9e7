/** Where the hosts of a simulated room are. */

export function addressOf(index: number, scattered: boolean, generation = 0): string {
	const place = index + 1 + generation * 60;
	return scattered ? `10.1.${place}.1` : `10.0.0.${place}`;
}

/** On a second network, where nothing is in the way. */
export const secondAddressOf = (index: number) => `10.2.0.${index + 1}`;

/** Nobody is there. */
export const falseHostOf = (index: number, scattered: boolean) => (scattered ? `10.1.${index + 1}.250` : '10.0.0.250');
