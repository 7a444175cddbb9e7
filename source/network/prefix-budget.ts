/**
 * Maximum share of a budget for all untrusted peers of one IPv6 prefix together (`prefixGroup` in ip-address.ts). A limit
 * per address would not be enough, because one machine can use any number of addresses of its prefix.
 */
const SHARE = 0.5;

/**
 * Number of places, or of units per second, that one prefix always gets of a total budget. The prefix can use further
 * places as long as no other address needs them.
 */
export function prefixBudget(budget: number): number {
	return budget * SHARE;
}
