import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createFairShare} from '../../../source/network/scheduling/fair-share.js';

describe('a full table of fair shares', () => {
	it('a full table evicts the newest item of the owner with the most items for an owner with fewer', () => {
		const table = createFairShare<number>(4);
		for (const item of [1, 2, 3]) table.add(item, 'mallory');
		table.add(4, 'ann');
		expect(table.add(5, 'bob')).toEqual({added: true, evicted: 3, evictedOwner: 'mallory'});
		expect([table.size, table.countOf('mallory'), table.ownerOf(3)]).toEqual([4, 2, undefined]);
	});

	it('a full table refuses an item of the owner with the most items', () => {
		const table = createFairShare<number>(2);
		table.add(1, 'mallory');
		table.add(2, 'mallory');
		expect([table.add(3, 'mallory'), table.add(2, 'mallory')]).toEqual([{added: false}, {added: true}]);
	});
});

it('an item that two owners add belongs to the one with fewer items', () => {
	const table = createFairShare<number>(10);
	for (const item of [1, 2, 3]) table.add(item, 'mallory');
	table.add(2, 'ann');
	expect([table.ownerOf(2), table.countOf('mallory'), table.size]).toEqual(['ann', 2, 3]);
});

it('no owner with at most its equal share loses an item, whatever the others add', () => {
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

it('the owners of one group together get half of the places; a further item of the group evicts the newest one of its fullest owner', () => {
	const table = createFairShare<number>(8, owner => (owner.startsWith('fd00:') ? 'fd00::/64' : undefined));
	for (let item = 0; item < 10; item++) table.add(item, item < 3 ? 'fd00:1' : 'fd00:2');
	expect([table.size, table.countOf('fd00:1'), table.countOf('fd00:2')]).toEqual([4, 2, 2]);
	for (let item = 20; item < 24; item++) expect(table.add(item, '10.0.0.1')).toEqual({added: true});
	expect([table.size, table.countOf('10.0.0.1')]).toEqual([8, 4]);
	expect(table.add(30, 'fd00:3')).toMatchObject({added: true, evictedOwner: 'fd00:1'});
	table.delete(30);
	expect(table.add(31, 'fd00:3')).toEqual({added: true});
});
