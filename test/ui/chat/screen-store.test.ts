import {describe, expect, test} from 'vitest';
import {initialUiState} from '../../../source/ui/chat/chat-state.js';
import {BACKGROUND_FRAME_MS, createScreenStore, INPUT_FRAME_MS} from '../../../source/ui/chat/screen-store.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

function setUp() {
	const clock = createFakeClock();
	const session = createFakeChatNode();
	const bob = session.join('Bob', '192.168.1.9');
	const ui = initialUiState(80, 24, 'off', 0);
	const store = createScreenStore(session.store, ui, clock);
	const start = clock.monotonic();
	const frames: number[] = [];
	store.subscribe(() => frames.push(clock.monotonic()));
	return {
		clock,
		session,
		store,
		frames: () => frames.splice(0).map(at => at - start),
		press: () => store.setUi({...store.getUi()}),
		hear: () => session.say(bob, 'hello'),
	};
}

describe('the screen is drawn', () => {
	test('at once for a key, with all that came before it', async () => {
		const {clock, session, store, frames, press, hear} = setUp();
		hear();
		await clock.advance(200);
		frames();
		hear();
		press();
		expect(frames()).toEqual([200]);
		expect(store.getSnapshot().state).toBe(session.store.getState());
		await clock.advance(500);
		expect(frames()).toEqual([]);
	});

	test('at most every FRAME_MS for keys, and the last one is not forgotten', async () => {
		const {clock, frames, press} = setUp();
		for (let at = 0; at < 3 * INPUT_FRAME_MS; at++) {
			press();
			await clock.advance(1);
		}
		await clock.advance(100);
		expect(frames()).toEqual([0, INPUT_FRAME_MS, 2 * INPUT_FRAME_MS, 3 * INPUT_FRAME_MS]);
	});

	test('at most every ARRIVALS_MS for what comes by itself', async () => {
		const {clock, frames, hear} = setUp();
		for (let at = 0; at < 3 * BACKGROUND_FRAME_MS; at++) {
			hear();
			await clock.advance(1);
		}
		await clock.advance(100);
		expect(frames()).toEqual([0, BACKGROUND_FRAME_MS, 2 * BACKGROUND_FRAME_MS, 3 * BACKGROUND_FRAME_MS]);
	});

	test('for a key right behind what came by itself, which then waits longer', async () => {
		const {clock, frames, press, hear} = setUp();
		hear();
		await clock.advance(2);
		expect(frames()).toEqual([0]);
		press();
		expect(frames()).toEqual([2]);
		hear();
		await clock.advance(200);
		expect(frames()).toEqual([2 + BACKGROUND_FRAME_MS]);
	});

	test('no more once it has stopped', async () => {
		const {clock, store, frames, hear} = setUp();
		hear();
		store.stop();
		await clock.advance(200);
		expect(frames()).toEqual([]);
		expect(clock.pending).toBe(0);
	});
});
