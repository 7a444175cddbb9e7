import {expect, it} from 'vitest';
import {findClosest} from '../../source/core/fuzzy-match.js';

it('the nearest word is found across one slip of the fingers, and nothing far off is', () => {
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
