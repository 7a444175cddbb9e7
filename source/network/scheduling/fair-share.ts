/**
 * Table of limited size whose places are divided fairly between owners. An owner is usually an address (`shareKey`) and
 * not a peer, because an attacker can create any number of peer ids.
 *
 * When the table is full, the newest item of the owner with the most items is evicted. An owner can therefore use the
 * whole table only while no other owner needs a place. Owners can form groups, for example the addresses of one IPv6
 * prefix, because one machine can use all addresses of a prefix. A group can use more than half of the table only while
 * no owner outside the group needs a place.
 */
import {prefixGivingWay} from '../prefix-budget.js';

export interface FairShare<Item> {
	readonly size: number;
	ownerOf(item: Item): string | undefined;
	countOf(owner: string): number;
	/**
	 * Adds an item for an owner. If the item already has another owner, it moves to the owner that has fewer items.
	 * `added` is false if the table is full and the owner gets no place. `evicted`: item that was removed to make room.
	 */
	add(item: Item, owner: string): {readonly added: boolean; readonly evicted?: Item; readonly evictedOwner?: string};
	delete(item: Item): void;
	/** Owner with the most items; undefined if the table is empty. */
	fullest(): string | undefined;
	items(): Item[];
	/** Items of an owner, newest first. */
	newestOf(owner: string): Item[];
}

interface OwnerItems<Item> {
	count: number;
	/** Items in the order in which they were added. Deleted items remain in this list until it is compacted. */
	stack: Item[];
}

/** Creates a table with `limit` places. `groupOf`: group of an owner; undefined if the owner is in no group. */
export function createFairShare<Item>(
	limit: number,
	groupOf: (owner: string) => string | undefined = () => undefined,
): FairShare<Item> {
	const ownerByItem = new Map<Item, string>();
	const owners = new Map<string, OwnerItems<Item>>();
	const countOf = (owner: string) => owners.get(owner)?.count ?? 0;
	/** Number of items of each group. */
	const groupCounts = new Map<string, number>();

	function countInGroup(owner: string, change: 1 | -1): void {
		const group = groupOf(owner);
		if (group === undefined) return;
		const count = (groupCounts.get(group) ?? 0) + change;
		if (count > 0) groupCounts.set(group, count);
		else groupCounts.delete(group);
	}

	function insert(item: Item, owner: string): void {
		const items = owners.get(owner) ?? {count: 0, stack: []};
		items.count += 1;
		items.stack.push(item);
		owners.set(owner, items);
		ownerByItem.set(item, owner);
		countInGroup(owner, 1);
	}

	function remove(item: Item): void {
		const owner = ownerByItem.get(item);
		const items = owner === undefined ? undefined : owners.get(owner);
		if (owner === undefined || !items) return;
		ownerByItem.delete(item);
		countInGroup(owner, -1);
		items.count -= 1;
		if (items.count === 0) owners.delete(owner);
		else if (items.stack.length > 2 * items.count + 16) items.stack = newestOf(owner).reverse();
	}

	/** Owner with the most items. Considers only the owners of a group if `group` is given. */
	function fullest(group?: string): string | undefined {
		let found: string | undefined;
		for (const owner of owners.keys()) {
			if (group !== undefined && groupOf(owner) !== group) continue;
			if (found === undefined || countOf(owner) > countOf(found)) found = owner;
		}

		return found;
	}

	function newestOf(owner: string): Item[] {
		const held = (owners.get(owner)?.stack ?? []).filter(item => ownerByItem.get(item) === owner);
		return [...new Set(held.reverse())];
	}

	function evictNewest(owner: string): Item | undefined {
		const stack = owners.get(owner)?.stack ?? [];
		for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
			if (ownerByItem.get(item) !== owner) continue;
			remove(item);
			return item;
		}

		return undefined;
	}

	/**
	 * Owner whose newest item is evicted, so that `owner` gets a place in the full table. Undefined if `owner` gets no
	 * place.
	 */
	function ownerGivingWay(owner: string): string | undefined {
		const group = groupOf(owner);
		const crowded = prefixGivingWay(limit, groupCounts, group);
		const candidate = fullest(crowded);
		if (crowded !== undefined && crowded !== group) return candidate;
		return candidate !== undefined && countOf(owner) < countOf(candidate) ? candidate : undefined;
	}

	return {
		get size() {
			return ownerByItem.size;
		},
		ownerOf: item => ownerByItem.get(item),
		countOf,
		add(item, owner) {
			const before = ownerByItem.get(item);
			if (before !== undefined) {
				if (countOf(owner) + 1 < countOf(before)) {
					remove(item);
					insert(item, owner);
				}

				return {added: true};
			}

			if (ownerByItem.size < limit) {
				insert(item, owner);
				return {added: true};
			}

			const evictedOwner = ownerGivingWay(owner);
			if (evictedOwner === undefined) return {added: false};
			const evicted = evictNewest(evictedOwner);
			if (evicted === undefined) return {added: false};
			insert(item, owner);
			return {added: true, evicted, evictedOwner};
		},
		items: () => [...ownerByItem.keys()],
		delete: remove,
		fullest: () => fullest(),
		newestOf,
	};
}
