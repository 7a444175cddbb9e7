import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {recordsToInputs} from '../../source/cli/saved-log.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {createFeedTips} from '../../source/feed/feed-tips.js';
import type {LogRecord} from '../../source/storage/log.js';
import {createMemoryRoom, type MemoryRoom} from '../helpers/memory-room.js';

const DAY_MS = 86_400_000;
let room: MemoryRoom;
beforeEach(async () => {
	room = await createMemoryRoom();
});
afterEach(() => room.stop());

describe('a node whose clock is two days behind the room', () => {
	test('a node whose clock is two days behind corrects its clock, and then shows messages of others within 3 s', async () => {
		const ann = await room.launch('Ann');
		const bob = await room.launch('Bob');
		await room.clock.advance(2000);
		ann.chatNode.post('earlier');
		await room.clock.advance(500);
		const late = await room.launch('Late', {skewMs: -2 * DAY_MS});
		await room.clock.advance(1500);
		expect(late.notices().join()).toMatch(/times are shown by the clocks of the others/);
		expect(late.texts()).toEqual(['earlier']);
		ann.chatNode.post('hello');
		await room.clock.advance(1500);
		for (const node of [bob, late]) expect(node.texts()).toEqual(['earlier', 'hello']);
	});

	test('a node whose clock is two days behind the room logs what it shows, so that a replay of its log shows the same messages', async () => {
		const ann = await room.launch('Ann');
		await room.launch('Bob');
		await room.clock.advance(2000);
		const late = await room.launch('Late', {skewMs: -2 * DAY_MS});
		const records: LogRecord[] = [];
		const append = late.log.append;
		late.log.append = added => {
			records.push(...added);
			append(added);
		};
		await room.clock.advance(1500);
		ann.chatNode.post('hello');
		await room.clock.advance(1500);
		const inputs = recordsToInputs(records, createFeedTips({roomTag: late.log.header.roomTag}));
		const {timeline, pending} = reduceInputs(initialState, inputs);
		const texts = timeline.pages.flat().flatMap(entry => (entry.type === 'posted' ? [entry.text] : []));
		expect([texts, pending.length]).toEqual([['hello'], 0]);
	});
});

test("two nodes that are alone, with clocks two days apart, show each other's messages in order", async () => {
	const ann = await room.launch('Ann');
	const late = await room.launch('Late', {skewMs: -2 * DAY_MS});
	await room.clock.advance(5000);
	for (const [node, text] of [
		[ann, 'one'],
		[late, 'two'],
		[ann, 'three'],
	] as const) {
		node.chatNode.post(text);
		await room.clock.advance(1500);
	}
	expect([ann.texts(), late.texts()]).toEqual([
		['one', 'two', 'three'],
		['one', 'two', 'three'],
	]);
});
