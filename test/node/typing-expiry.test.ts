import {describe, expect, test} from 'vitest';
import {TYPING_SHOWN_MS} from '../../source/core/limits.js';
import {selectTyping} from '../../source/core/select.js';
import {createStore} from '../../source/node/store.js';
import {createTypingExpiry} from '../../source/node/typing-expiry.js';
import {learn, peerId, posted} from '../core/make-events.js';
import {createFakeClock} from '../helpers/fake-clock.js';
import {createHostileRoom} from '../hostile/room.js';

const carol = peerId('ca');
const dave = peerId('da');

/** State of a node whose wall clock is wrong by `skewMs`. Its clock ticks once, at the start. */
function watching(skewMs = 0) {
	const clock = createFakeClock();
	const store = createStore();
	const wall = () => clock.now() + skewMs;
	store.commit([{type: 'ephemeral', event: {type: 'time-passed', now: wall()}}]);
	let passed = 0;
	const watch = createTypingExpiry({
		clock,
		wall,
		publish(event) {
			passed++;
			store.commit([{type: 'ephemeral', event}]);
		},
		isShown: peer => store.getState().ephemeral.typing[peer] !== undefined,
	});
	return {clock, store, watch, passed: () => passed, typing: () => selectTyping(store.getState())};
}

describe('typing indicators', () => {
	test.each([0, -3_600_000, 3_600_000])(
		'expire each at its own time, also if the wall clock is wrong by %d ms',
		async skewMs => {
			const {clock, watch, typing} = watching(skewMs);
			watch.refresh(carol);
			await clock.advance(2000);
			watch.refresh(dave);
			expect(typing()).toEqual([carol, dave]);
			await clock.advance(TYPING_SHOWN_MS - 2000);
			expect(typing()).toEqual([dave]);
			await clock.advance(2000);
			expect(typing()).toEqual([]);
			expect(clock.pending).toBe(0);
		},
	);

	test('last while typing messages arrive', async () => {
		const {clock, watch, typing} = watching();
		for (let sign = 0; sign < 5; sign++) {
			watch.refresh(carol);
			await clock.advance(TYPING_SHOWN_MS / 2);
			expect(typing()).toEqual([carol]);
		}
		await clock.advance(TYPING_SHOWN_MS / 2);
		expect(typing()).toEqual([]);
	});

	test('do not expire again after the post arrived, and leave no timer after a stop', async () => {
		const {clock, store, watch, passed, typing} = watching();
		watch.refresh(carol);
		store.commit([learn(5, [posted(carol, 2, 5)])]);
		expect(typing()).toEqual([]);
		await clock.advance(TYPING_SHOWN_MS);
		expect(passed()).toBe(1);
		watch.refresh(dave);
		watch.stop();
		expect(clock.pending).toBe(0);
	});

	test('appear on the other node and expire there', async () => {
		const room = await createHostileRoom();
		const {ann, bob, clock} = room;
		const seen = () => selectTyping(bob.chatNode.store.getState());
		ann.chatNode.notifyTyping();
		await room.until('Bob sees that Ann is typing', () => seen().includes(ann.info.peer), 1000);
		await clock.advance(TYPING_SHOWN_MS - 500);
		expect(seen()).toEqual([ann.info.peer]);
		await clock.advance(1000);
		expect(seen()).toEqual([]);
		await room.stop();
	});
});
