import {describe, expect, it} from 'vitest';
import {
	FAIR_ROUND_TRIP_MS,
	GONE_AFTER_MS,
	LIVENESS_TICK_MS,
	PING_AFTER_MS,
	SUSPECT_AFTER_MS,
} from '../../../source/core/limits.js';
import {aliveAt, createKeepalive, type Liveness, stepLiveness} from '../../../source/network/link/keepalive.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

/** A keepalive after `ticks` ticks without a received byte. Each tick is `lateMs` late. */
async function silentFor(ticks: number, lateMs: number) {
	const clock = createFakeClock();
	const keepalive = createKeepalive(clock);
	for (let tick = 0; tick < ticks; tick++) {
		await clock.advance(LIVENESS_TICK_MS + lateMs);
		keepalive.tick(false, lateMs);
	}

	return keepalive;
}

describe('the silence of a peer', () => {
	it('the silence of a peer makes the peer suspect after five seconds', async () => {
		const ticks = SUSPECT_AFTER_MS / LIVENESS_TICK_MS;
		expect((await silentFor(ticks - 1, 0)).status).toBe('connected');
		expect((await silentFor(ticks, 0)).status).toBe('suspect');
	});

	it('the silence of a peer is reduced by the lateness of the timers of this node, because received bytes may still be unread', async () => {
		const ticks = SUSPECT_AFTER_MS / LIVENESS_TICK_MS;
		expect((await silentFor(ticks - 1, 1900)).status).toBe('connected');
		expect((await silentFor(ticks, 1900)).status).toBe('suspect');
	});

	it('the silence of a peer is counted from the last received byte, even if the next tick is late', async () => {
		const clock = createFakeClock();
		const keepalive = createKeepalive(clock);
		await clock.advance(2000);
		keepalive.recordReceived();
		keepalive.tick(false, 1500);
		await clock.advance(SUSPECT_AFTER_MS - 1);
		keepalive.tick(false, 0);
		expect(keepalive.status).toBe('connected');
		await clock.advance(1);
		keepalive.tick(false, 0);
		expect(keepalive.status).toBe('suspect');
	});
});

describe('a round-trip time', () => {
	/**
	 * Number of pings that are due within 20 s after a first measurement of `roundTripMs`, while the peer pings twice a
	 * second. `answers`: whether the peer answers the pings that are due.
	 */
	async function pingsAfter(roundTripMs: number, answers: boolean): Promise<number> {
		const clock = createFakeClock();
		const keepalive = createKeepalive(clock);
		const first = keepalive.nextPing();
		await clock.advance(roundTripMs);
		keepalive.acceptPong({type: 'pong', id: first.id, clock: 0, hlc: {ms: 0, counter: 0}});
		let pings = 0;
		for (let tick = 0; tick < 40; tick++) {
			await clock.advance(LIVENESS_TICK_MS);
			keepalive.recordReceived();
			keepalive.recordSent();
			if (!keepalive.tick(false, 0).pingDue) continue;
			pings++;
			const {id} = keepalive.nextPing();
			if (answers) keepalive.acceptPong({type: 'pong', id, clock: 0, hlc: {ms: 0, counter: 0}});
		}
		return pings;
	}

	it('a round-trip time that is long is measured again every two seconds until it is short, even while pings of the peer arrive', async () => {
		expect(await pingsAfter(FAIR_ROUND_TRIP_MS, true)).toBe(1);
		expect(await pingsAfter(FAIR_ROUND_TRIP_MS, false)).toBe(20_000 / PING_AFTER_MS);
	});

	it('a round-trip time that is short is not measured again while pings of the peer arrive', async () => {
		expect(await pingsAfter(FAIR_ROUND_TRIP_MS - 1, true)).toBe(0);
	});
});

describe('a silent connection', () => {
	it.each([
		[0, 'alive', false],
		[PING_AFTER_MS - 1, 'alive', false],
		[PING_AFTER_MS, 'alive', true],
		[SUSPECT_AFTER_MS - 1, 'alive', true],
		[SUSPECT_AFTER_MS, 'suspect', true],
		[GONE_AFTER_MS - 1, 'suspect', true],
		[GONE_AFTER_MS, 'dead', false],
	])('a connection after %i ms without a byte is %s (a ping is due: %s)', (silenceMs, state, pingDue) => {
		expect(stepLiveness(aliveAt(1000), 1000 + silenceMs)).toMatchObject({state, pingDue});
	});

	it('a silent connection is pinged every two seconds until it counts as dead, and not at every check of the silence', () => {
		let liveness: Liveness = aliveAt(0);
		const pings: number[] = [];
		for (let now = 0; now <= 12_000; now += 500) {
			const step = stepLiveness(liveness, now);
			liveness = step.liveness;
			if (step.pingDue) pings.push(now);
		}

		expect(pings).toEqual([2000, 4000, 6000, 8000]);
	});

	it('a silent connection counts as alive again as soon as any byte arrives', () => {
		expect(stepLiveness(aliveAt(8000), 9500).state).toBe('alive');
	});
});
