import {describe, expect, it} from 'vitest';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {shownName} from '../../source/core/shown-name.js';
import {joined, learn, peerId} from './make-events.js';

/** Whether the names of two people collide, so that both are shown with a fingerprint. */
function collide(a: string, b: string): boolean {
	const state = reduceInputs(initialState, [learn(0, [joined(peerId('a1'), 1, a), joined(peerId('b1'), 2, b)])]);
	return selectPeers(state).every(({hasNameCollision}) => hasNameCollision);
}

describe('a name is shown', () => {
	it.each([
		['Carol', 'Carol'],
		['Carol ✓', 'Carol'],
		['✔️ Carol', 'Carol'],
		['Ca✅rol☑', 'Carol'],
		['Carol √', 'Carol'],
		['Carol (verified)', 'Carol'],
		['Carol(10.0.0.1)', 'Carol'],
		['Carol (10.0.0.1) (edited)', 'Carol'],
		['Carol （verified）', 'Carol'],
		['Carol [edited]', 'Carol'],
		['Carol (verified', 'Carol'],
		['Carol (✓)', 'Carol'],
		['Carol (a) B', 'Carol (a) B'],
		['(°_°)', ''],
		['✓', ''],
		['', ''],
	])('a name is shown without parts that look like marks of the program: %o as %o', (name, shown) => {
		expect(shownName(name)).toBe(shown);
	});
});

describe('names that are shown alike collide:', () => {
	it.each([
		['Bob', 'Bob ✓'],
		['Bob', 'Bob (verified)'],
		['Bob (a)', 'Bob (b)'],
	])('names that are shown alike collide: %o and %o', (a, b) => {
		expect(collide(a, b)).toBe(true);
		expect(collide(a, 'Carol')).toBe(false);
	});
});
