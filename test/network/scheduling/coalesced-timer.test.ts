import {expect, it} from 'vitest';
import {createCoalescingTicker} from '../../../source/network/scheduling/coalesced-timer.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const INTERVAL_MS = 250;

function createBeaten() {
	const clock = createFakeClock();
	const started = clock.monotonic();
	const beats: number[] = [];
	const beat = createCoalescingTicker(clock, INTERVAL_MS, () => beats.push(clock.monotonic() - started));
	return {clock, beat, beats};
}

it('a beat that nobody wakes sets no timer', async () => {
	const {clock, beats} = createBeaten();
	expect(clock.pending).toBe(0);
	await clock.advance(10 * INTERVAL_MS);
	expect(beats).toEqual([]);
});

it('a beat that is woken comes once, in the rhythm in which it was made', async () => {
	const {clock, beat, beats} = createBeaten();
	await clock.advance(2 * INTERVAL_MS + 30);
	beat.wake();
	beat.wake();
	await clock.advance(10 * INTERVAL_MS);
	expect(beats).toEqual([3 * INTERVAL_MS]);
	beat.wake();
	await clock.advance(INTERVAL_MS);
	expect(beats).toEqual([3 * INTERVAL_MS, 13 * INTERVAL_MS]);
});

it('a beat that is stopped does not come, whoever wakes it', async () => {
	const {clock, beat, beats} = createBeaten();
	beat.wake();
	beat.stop();
	beat.wake();
	await clock.advance(2 * INTERVAL_MS);
	expect(beats).toEqual([]);
	expect(clock.pending).toBe(0);
});
