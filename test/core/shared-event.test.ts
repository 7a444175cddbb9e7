import {expect, test} from 'vitest';
import type {FeedEventBody} from '../../source/core/event.js';
import {findPosted} from '../../source/core/find-posted.js';
import {memoryCost} from '../../source/core/memory-cost.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {FileId} from '../../source/core/shared-file.js';
import {contentOf, textOf} from '../../source/core/text-of.js';
import {feedEvent, joined, learn, peerId} from './make-events.js';

const ann = peerId('a1');
const bob = peerId('b2');
const shared: FeedEventBody = {
	type: 'shared',
	fileName: 'plan.pdf',
	size: 12,
	file: 'f0'.repeat(32) as FileId,
	note: 'the new one',
};
const target = {peer: ann, seq: 2};
const share = feedEvent(ann, 2, 1, shared);
const stateAfter = (...bodies: readonly (readonly [typeof ann, FeedEventBody])[]) =>
	reduceInputs(initialState, [
		learn(9, [
			joined(ann, 0, 'Ann'),
			share,
			...bodies.map(([author, body], index) => feedEvent(author, 3 + index, 2 + index, body)),
		]),
	]);

test('a shared file is a row of the timeline, is found by its author and seq, and has the note of its author as text', () => {
	const state = stateAfter();
	const found = findPosted(state.timeline, target);
	expect(found).toEqual(share);
	expect(found && textOf(state, found)).toBe('the new one');
	expect(memoryCost(share)).toBeGreaterThan(300);
});

test('a shared file without a note has an empty text', () => {
	const {note: _, ...bare} = shared;
	const event = feedEvent(ann, 2, 1, bare);
	expect(event.type === 'shared' && textOf(initialState, event)).toBe('');
});

test('the author of a shared file can correct its note and withdraw the file, and nobody else can', () => {
	const corrected: FeedEventBody = {type: 'corrected', target, text: 'the newest one'};
	const event = share.type === 'shared' ? share : undefined;
	if (!event) throw new Error('no shared event');
	expect(textOf(stateAfter([ann, corrected]), event)).toBe('the newest one');
	expect(textOf(stateAfter([bob, corrected]), event)).toBe('the new one');
	expect(contentOf(stateAfter([ann, {type: 'withdrawn', target}]), event).withdrawal).toBeDefined();
	expect(contentOf(stateAfter([bob, {type: 'withdrawn', target}]), event).withdrawal).toBeUndefined();
});

test('people can react to a shared file and pin it', () => {
	const state = stateAfter(
		[bob, {type: 'marked', target, word: '👍', on: true}],
		[bob, {type: 'pinned', target, on: true}],
	);
	expect(selectMarks(state, target).map(({word}) => word)).toEqual(['👍']);
	expect(selectPins(state).map(({message}) => message)).toEqual([share]);
});
