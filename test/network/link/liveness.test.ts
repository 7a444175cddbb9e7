import {describe, expect, it} from 'vitest';
import {GONE_AFTER_MS, PING_AFTER_MS, SUSPECT_AFTER_MS} from '../../../source/core/limits.js';
import {aliveAt, type Liveness, stepLiveness} from '../../../source/network/link/keepalive.js';

describe('a silent connection', () => {
	it.each([
		[0, 'alive', false],
		[PING_AFTER_MS - 1, 'alive', false],
		[PING_AFTER_MS, 'alive', true],
		[SUSPECT_AFTER_MS - 1, 'alive', true],
		[SUSPECT_AFTER_MS, 'suspect', true],
		[GONE_AFTER_MS - 1, 'suspect', true],
		[GONE_AFTER_MS, 'gone', false],
	])('after %i ms is %s, pinged: %s', (silence, verdict, ping) => {
		expect(stepLiveness(aliveAt(1000), 1000 + silence)).toMatchObject({verdict, ping});
	});

	it('is pinged every two seconds until it is gone, not at every look', () => {
		let liveness: Liveness = aliveAt(0);
		const pings: number[] = [];
		for (let now = 0; now <= 12_000; now += 500) {
			const step = stepLiveness(liveness, now);
			liveness = step.liveness;
			if (step.ping) pings.push(now);
		}
		expect(pings).toEqual([2000, 4000, 6000, 8000]);
	});

	it('is alive again with any byte', () => {
		expect(stepLiveness(aliveAt(8000), 9500).verdict).toBe('alive');
	});
});
