import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createFairShare} from '../../../source/network/scheduling/fair-share.js';

describe('a full table of fair shares', () => {
	it('a full table of fair shares evicts the newest item of the owner with the most items for an owner with fewer', () => {
		const table = createFairShare<number>(4);
		for (const item of [1, 2, 3]) table.add(item, 'mallory');
		table.add(4, 'ann');
		expect(table.add(5, 'bob')).toEqual({added: true, evicted: 3, evictedOwner: 'mallory'});
		expect([table.size, table.countOf('mallory'), table.ownerOf(3)]).toEqual([4, 2, undefined]);
	});

	it('a full table of fair shares refuses an item of the owner with the most items', () => {
		const table = createFairShare<number>(2);
		table.add(1, 'mallory');
		table.add(2, 'mallory');
		expect([table.add(3, 'mallory'), table.add(2, 'mallory')]).toEqual([{added: false}, {added: true}]);
	});
});

it('an item that two owners add to a table of fair shares is counted for the owner with fewer items', () => {
	const table = createFairShare<number>(10);
	for (const item of [1, 2, 3]) table.add(item, 'mallory');
	table.add(2, 'ann');
	expect([table.ownerOf(2), table.countOf('mallory'), table.size]).toEqual(['ann', 2, 3]);
});

it('an owner that has at most its equal share of a table loses no item, whatever the other owners add', () => {
	fc.assert(
		fc.property(fc.array(fc.record({item: fc.nat(200), owner: fc.integer({min: 1, max: 3})})), operations => {
			const table = createFairShare<string>(12);
			for (const own of ['a', 'b', 'c']) table.add(own, 'ann');
			for (const {item, owner} of operations) {
				if (item % 7 === 0) table.delete(`${item}`);
				else table.add(`${item}`, `${owner}`);
			}

			expect(table.newestOf('ann')).toEqual(['c', 'b', 'a']);
			expect(table.size).toBeLessThanOrEqual(12);
			const counts = ['ann', '1', '2', '3'].map(owner => table.newestOf(owner).length);
			expect(counts).toEqual(['ann', '1', '2', '3'].map(owner => table.countOf(owner)));
			expect(counts.reduce((sum, count) => sum + count)).toBe(table.size);
		}),
	);
});

describe('a table whose owners are in groups', () => {
	const inGroup = (owner: string) => (owner.startsWith('fd00:') ? 'fd00::/64' : undefined);

	it('the owners of one group may use all places of a table while no other owner needs them, and share the places fairly', () => {
		const table = createFairShare<number>(8, inGroup);
		for (let item = 0; item < 12; item++) table.add(item, item < 8 ? 'fd00:1' : 'fd00:2');
		expect([table.size, table.countOf('fd00:1'), table.countOf('fd00:2')]).toEqual([8, 4, 4]);
	});

	it('items of other owners evict items of a group, first those of the owner with the most items, until the group has half of the places', () => {
		const table = createFairShare<number>(8, inGroup);
		for (let item = 0; item < 8; item++) table.add(item, `fd00:${Math.min(item, 5)}`);
		const added = [20, 21, 22, 23].map(item => table.add(item, '10.0.0.1').evictedOwner);
		expect([added[0], added[1], table.countOf('10.0.0.1'), table.size]).toEqual(['fd00:5', 'fd00:5', 4, 8]);
		expect(table.add(24, '10.0.0.1')).toEqual({added: false});
		expect(table.add(25, '10.0.0.2')).toMatchObject({evictedOwner: '10.0.0.1'});
	});

	it('when a group of owners has half of the places of a table, its new items evict no item of other owners', () => {
		const table = createFairShare<number>(8, inGroup);
		for (let item = 0; item < 4; item++) table.add(item, '10.0.0.1');
		for (let item = 4; item < 8; item++) table.add(item, 'fd00:1');
		expect(table.add(8, 'fd00:2')).toMatchObject({added: true, evictedOwner: 'fd00:1'});
		expect([table.add(9, 'fd00:1'), table.countOf('10.0.0.1')]).toEqual([{added: false}, 4]);
	});
});
