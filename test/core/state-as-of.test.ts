import {expect, test} from 'vitest';
import type {FeedEvent} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import {stateAsOf, stateIgnoring, textOf} from '../../source/core/text-of.js';
import {feedEvent, learn, peerId, T0} from './make-events.js';

const [ann, bob] = [peerId('a1'), peerId('b0')];
const message = feedEvent(ann, 2, 10, {type: 'posted', text: 'helo'}) as FeedEvent & {type: 'posted'};
const target = {peer: ann, seq: 2};
const state = reduceInputs(initialState, [
	learn(0, [
		message,
		feedEvent(ann, 3, 20, {type: 'corrected', target, text: 'hello'}),
		feedEvent(bob, 2, 30, {type: 'marked', target, word: 'x', on: true}),
		feedEvent(bob, 3, 40, {type: 'pinned', target, on: true}),
	]),
]);
const at = (ms: number) => stateAsOf(state, {ms: T0 + ms, counter: 0, peer: bob, seq: 9});

test('a state as of an earlier position has the texts, reactions and pins of that position, but the same rows as the present state', () => {
	const shown = [15, 25, 35, 45].map(ms => [
		textOf(at(ms), message),
		selectMarks(at(ms), target).length,
		selectPins(at(ms)).length,
	]);
	expect(shown).toEqual([
		['helo', 0, 0],
		['hello', 0, 0],
		['hello', 1, 0],
		['hello', 1, 1],
	]);
	expect(at(15).timeline).toBe(state.timeline);
	expect(stateAsOf(state, undefined)).toBe(state);
	expect(at(15)).toBe(at(15));
});

test('a state that ignores a person has no reactions and pins of that person', () => {
	const isIgnored = (peer: string) => peer === bob;
	const ignoring = stateIgnoring(state, isIgnored);
	expect([selectMarks(ignoring, target).length, selectPins(ignoring).length]).toEqual([0, 0]);
	expect(textOf(ignoring, message)).toBe('hello');
	expect(stateIgnoring(state, undefined)).toBe(state);
});
