import {describe, expect, it} from 'vitest';
import {createFifoCursor} from '../../source/core/lru-map.js';

describe('the oldest entry of a map', () => {
	it('gives them in the order in which they were set', () => {
		const map = new Map([
			['a', 1],
			['b', 2],
		]);
		const takeOldest = createFifoCursor(map);
		expect(takeOldest()).toEqual(['a', 1]);
		map.delete('a');
		map.set('a', 3);
		map.set('c', 4);
		expect(takeOldest()).toEqual(['b', 2]);
		map.delete('b');
		expect(takeOldest()).toEqual(['a', 3]);
		map.delete('a');
		expect(takeOldest()).toEqual(['c', 4]);
	});

	it('begins anew where it came to the end', () => {
		const map = new Map([['a', 1]]);
		const takeOldest = createFifoCursor(map);
		takeOldest();
		map.clear();
		expect(takeOldest()).toBeUndefined();
		map.set('b', 2);
		expect(takeOldest()).toEqual(['b', 2]);
	});

	it('turns round and round', () => {
		const map = new Map(Array.from({length: 1000}, (_, index) => [index, index] as const));
		const takeOldest = createFifoCursor(map);
		const turned = Array.from({length: 2500}, () => {
			const [key] = takeOldest() ?? [-1];
			map.delete(key);
			map.set(key, key);
			return key;
		});
		expect(turned).toEqual(Array.from({length: 2500}, (_, index) => index % 1000));
	});
});
