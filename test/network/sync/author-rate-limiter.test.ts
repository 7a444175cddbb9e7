import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {
	LIVE_AUTHORS_AT_FULL_PACE,
	LIVE_BURST_SECONDS,
	LIVE_FREE_SECONDS,
	LIVE_FREE_SHARE,
	LIVE_SHARED_BURST_SECONDS,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_LIVE_EVENTS_PER_SECOND,
} from '../../../source/core/limits.js';
import {createAuthorRateLimiter} from '../../../source/network/sync/author-rate-limiter.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const ann = fakePeerId(1);
const bob = fakePeerId(2);

/** Number of events accepted from an author within `seconds`, if it sends `each` events at a time, as often as allowed. */
function eventsWithin(
	limiter: ReturnType<typeof createAuthorRateLimiter>,
	author: PeerId,
	seconds: number,
	each = 10,
): number {
	let events = 0;
	for (let now = 0; now < seconds * 1000; now += 5) {
		while (limiter.readyAt(author, now) <= now) {
			limiter.record(author, each, each, now);
			events += each;
		}
	}

	return events;
}

describe('the rate limit of live events', () => {
	it('the rate limit of live events allows each author a burst, and afterwards a constant number of events per second', () => {
		const events = eventsWithin(createAuthorRateLimiter(), ann, 60);
		expect(events).toBeGreaterThan(60 * MAX_LIVE_EVENTS_PER_SECOND);
		expect(events).toBeLessThanOrEqual((60 + LIVE_BURST_SECONDS) * MAX_LIVE_EVENTS_PER_SECOND + 20);
	});

	it('the rate limit of live events counts the bytes of the events as well as their number', () => {
		const limiter = createAuthorRateLimiter();
		limiter.record(ann, 1, (LIVE_BURST_SECONDS + 2) * MAX_LIVE_BYTES_PER_SECOND, 0);
		expect(limiter.readyAt(ann, 0)).toBe(2000);
	});

	it('the rate limit of live events is shared by all authors that write faster than people do, so that more keys do not raise the limit', () => {
		const limiter = createAuthorRateLimiter();
		let events = 0;
		for (let key = 0; key < 500; key++) {
			const author = fakePeerId(1000 + key);
			while (limiter.readyAt(author, 0) <= 0) {
				limiter.record(author, 10, 10, 0);
				events += 10;
			}
		}

		const free = 500 * (LIVE_FREE_SECONDS * MAX_LIVE_EVENTS_PER_SECOND + 10);
		const shared = LIVE_AUTHORS_AT_FULL_PACE * LIVE_SHARED_BURST_SECONDS * MAX_LIVE_EVENTS_PER_SECOND;
		expect(events).toBeLessThanOrEqual(free + shared + 100);
	});

	it('the rate limit of live events is shared by authors that each write steadily at their full rate, in batches within the free allowance', () => {
		const limiter = createAuthorRateLimiter();
		const authors = Array.from({length: 50}, (_, index) => fakePeerId(1000 + index));
		const [each, seconds] = [40, 60];
		let events = 0;
		for (let now = 0; now < seconds * 1000; now += (each / MAX_LIVE_EVENTS_PER_SECOND) * 1000)
			for (const author of authors) {
				if (limiter.readyAt(author, now) > now) continue;
				limiter.record(author, each, each, now);
				events += each;
			}
		const free = authors.length * (LIVE_FREE_SECONDS + LIVE_FREE_SHARE * seconds) * MAX_LIVE_EVENTS_PER_SECOND;
		const shared = LIVE_AUTHORS_AT_FULL_PACE * (LIVE_SHARED_BURST_SECONDS + seconds) * MAX_LIVE_EVENTS_PER_SECOND;
		expect(events).toBeGreaterThan(shared * 0.9);
		expect(events).toBeLessThanOrEqual((free + shared) * 1.1);
	});

	it('the rate limit of live events never delays an author who writes at the speed of people, whatever other authors do', () => {
		const limiter = createAuthorRateLimiter();
		for (let key = 0; key < 5000; key++) limiter.record(fakePeerId(1000 + key), 1000, 1000, 0);
		for (let now = 0; now < 60_000; now += 100) {
			expect(limiter.readyAt(bob, now)).toBeLessThanOrEqual(now);
			limiter.record(bob, 1, 100, now);
		}
	});
});
