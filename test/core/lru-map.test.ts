import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {LruMap} from '../../source/core/lru-map.js';

describe('LruMap', () => {
	it('LruMap evicts the oldest entry when a new key would exceed the limit', () => {
		const map = new LruMap<string, number>(2);
		map.set('a', 1).set('b', 2).set('c', 3);
		expect([...map]).toEqual([
			['b', 2],
			['c', 3],
		]);
		expect(map.size).toBe(2);
		expect(map.has('a')).toBe(false);
		expect(map.get('a')).toBeUndefined();
	});

	it('LruMap makes an entry the newest when it is set again', () => {
		const map = new LruMap<string, number>(2);
		map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
		expect([...map.keys()]).toEqual(['a', 'c']);
		expect([...map.values()]).toEqual([3, 4]);
	});

	it('LruMap makes an entry the newest when it is read, but only with touchOnGet', () => {
		const plain = new LruMap<string, number>(2).set('a', 1).set('b', 2);
		const touched = new LruMap<string, number>(2, {touchOnGet: true}).set('a', 1).set('b', 2);
		for (const map of [plain, touched]) {
			expect(map.get('a')).toBe(1);
			map.has('b');
			map.set('c', 3);
		}

		expect([...plain.keys()]).toEqual(['b', 'c']);
		expect([...touched.keys()]).toEqual(['a', 'c']);
	});

	it('LruMap removes the oldest evictable entry, and in the next call checks the entries that it skipped after all others', () => {
		const map = new LruMap<string, number>(4);
		map.set('a', 1).set('b', 2).set('c', 3).set('d', 4);
		expect(map.evictOldest(value => value > 2)).toEqual(['c', 3]);
		expect([...map.keys()]).toEqual(['d', 'a', 'b']);
	});

	it('LruMap removes no entry if none of the checked entries is evictable', () => {
		const map = new LruMap<string, number>(3);
		map.set('a', 1).set('b', 2).set('c', 3);
		expect(map.evictOldest(value => value > 2, 2)).toBeUndefined();
		expect([...map.keys()]).toEqual(['c', 'a', 'b']);
		expect(map.evictOldest(() => false)).toBeUndefined();
		expect(new LruMap(1).evictOldest()).toBeUndefined();
	});

	it('LruMap allows deleting entries during an iteration', () => {
		const map = new LruMap<number, number>(5);
		for (const key of [1, 2, 3, 4, 5]) map.set(key, key);
		const seen: number[] = [];
		for (const key of map.keys()) {
			seen.push(key);
			if (key === 2) for (const other of [2, 3, 4]) map.delete(other);
		}

		expect(seen).toEqual([1, 2, 5]);
		map.clear();
		expect([map.size, [...map]]).toEqual([0, []]);
	});

	it('LruMap rejects a limit below one entry', () => {
		for (const limit of [0, -1, Number.NaN]) expect(() => new LruMap(limit)).toThrow(RangeError);
	});

	it('LruMap has the same entries as a simple model, a Map in the order of insertion', () => {
		const step = fc.record({key: fc.nat(6), action: fc.constantFrom('set', 'get', 'delete', 'evict')});
		const steps = fc.array(step, {maxLength: 60});
		fc.assert(
			fc.property(steps, fc.integer({min: 1, max: 5}), fc.boolean(), (actions, limit, touchOnGet) => {
				const map = new LruMap<number, number>(limit, {touchOnGet});
				const model = new Map<number, number>();
				const append = (key: number, value: number) => {
					model.delete(key);
					model.set(key, value);
				};

				for (const [index, {key, action}] of actions.entries()) {
					const [oldest] = model;
					if (action === 'set') {
						if (oldest && model.size >= limit && !model.has(key)) model.delete(oldest[0]);
						append(key, index);
						map.set(key, index);
					} else if (action === 'get') {
						const value = model.get(key);
						if (value !== undefined && touchOnGet) append(key, value);
						expect(map.get(key)).toBe(value);
					} else if (action === 'delete') {
						expect(map.delete(key)).toBe(model.delete(key));
					} else {
						if (oldest) model.delete(oldest[0]);
						expect(map.evictOldest()).toEqual(oldest);
					}

					expect([...map]).toEqual([...model]);
					expect(map.size).toBe(model.size);
				}
			}),
		);
	});
});
