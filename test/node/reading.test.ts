import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input} from '../../source/core/event.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createReading, SAVE_POSITION_MS} from '../../source/node/reading.js';
import {createStore} from '../../source/node/store.js';
import type {LogPlace} from '../../source/storage/log.js';
import {joined, learn, observation, observe, peerId, posted, T0} from '../core/make-events.js';
import {createFakeClock} from '../helpers/fake-clock.js';

const [me, ann, bob] = [peerId('01'), peerId('aa'), peerId('bb')];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
/** Size of each record in the fake log, in bytes. */
const RECORD_BYTES = 100;

function setUp(options: {ownKey?: string; failing?: boolean} = {}) {
	const store = createStore();
	const clock = createFakeClock();
	const saved: number[] = [];
	let end: LogPlace | undefined = {path: 'x', marker: 'a1', offset: 0};
	const reading = createReading({
		store,
		clock,
		...(options.ownKey && {ownKey: options.ownKey}),
		logEnd: () => end,
		savePosition: async place => {
			if (options.failing) throw new Error('disk full');
			saved.push(place.offset);
		},
	});
	const append = (count = 1) => {
		if (end) end = {...end, offset: end.offset + count * RECORD_BYTES};
	};
	return {
		store,
		clock,
		reading,
		saved,
		setEnd: (next: LogPlace | undefined) => {
			end = next;
		},
		/**
		 * Reads one record of a reopened log, with these events. `unreadOffset`: offset of the record, if the user has
		 * not read it.
		 */
		replay(events: readonly FeedEvent[], unreadOffset?: number) {
			append();
			const input = learn(5, events, false);
			store.commit([unreadOffset === undefined ? input : ({...input, unreadOffset} as Input)]);
		},
		receive(events: readonly FeedEvent[], live = true) {
			append();
			store.commit([learn(9, events, live)]);
		},
		texts: () => {
			const {messages} = reading.unread();
			return sliceTimeline(messages, 0, messages.length).map(entry => ('text' in entry ? entry.text : ''));
		},
	};
}

describe('unread messages', () => {
	it('unread messages of a reopened log are those after the reading position and all that arrive later', () => {
		const {reading, replay, receive, store, texts} = setUp();
		store.commit([launch]);
		replay([joined(ann, 1, 'Ann'), posted(ann, 2, 20, 'read')]);
		replay([posted(ann, 3, 30, 'not read')], 100);
		reading.start();
		receive([joined(bob, 1, 'Bob'), posted(bob, 2, 10, 'late insert')], false);
		receive([posted(ann, 4, 40, 'new')]);
		expect(texts()).toEqual(['late insert', 'not read', 'new']);
		expect(reading.unread()).toMatchObject({since: T0 + 5, lastRead: {peer: ann, seq: 2}, hasMissed: true});
	});

	it('in a new log, only live messages are unread, because earlier messages do not count as missed', () => {
		const {reading, receive, store, texts} = setUp();
		store.commit([launch]);
		reading.start();
		receive([joined(ann, 1, 'Ann'), posted(ann, 2, 20, 'history')], false);
		receive([posted(ann, 3, 30, 'live')]);
		expect(texts()).toEqual(['live']);
		expect(reading.unread()).not.toHaveProperty('since');
		expect(reading.unread()).not.toHaveProperty('hasMissed');
	});

	it('unread messages do not include our own messages, of this or an earlier launch or of another session of ours', () => {
		const identity = {key: 'k'.repeat(64), fingerprint: 'f'};
		const [earlier, again, copy] = [peerId('02'), peerId('03'), peerId('04')];
		const {reading, receive, store, texts} = setUp();
		store.commit([observe(observation(earlier, -5, {type: 'launched', version: '1'})), launch]);
		reading.start();
		receive([{...joined(me, 1, 'Carol'), identity} as FeedEvent]);
		receive([posted(me, 2, 20), posted(earlier, 2, 21)]);
		receive([{...joined(again, 2, 'Carol'), identity} as FeedEvent, posted(again, 2, 22)]);
		expect(texts()).toEqual([]);
		receive([{...joined(copy, 3, 'Dave'), identity} as FeedEvent, posted(copy, 2, 23, 'from a copied computer')]);
		expect(texts()).toEqual(['from a copied computer']);
	});

	it('unread messages include received whispers, also those of a reopened log, but no own whispers', () => {
		const {reading, store, texts} = setUp();
		const whisper = (counter: number, text: string, own = false) =>
			observe(observation(me, counter, {type: 'whisper', subject: ann, own, id: counter, text}));
		store.commit([launch]);
		store.commit([{...whisper(20, 'read before'), live: false} as Input]);
		store.commit([{...whisper(21, 'not read'), live: false, unreadOffset: 100} as Input]);
		reading.start();
		store.commit([whisper(22, 'new'), whisper(23, 'own', true)]);
		expect(texts()).toEqual(['not read', 'new']);
		reading.markRead(sliceTimeline(reading.unread().messages, 0, 1));
		expect(texts()).toEqual(['new']);
	});

	it('messages are marked as read one by one or all at once, and listeners are called only for changes', () => {
		const {reading, receive, store, texts} = setUp();
		store.commit([launch]);
		reading.start();
		let changes = 0;
		reading.subscribe(() => changes++);
		receive([joined(ann, 1, 'Ann'), ...[2, 3, 4].map(seq => posted(ann, seq, seq))]);
		expect(changes).toBe(1);
		reading.markRead([
			{peer: ann, seq: 3},
			{peer: ann, seq: 9},
		]);
		reading.markRead([{peer: ann, seq: 3}]);
		expect([texts(), changes]).toEqual([['2', '4'], 2]);
		receive([posted(ann, 2, 2)]);
		reading.markAllRead();
		reading.markAllRead();
		expect([texts(), changes]).toEqual([[], 3]);
	});
});

