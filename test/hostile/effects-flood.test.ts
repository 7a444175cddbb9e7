import {expect, test} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import type {FeedEvent, FeedEventBody} from '../../source/core/event.js';
import {LIVE_BURST_SECONDS, MAX_LIVE_EVENTS_PER_SECOND} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {State} from '../../source/core/state.js';
import {textOf} from '../../source/core/text-of.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createTheme} from '../../source/ui/theme.js';
import {createRowCache} from '../../source/ui/timeline/row-cache.js';
import {feedEvent, joined, learn, peerId} from '../core/make-events.js';
import {openHistory} from './malicious-peer.js';
import {createHostileRoom, expectChat, noticeCodes, rowsOf} from './room.js';

test('a peer that reacts, pins, corrects and mentions as fast as it can is read at the rate limit, and hides no effect of others', async () => {
	const room = await createHostileRoom();
	try {
		room.bob.chatNode.post('hello');
		room.bob.chatNode.post('the plan');
		const isPlan = (row: {readonly type: string; readonly text?: string}) =>
			row.type === 'posted' && row.text === 'the plan';
		await room.until('Ann reads the plan', () => rowsOf(room.ann).some(isPlan));
		const plan = rowsOf(room.ann).find(isPlan);
		if (!plan) throw new Error('no plan');
		room.ann.chatNode.mark(plan, 'ok', true);
		room.ann.chatNode.pin(plan, true);
		const mallory = await room.attack();
		openHistory(mallory);
		const bodies = (index: number): EntryBody[] => [
			{type: 'marked', target: plan, word: `w${index % 4}`, on: index % 3 > 0},
			{type: 'pinned', target: {peer: mallory.peer, seq: index + 2}, on: true},
			{type: 'corrected', target: {peer: mallory.peer, seq: 2}, text: `text ${index}`},
			{type: 'withdrawn', target: plan},
			{type: 'corrected', target: plan, text: 'lies'},
			{type: 'posted', text: '@all @Ann @Bob'},
		];
		for (let index = 0; index < 400; index++) {
			const batch = Array.from({length: 10}, (_, part) => bodies(10 * index + part)).flat();
			mallory.send({type: 'events', batches: [mallory.write(batch)]});
		}
		await room.until('a notice', () => noticeCodes(room.ann).includes('limit-live-events'));
		await expectChat(room, 'chat continues');
		await room.clock.advance(20_000);
		const {effects} = room.ann.chatNode.store.getState();
		const {marks, pins, texts} = effects;
		const added = marks.length + pins.length + texts.corrections.length + texts.withdrawals.length;
		expect(added).toBeGreaterThan(300);
		expect(added).toBeLessThanOrEqual((LIVE_BURST_SECONDS + 21) * MAX_LIVE_EVENTS_PER_SECOND);
		for (const node of [room.ann, room.bob]) {
			const state = node.chatNode.store.getState();
			const message = rowsOf(node).find(isPlan);
			if (message?.type !== 'posted') throw new Error('no plan');
			expect(textOf(state, message)).toBe('the plan');
			expect(selectMarks(state, message).find(({word}) => word === 'ok')?.people).toEqual([room.ann.info.peer]);
			expect(selectPins(state).some(pin => pin.message.seq === plan.seq && pin.message.peer === plan.peer)).toBe(true);
		}
		await expectChat(room, 'still');
	} finally {
		await room.stop();
	}
});

const [bob, mallory] = [peerId('b0'), peerId('ff')];
const ROWS = 40;
const COMMITS = 10;
const PER_COMMIT = 20;

const messages = Array.from({length: ROWS}, (_, index) =>
	feedEvent(bob, index + 2, index, {type: 'posted', text: 'm'}),
);
/** One of the effects with which a peer can change the rows of a screen. All corrections are of one message. */
function effect(index: number): FeedEventBody {
	const target = {peer: bob, seq: 2 + (index % ROWS)};
	if (index % 4 === 0) return {type: 'marked', target, word: `w${index % 8}`, on: index % 3 > 0};
	if (index % 4 === 1)
		return {type: 'pinned', target: index % 8 === 1 ? target : {peer: bob, seq: 1e6 + index}, on: true};
	return {type: 'corrected', target: {peer: mallory, seq: 2}, text: `text ${index}`};
}

/** Draws the rows as a screen does. */
function createScreen() {
	const rowsOfItem = createRowCache();
	const theme = createTheme({unicode: true, depth: 0});
	const options = {width: 80, times: 'none' as const, theme, search: '', addresses: true};
	return (state: State) => {
		for (const [from, entry] of sliceTimeline(state.timeline, 0, state.timeline.length).entries())
			rowsOfItem(state, {from, to: from + 1, entries: [entry]}, options);
		return selectPins(state).length;
	};
}

/**
 * How many times the program reads the author of an effect by Mallory while more such effects arrive and the screen is
 * drawn after each commit. `backlog`: number of effects that Mallory wrote before.
 */
function looksAt(backlog: number): number {
	let looks = 0;
	let index = 0;
	const counted = (event: FeedEvent): FeedEvent =>
		Object.defineProperty({...event}, 'peer', {
			enumerable: true,
			get: () => {
				looks++;
				return mallory;
			},
		});
	const next = (count: number): FeedEvent[] =>
		Array.from({length: count}, () => counted(feedEvent(mallory, 3 + index, 100 + index, effect(index++))));
	const own = feedEvent(mallory, 2, 99, {type: 'posted', text: 'first'});
	const start = [joined(bob, 0, 'Bob'), joined(mallory, 0, 'Mallory'), ...messages, own];
	let state = reduceInputs(initialState, [learn(0, start), learn(1, next(backlog))]);
	const draw = createScreen();
	draw(state);
	looks = 0;
	for (let commit = 0; commit < COMMITS; commit++) {
		state = reduceInputs(state, [learn(2, next(PER_COMMIT))]);
		draw(state);
	}
	return looks;
}

test('each further reaction, pin or correction of a peer costs the same work, however many effects the peer wrote before', () => {
	const looks = [10_000, 40_000].map(looksAt);
	expect(looks[0]).toBeGreaterThan(COMMITS * PER_COMMIT);
	expect((looks[1] ?? 0) / (looks[0] ?? 1)).toBeLessThan(1.25);
});
