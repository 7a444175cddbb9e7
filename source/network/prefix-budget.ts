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

/**
 * Prefix that has to give up a place when all `limit` places are taken and a newcomer of the prefix `own` needs one. A
 * prefix above its budget gives up a place for any newcomer. A prefix at its budget gives up a place for its own
 * newcomers, so that it gets no further place. It gives up no place for other newcomers. Undefined if no prefix has to
 * give up a place. `counts`: number of places that untrusted peers of each prefix use.
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
