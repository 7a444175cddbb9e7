import {expect, it} from 'vitest';
import {findClosest} from '../../source/core/fuzzy-match.js';

it('findClosest finds the word for a typing error, and none for a distant word', () => {
	const words = ['name', 'room', 'interface', 'tcp-port', 'json', 'no-log'];
	expect(
		['nmae', 'interfaces', 'tpc-port', 'jsonn', 'nolog', 'ROOM', 'inter'].map(word => findClosest(word, words)),
	).toEqual(['name', 'interface', 'tcp-port', 'json', 'no-log', 'room', 'interface']);
	expect(['colour', 'x', '', 'zzzzzzzz'].map(word => findClosest(word, words))).toEqual([
		undefined,
		undefined,
		undefined,
		undefined,
	]);
});
