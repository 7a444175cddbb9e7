import {afterEach, expect, test} from 'vitest';
import type {FeedEvent} from '../../../source/core/event.js';
import {feedEvent, joined, learn, peerId} from '../../core/make-events.js';
import {launchReplay, type Replay} from '../../helpers/launch-replay.js';

const bob = peerId('b0');
const target = {peer: bob, seq: 2};
const log: FeedEvent[] = [
	joined(bob, 0, 'Bob'),
	feedEvent(bob, 2, 1000, {type: 'posted', text: 'teh end'}),
	feedEvent(bob, 3, 2000, {type: 'posted', text: 'which end?', replyTo: target}),
	feedEvent(bob, 4, 3000, {type: 'corrected', target, text: 'the end'}),
	feedEvent(bob, 5, 4000, {type: 'marked', target, word: 'ok', on: true}),
	feedEvent(bob, 6, 5000, {type: 'posted', text: 'last'}),
];
let replay: Replay;
afterEach(() => replay?.close());

test('a replay in review mode shows texts as they were at the position of the replay, and quotes as they were when the reply was written', async () => {
	replay = await launchReplay({
		inputs: log.map((event, index) => learn(index * 1000, [event])),
		columns: 100,
		rows: 20,
	});
	const {terminal, press} = replay;
	await terminal.see('the end (edited)');
	await terminal.see('ok 1');
	await terminal.see('┌ Bob: teh end');
	await press('k');
	await terminal.see(/Bob teh end/);
	expect(terminal.text()).not.toContain('(edited)');
	expect(terminal.text()).not.toContain('ok 1');
	await press('G');
	await terminal.see('the end (edited)');
});

test('a replay labels a keeper as keeper in the row about its arrival', async () => {
	const keeper = feedEvent(bob, 1, 1000, {
		type: 'joined',
		name: 'Archive',
		addresses: [],
		version: '1.0.0',
		keeper: true,
	});
	replay = await launchReplay({inputs: [learn(1000, [keeper])], columns: 100, rows: 20});
	await replay.terminal.see('Archive joined as keeper');
});
