/**
 * Share of a budget that all strangers of one IPv6 prefix get together (`prefixGroup` in ip-address.ts). One machine can use any
 * number of addresses of its prefix, so limits for each address do not bind it.
 */
const SHARE = 0.5;

/** Most places or units per second for one prefix, of a budget for everybody. */
export function prefixBudget(budget: number): number {
	return budget * SHARE;
}
