import {describe, expect, test} from 'vitest';
import {initialUiState} from '../../../source/ui/chat/chat-state.js';
import {BACKGROUND_FRAME_MS, createScreenStore, INPUT_FRAME_MS} from '../../../source/ui/chat/screen-store.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function setUp() {
	const clock = createFakeClock();
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9');
	const ui = initialUiState(80, 24, 'off', 0);
	const store = createScreenStore(chatNode.store, ui, clock);
	const start = clock.monotonic();
	const frames: number[] = [];
	store.subscribe(() => frames.push(clock.monotonic()));
	return {
		clock,
		chatNode,
		store,
		frames: () => frames.splice(0).map(at => at - start),
		press: () => store.setUi({...store.getUi()}),
		receive: () => chatNode.say(bob, 'hello'),
	};
}

describe('the screen is drawn', () => {
	test('the screen is drawn immediately after a key press, and then also shows the pending events', async () => {
		const {clock, chatNode, store, frames, press, receive} = setUp();
		receive();
		await clock.advance(200);
		frames();
		receive();
		press();
		expect(frames()).toEqual([200]);
		expect(store.getSnapshot().state).toBe(chatNode.store.getState());
		await clock.advance(500);
		expect(frames()).toEqual([]);
	});

	test('the screen is drawn at most once per INPUT_FRAME_MS for key presses, and always after the last key press', async () => {
		const {clock, frames, press} = setUp();
		for (let at = 0; at < 3 * INPUT_FRAME_MS; at++) {
			press();
			await clock.advance(1);
		}
		await clock.advance(100);
		expect(frames()).toEqual([0, INPUT_FRAME_MS, 2 * INPUT_FRAME_MS, 3 * INPUT_FRAME_MS]);
	});

	test('the screen is drawn at most once per BACKGROUND_FRAME_MS for events', async () => {
		const {clock, frames, receive} = setUp();
		for (let at = 0; at < 3 * BACKGROUND_FRAME_MS; at++) {
			receive();
			await clock.advance(1);
		}
		await clock.advance(100);
		expect(frames()).toEqual([0, BACKGROUND_FRAME_MS, 2 * BACKGROUND_FRAME_MS, 3 * BACKGROUND_FRAME_MS]);
	});

	test('the screen is drawn at once after a key press, even right after a frame for events, and the next events wait for a later frame', async () => {
		const {clock, frames, press, receive} = setUp();
		receive();
		await clock.advance(2);
		expect(frames()).toEqual([0]);
		press();
		expect(frames()).toEqual([2]);
		receive();
		await clock.advance(200);
		expect(frames()).toEqual([2 + BACKGROUND_FRAME_MS]);
	});

	test('the screen is never drawn after the store has stopped', async () => {
		const {clock, store, frames, receive} = setUp();
		receive();
		store.stop();
		await clock.advance(200);
		expect(frames()).toEqual([]);
		expect(clock.pending).toBe(0);
	});
});
