import {expect, it} from 'vitest';
import {DIALS_AT_FIRST, MAX_DIALS_AT_ONCE, SLOW_DIAL_MS} from '../../../source/core/limits.js';
import {createCandidate} from '../../../source/network/dial/candidate.js';
import {createDialConcurrency, createDialQueue, type DialQueue} from '../../../source/network/dial/dial-queue.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

function take(queue: DialQueue) {
	const next = queue.next();
	if (next) queue.start(next);
	return next;
}

it('the limit of concurrent dials grows while handshakes are fast, up to a maximum', () => {
	const concurrency = createDialConcurrency();
	for (let dial = 0; dial < 3; dial++) concurrency.succeeded(dial, dial + 10);
	expect(concurrency.limit).toBe(DIALS_AT_FIRST + 3);
	for (let dial = 0; dial < 100; dial++) concurrency.succeeded(dial, dial + 10);
	expect(concurrency.limit).toBe(MAX_DIALS_AT_ONCE);
});

it('the limit of concurrent dials is halved once for all slow handshakes in progress, and is never below one', () => {
	const concurrency = createDialConcurrency();
	const slow = SLOW_DIAL_MS + 1;
	for (let dial = 0; dial < DIALS_AT_FIRST; dial++) concurrency.succeeded(dial, dial + slow);
	expect(concurrency.limit).toBe(DIALS_AT_FIRST / 2);
	for (let dial = 1; dial < 10; dial++) concurrency.succeeded(dial * slow, (dial + 1) * slow);
	expect(concurrency.limit).toBe(1);
});

it('candidates with the fewest failures are dialled first, and --peer targets take at most half of the concurrent dials', () => {
	const queue = createDialQueue();
	const targets = Array.from({length: 10}, () => createCandidate(undefined, true));
	const failed = {...createCandidate(fakePeerId(1), false), failures: 2};
	const fresh = createCandidate(fakePeerId(2), false);
	for (const candidate of [...targets, failed, fresh]) queue.add(candidate);
	const taken = Array.from({length: DIALS_AT_FIRST}, () => take(queue));
	expect(taken.filter(candidate => candidate?.isTarget)).toHaveLength(DIALS_AT_FIRST / 2);
	expect(taken.indexOf(fresh)).toBeGreaterThanOrEqual(0);
	expect(taken.indexOf(fresh)).toBeLessThan(taken.indexOf(failed));
	expect(take(queue)).toBeUndefined();
	queue.finished(fresh);
	expect(take(queue)).toBeUndefined();
	if (taken[0]) queue.finished(taken[0]);
	expect(take(queue)?.isTarget).toBe(true);
});

it('a candidate to which no dial failed is dialled even at the limit, if every dial in progress is to a candidate to which dials failed', () => {
	const queue = createDialQueue();
	for (let dial = 0; dial < 3; dial++) queue.succeeded(dial * 1000, dial * 1000 + SLOW_DIAL_MS + 1);
	const dead = {...createCandidate(undefined, true), failures: 3};
	const [lost, other] = [1, 2].map(() => createCandidate(undefined, true));
	queue.add(dead);
	expect(take(queue)).toBe(dead);
	expect(queue.next()).toBeUndefined();
	for (const candidate of [{...dead}, lost!, other!]) queue.add(candidate);
	expect(take(queue)).toBe(lost);
	expect(queue.next()).toBeUndefined();
	expect(take(queue)).toBeUndefined();
	lost!.failures = 1;
	queue.finished(lost!);
	expect(take(queue)).toBe(other);
	queue.finished(dead);
	queue.finished(other!);
	expect(take(queue)?.failures).toBe(3);
});

it('a candidate whose connection has just broken is dialled even at the limit', () => {
	const queue = createDialQueue();
	for (let dial = 0; dial < 3; dial++) queue.succeeded(dial * 1000, dial * 1000 + SLOW_DIAL_MS + 1);
	const fresh = createCandidate(fakePeerId(1), false);
	const lost = {...createCandidate(fakePeerId(2), false), wasConnected: true};
	for (const candidate of [fresh, createCandidate(fakePeerId(3), false)]) queue.add(candidate);
	expect(take(queue)).toBe(fresh);
	expect(queue.next()).toBeUndefined();
	queue.add(lost);
	expect(take(queue)).toBe(lost);
	expect(take(queue)).toBeUndefined();
});
