import {expect, it} from 'vitest';
import {findClosest} from '../../source/core/fuzzy-match.js';

it('findClosest returns the candidate closest to a mistyped word, and undefined if none is similar', () => {
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
