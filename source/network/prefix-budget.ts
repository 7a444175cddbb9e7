/**
 * Share of a limited table or rate that all untrusted peers of one IPv6 prefix together get at most (`prefixGroup` in
 * ip-address.ts). A limit for each address would not be enough, because one machine can use any number of addresses of
 * its prefix.
 */
const SHARE = 0.5;

/**
 * Number of places, or of units per second, that one IPv6 prefix always gets of a total of `budget`. The prefix can use
 * more places only while no other address needs them.
 */
export function prefixBudget(budget: number): number {
	return budget * SHARE;
}

/**
 * IPv6 prefix that has to give up a place, because all `limit` places are taken and a newcomer needs one. Undefined if
 * no prefix has to. `own`: prefix of the newcomer. `counts`: number of places that untrusted peers of each prefix use.
 *
 * A prefix with more places than its budget (`prefixBudget`) gives up a place for any newcomer. A prefix with exactly
 * its budget gives up a place only for a newcomer of its own, so that it gets no further place.
 */
export function prefixGivingWay(
	limit: number,
	counts: ReadonlyMap<string, number>,
	own: string | undefined,
): string | undefined {
	if (own !== undefined && (counts.get(own) ?? 0) >= prefixBudget(limit)) return own;
	for (const [prefix, count] of counts) if (count > prefixBudget(limit)) return prefix;
	return undefined;
}
