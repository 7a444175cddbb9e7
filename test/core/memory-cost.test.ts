import {expect, it} from 'vitest';
import type {FeedEventBody} from '../../source/core/event.js';
import {MAX_EVENT_MEMORY_BYTES, MAX_EVENTS} from '../../source/core/limits.js';
import {memoryCost, newPeerCost} from '../../source/core/memory-cost.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {feedEvent, joined, learn, peerId, posted} from './make-events.js';

const carol = peerId('cc');
const costOf = (body: FeedEventBody) => memoryCost(feedEvent(carol, 2, 0, body));

it('a text with one wide character takes twice as much memory as a text of the same length without wide characters', () => {
	const [narrow, wide] = ['x', '€'].map(first => costOf({type: 'posted', text: first + 'x'.repeat(10_000)}));
	expect(wide! - narrow!).toBe(10_001);
});

it('the memory cost of an event includes each of its texts', () => {
	const long = 'x'.repeat(60);
	const bodies = (text: string): FeedEventBody[] => [
		{type: 'posted', text},
		{type: 'renamed', name: text},
		{type: 'moved', addresses: [text]},
		{type: 'joined', name: text, addresses: [], version: ''},
		{type: 'joined', name: '', addresses: [text], version: ''},
		{type: 'joined', name: '', addresses: [], version: text},
		{type: 'marked', target: {peer: carol, seq: 1}, word: text, on: true},
		{type: 'corrected', target: {peer: carol, seq: 1}, text},
	];
	const empty = bodies('').map(costOf);
	expect(bodies(long).map((body, index) => costOf(body) - empty[index]!)).toEqual(empty.map(() => long.length));
});

it('a log of short posts reaches MAX_EVENT_MEMORY_BYTES only after more than two thirds of MAX_EVENTS', () => {
	expect(MAX_EVENT_MEMORY_BYTES / costOf({type: 'posted', text: 'ok'})).toBeGreaterThan((2 / 3) * MAX_EVENTS);
});

it('a reaction, correction, withdrawal or pin is counted with the reference to its message, so that it costs more than two messages without text', () => {
	const target = {peer: carol, seq: 1};
	const bodies: FeedEventBody[] = [
		{type: 'marked', target, word: '', on: true},
		{type: 'corrected', target, text: ''},
		{type: 'withdrawn', target},
		{type: 'pinned', target, on: true},
	];
	for (const body of bodies) expect(costOf(body)).toBeGreaterThan(2 * costOf({type: 'posted', text: ''}));
	const reply = costOf({type: 'posted', text: '', replyTo: target});
	expect(reply - costOf({type: 'posted', text: ''})).toBeGreaterThan(100);
});

it('the memory of a state counts every event, also a reaction, correction, withdrawal or pin of a message that does not exist, and each peer once', () => {
	const invented = {peer: peerId('ee'), seq: 7};
	const events = [
		joined(carol, 0, 'Carol'),
		posted(carol, 2, 1),
		posted(carol, 3, 2),
		feedEvent(carol, 4, 3, {type: 'marked', target: invented, word: 'ok', on: true}),
		feedEvent(carol, 5, 4, {type: 'corrected', target: invented, text: 'a text'}),
		feedEvent(carol, 6, 5, {type: 'withdrawn', target: invented}),
		feedEvent(carol, 7, 6, {type: 'pinned', target: invented, on: true}),
	];
	const state = reduceInputs(reduceInputs(initialState, [learn(0, events.slice(0, 2))]), [learn(0, events.slice(2))]);
	expect(state.memoryBytes).toBe(newPeerCost + events.reduce((sum, event) => sum + memoryCost(event), 0));
});

it('the first event of a new peer counts for at least the memory that was measured for a feed of one event', () => {
	const measured = 6870;
	const event = costOf({type: 'joined', name: 'n1', addresses: ['10.0.0.1'], version: '1.0.0'});
	expect(newPeerCost + event).toBeGreaterThanOrEqual(measured);
});
