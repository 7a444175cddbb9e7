/**
 * Maximum share of a budget for all strangers of one IPv6 prefix together (`prefixGroup` in ip-address.ts). A limit per
 * address would not be enough, because one machine can use any number of addresses of its prefix.
 */
const SHARE = 0.5;

/** Most places or units per second for one prefix, of a budget for everybody. Places that nobody else needs come in addition. */
export function prefixBudget(budget: number): number {
	return budget * SHARE;
}
