import {describe, expect, it} from 'vitest';
import {LIVENESS_TICK_MS, SUSPECT_AFTER_MS} from '../../../source/core/limits.js';
import {createKeepalive} from '../../../source/network/link/keepalive.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

/** Looks `beats` times without a byte, each time as much later than planned as told. */
async function silentFor(beats: number, lateMs: number) {
	const clock = createFakeClock();
	const pulse = createKeepalive(clock);
	for (let beat = 0; beat < beats; beat++) {
		await clock.advance(LIVENESS_TICK_MS + lateMs);
		pulse.tick(false, lateMs);
	}

	return pulse;
}

describe('the silence of a peer', () => {
	it('makes it suspect after five seconds of ours', async () => {
		const beats = SUSPECT_AFTER_MS / LIVENESS_TICK_MS;
		expect((await silentFor(beats - 1, 0)).status).toBe('connected');
		expect((await silentFor(beats, 0)).status).toBe('suspect');
	});

	it('does not count while our own timers were late: what it sent may wait unread', async () => {
		const beats = SUSPECT_AFTER_MS / LIVENESS_TICK_MS;
		expect((await silentFor(beats - 1, 1900)).status).toBe('connected');
		expect((await silentFor(beats, 1900)).status).toBe('suspect');
	});

	it('begins at a byte, however late we look', async () => {
		const clock = createFakeClock();
		const pulse = createKeepalive(clock);
		await clock.advance(2000);
		pulse.recordReceived();
		pulse.tick(false, 1500);
		await clock.advance(SUSPECT_AFTER_MS - 1);
		pulse.tick(false, 0);
		expect(pulse.status).toBe('connected');
		await clock.advance(1);
		pulse.tick(false, 0);
		expect(pulse.status).toBe('suspect');
	});
});
