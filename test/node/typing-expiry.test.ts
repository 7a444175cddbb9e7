import {describe, expect, test} from 'vitest';
import {TYPING_SHOWN_MS} from '../../source/core/limits.js';
import {selectTyping} from '../../source/core/select.js';
import {createStore} from '../../source/node/store.js';
import {createTypingExpiry} from '../../source/node/typing-expiry.js';
import {learn, peerId, posted} from '../core/make-events.js';
import {createFakeClock} from '../helpers/fake-clock.js';
import {createHostileRoom, isConnected} from '../hostile/room.js';

const carol = peerId('ca');
const dave = peerId('da');

/** Creates a store whose wall clock differs from the fake clock by `skewMs`, with typing indicators that expire. */
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
		'typing indicators expire independently, TYPING_SHOWN_MS after their start, with a clock offset of %d ms',
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

	test('typing indicators are shown as long as `typing` messages arrive', async () => {
		const {clock, watch, typing} = watching();
		for (let sign = 0; sign < 5; sign++) {
			watch.refresh(carol);
			await clock.advance(TYPING_SHOWN_MS / 2);
			expect(typing()).toEqual([carol]);
		}
		await clock.advance(TYPING_SHOWN_MS / 2);
		expect(typing()).toEqual([]);
	});

	test('no expiry is published for a typing indicator that a message has removed, and `stop` leaves no timer', async () => {
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

	test('typing indicators of one node are shown and expire on another node', async () => {
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

	test.each([
		['only `typing`', ['typing'], 1],
		['no feature', [], 0],
		['only unknown features', ['later-feature'], 0],
	])('typing indicators are sent only if the hello names the feature typing: %s, %j', async (_, features, count) => {
		const room = await createHostileRoom();
		const peer = await room.attack({hello: {features}});
		await room.until('Ann is connected to the peer', () => isConnected(room.ann, peer.peer), 5000);
		room.ann.chatNode.notifyTyping();
		await room.clock.advance(1000);
		expect(peer.received.get('typing') ?? 0).toBe(count);
		await room.stop();
	});
});