describe('the reading position', () => {
	it('the reading position is the first unread record, or the end of the log if everything is read', async () => {
		const {reading, receive, store, saved, clock} = setUp();
		store.commit([launch]);
		reading.start();
		await clock.advance(0);
		expect(saved).toEqual([0]);
		receive([joined(ann, 1, 'Ann'), posted(ann, 2, 2)]);
		receive([posted(ann, 3, 3)]);
		receive([posted(ann, 4, 4)]);
		reading.markRead([{peer: ann, seq: 3}]);
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([0]);
		reading.markRead([{peer: ann, seq: 2}]);
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([0, 200]);
		reading.markAllRead();
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([0, 200, 300]);
	});

	it('the reading position is saved within half a second of a change, at most once in that time, and once more when the node stops', async () => {
		const {reading, receive, store, saved, clock} = setUp();
		store.commit([launch]);
		reading.start();
		for (let seq = 1; seq <= 40; seq++) {
			receive([seq === 1 ? joined(ann, 1, 'Ann') : posted(ann, seq, seq)]);
			reading.markAllRead();
			await clock.advance(SAVE_POSITION_MS / 10);
		}
		expect(saved.length).toBeLessThanOrEqual(5);
		expect(saved.at(-1)).toBeGreaterThanOrEqual(3000);
		receive([posted(ann, 41, 41)]);
		reading.markAllRead();
		await reading.stop();
		expect(saved.at(-1)).toBe(4100);
		expect(clock.pending).toBe(0);
	});

	it('in a reopened log, the reading position is at the record of the oldest unread message', async () => {
		const {reading, replay, store, saved, clock} = setUp();
		store.commit([launch]);
		replay([joined(ann, 1, 'Ann')]);
		replay([posted(ann, 2, 2)], 100);
		replay([posted(ann, 3, 3)], 200);
		reading.start();
		await clock.advance(0);
		reading.markRead([{peer: ann, seq: 2}]);
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([100, 200]);
	});

	it('the reading position is not saved while the log has no file, and refers only to the new file after the file was replaced', async () => {
		const {reading, receive, store, saved, clock, setEnd} = setUp();
		store.commit([launch]);
		reading.start();
		receive([joined(ann, 1, 'Ann'), posted(ann, 2, 2)]);
		setEnd(undefined);
		receive([posted(ann, 3, 3)]);
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([]);
		setEnd({path: 'y', marker: 'b2', offset: 7000});
		receive([posted(ann, 4, 4)]);
		await clock.advance(SAVE_POSITION_MS);
		expect(saved).toEqual([7100]);
	});

	it('a reading position that cannot be saved does not stop the node', async () => {
		const {reading, receive, store, clock} = setUp({failing: true});
		store.commit([launch]);
		reading.start();
		receive([joined(ann, 1, 'Ann'), posted(ann, 2, 2)]);
		reading.markAllRead();
		await clock.advance(SAVE_POSITION_MS);
		await expect(reading.stop()).resolves.toBeUndefined();
	});
});
