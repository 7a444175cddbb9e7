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
const secret = feedEvent(bob, 4, 45, {type: 'posted', text: 'a password'}) as FeedEvent & {type: 'posted'};
const state = reduceInputs(initialState, [
	learn(0, [
		message,
		feedEvent(ann, 3, 20, {type: 'corrected', target, text: 'hello'}),
		feedEvent(bob, 2, 30, {type: 'marked', target, word: 'x', on: true}),
		feedEvent(bob, 3, 40, {type: 'pinned', target, on: true}),
		secret,
		feedEvent(bob, 5, 50, {type: 'withdrawn', target: {peer: bob, seq: 4}}),
		feedEvent(bob, 6, 60, {type: 'marked', target, word: 'x', on: false}),
		feedEvent(ann, 4, 70, {type: 'pinned', target, on: false}),
	]),
]);
const at = (ms: number) => stateAsOf(state, {ms: T0 + ms, counter: 0, peer: bob, seq: 9});

test('a state as of an earlier position has the texts, withdrawals, reactions and pins of that position, but the same rows as the present state', () => {
	const shown = [15, 25, 35, 45, 55, 65, 75].map(ms => [
		textOf(at(ms), message),
		textOf(at(ms), secret),
		selectMarks(at(ms), target).length,
		selectPins(at(ms)).length,
	]);
	expect(shown).toEqual([
		['helo', 'a password', 0, 0],
		['hello', 'a password', 0, 0],
		['hello', 'a password', 1, 0],
		['hello', 'a password', 1, 1],
		['hello', '', 1, 1],
		['hello', '', 0, 1],
		['hello', '', 0, 0],
	]);
	expect(at(15).timeline).toBe(state.timeline);
	expect(stateAsOf(state, undefined)).toBe(state);
	expect(at(15)).toBe(at(15));
});

test('a state that ignores a person has no reactions and pins of that person', () => {
	const isIgnored = (peer: string) => peer === bob;
	const ignoring = stateIgnoring(at(45), isIgnored);
	expect([selectMarks(ignoring, target).length, selectPins(ignoring).length]).toEqual([0, 0]);
	expect(textOf(ignoring, message)).toBe('hello');
	expect(stateIgnoring(state, undefined)).toBe(state);
});

test('a message whose pin is earlier in the timeline than the message itself counts as pinned from the position of the message on', () => {
	const early = feedEvent(bob, 2, 5, {type: 'pinned', target, on: true});
	const pinned = reduceInputs(initialState, [learn(0, [early, message])]);
	const countAt = (ms: number) => selectPins(stateAsOf(pinned, {ms: T0 + ms, counter: 0, peer: bob, seq: 9})).length;
	expect([7, 15].map(countAt)).toEqual([0, 1]);
});
