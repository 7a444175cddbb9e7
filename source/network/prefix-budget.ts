/**
 * Maximum share of a budget for all strangers of one IPv6 prefix together (`prefixGroup` in ip-address.ts). A limit per
 * address would not be enough, because one machine can use any number of addresses of its prefix.
 */
const SHARE = 0.5;

/** Maximum for one prefix, in the unit of `budget`, which is the limit for all addresses together. */
export function prefixBudget(budget: number): number {
	return budget * SHARE;
}
