import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {
	LOST_GRACE_MS,
	LOST_RANK_STEP_MS,
	MAX_REPORTED_PEERS,
	MAX_SUSPECTS,
	VANISHED_AFTER_MS,
} from '../../../source/core/limits.js';
import {createFailureDetector, type FailureDetector} from '../../../source/network/mesh/failure-detector.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const [LOW, SELF, HIGH, GONE] = [1, 2, 3, 4].map(fakePeerId) as [PeerId, PeerId, PeerId, PeerId];
const STEP_MS = 100;

/** When the witness accuses `GONE` first, ms; undefined if not within `until`. */
function accusedAt(witness: FailureDetector, until = 200_000, ended = false): number | undefined {
	for (let now = 0; now <= until; now += STEP_MS)
		if (witness.evaluate([{peer: GONE, ended}], now).length > 0) return now;
	return undefined;
}

function witnessWith(...peers: PeerId[]): FailureDetector {
	const witness = createFailureDetector(SELF);
	for (const peer of peers) witness.connected(peer, -10_000);
	return witness;
}

describe('a peer we saw vanish', () => {
	it('is reported after the grace by the lowest of those who saw it', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.reportChange(HIGH, GONE, true, -1);
		witness.disconnected(GONE, 0);
		witness.reportChange(HIGH, GONE, false, 0);
		expect(accusedAt(witness)).toBe(LOST_GRACE_MS);
	});

	it('is reported a second later by the next in rank', () => {
		const witness = witnessWith(LOW, GONE);
		witness.reportChange(LOW, GONE, true, -1);
		witness.disconnected(GONE, 0);
		witness.reportChange(LOW, GONE, false, 0);
		expect(accusedAt(witness)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});

	it('is left to a lower one whose connection came and went between two of its messages', () => {
		const witness = witnessWith(LOW, GONE);
		witness.reportChange(LOW, GONE, false, -1);
		witness.disconnected(GONE, 0);
		expect(accusedAt(witness)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});

	it('is not kept from it by one who says again and again that it lost it', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.disconnected(GONE, 0);
		for (let now = 1000; now < LOST_GRACE_MS + 1000; now += 1000) witness.reportChange(HIGH, GONE, false, now);
		expect(accusedAt(witness)).toBe(1000 + LOST_GRACE_MS);
	});

	it('does not wait for a lower one that never saw it', () => {
		const witness = witnessWith(LOW, GONE);
		witness.disconnected(GONE, 0);
		expect(accusedAt(witness)).toBe(LOST_GRACE_MS);
	});

	it('is not reported while somebody reachable is connected to it', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.reportChange(HIGH, GONE, true, -1);
		witness.disconnected(GONE, 0);
		expect(witness.isReachable(GONE)).toBe(true);
		expect(accusedAt(witness)).toBeUndefined();
	});

	it('gets the whole grace from the moment at which the last one lost it', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.reportChange(HIGH, GONE, true, -1);
		witness.disconnected(GONE, 0);
		witness.reportChange(HIGH, GONE, false, 5000);
		expect(accusedAt(witness)).toBe(5000 + LOST_GRACE_MS);
	});

	it('is seen by nobody once the only one who sees it is gone, or names it no more', () => {
		for (const end of ['gone', 'listed'] as const) {
			const witness = witnessWith(HIGH, LOW, GONE);
			witness.reportChange(HIGH, GONE, true, -1);
			witness.disconnected(GONE, 0);
			if (end === 'gone') witness.disconnected(HIGH, 7000);
			else witness.reportFullList(HIGH, new Set([LOW]), 7000);
			expect(accusedAt(witness)).toBe(7000 + LOST_GRACE_MS);
		}
	});

	it('is not reported when it came back, left, or is reported already', () => {
		const back = witnessWith(HIGH, GONE);
		back.disconnected(GONE, 0);
		back.connected(GONE, 1000);
		expect(accusedAt(back)).toBeUndefined();
		const left = witnessWith(HIGH, GONE);
		left.disconnected(GONE, 0);
		expect(accusedAt(left, 200_000, true)).toBeUndefined();
	});
});

describe('a node', () => {
	it('that is alone accuses nobody', () => {
		const witness = witnessWith(GONE);
		witness.disconnected(GONE, 0);
		expect(accusedAt(witness)).toBeUndefined();
	});

	it('that was alone gives everybody a whole grace from its first connection on', () => {
		const witness = witnessWith(GONE);
		witness.disconnected(GONE, 0);
		witness.connected(HIGH, 60_000);
		expect(accusedAt(witness)).toBe(60_000 + LOST_GRACE_MS);
	});

	it('whose timers stood still starts every grace anew', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.disconnected(GONE, 0);
		witness.stalled(30_000);
		expect(accusedAt(witness)).toBe(30_000 + LOST_GRACE_MS);
	});
});

describe('a peer known from history alone', () => {
	it('counts as vanished after a minute in which nobody is connected to it', () => {
		expect(accusedAt(witnessWith(HIGH))).toBe(VANISHED_AFTER_MS);
	});

	it('is reported by one after the other in the order of their ids', () => {
		expect(accusedAt(witnessWith(LOW, HIGH))).toBe(VANISHED_AFTER_MS + LOST_RANK_STEP_MS);
	});
});

it('nobody is accused of being us', () => {
	const witness = witnessWith(HIGH);
	witness.reportChange(HIGH, SELF, false, 0);
	expect(witness.evaluate([{peer: SELF, ended: false}], 1_000_000)).toEqual([]);
});

describe('whoever names peers that nobody has', () => {
	it('is believed about so many, not more', () => {
		const witness = witnessWith(HIGH);
		for (let index = 0; index <= MAX_REPORTED_PEERS; index++)
			witness.reportChange(HIGH, fakePeerId(1000 + index), true, 0);
		expect(witness.isReachable(fakePeerId(1000 + MAX_REPORTED_PEERS - 1))).toBe(true);
		expect(witness.isReachable(fakePeerId(1000 + MAX_REPORTED_PEERS))).toBe(false);
	});

	it('fills no memory, and what we saw ourselves is not forgotten for it', () => {
		const witness = witnessWith(HIGH, GONE);
		witness.disconnected(GONE, 0);
		for (let round = 0; round < 20; round++) {
			const liar = fakePeerId(100 + round);
			witness.connected(liar, 0);
			for (let index = 0; index < MAX_REPORTED_PEERS; index++)
				witness.reportChange(liar, fakePeerId(1000 + round * MAX_REPORTED_PEERS + index), true, 0);
			witness.disconnected(liar, 0);
		}

		expect(witness.suspectCount).toBeLessThanOrEqual(MAX_SUSPECTS);
		expect(accusedAt(witness)).toBe(LOST_GRACE_MS);
	});

	it('does not push out who saw it and is here, under however many ids', () => {
		const witness = witnessWith(LOW, GONE);
		witness.reportChange(LOW, GONE, true, 0);
		witness.disconnected(GONE, 0);
		witness.reportChange(LOW, GONE, false, 0);
		for (let index = 0; index < 3 * MAX_REPORTED_PEERS; index++) {
			const liar = fakePeerId(1000 + index);
			witness.connected(liar, 0);
			witness.reportChange(liar, GONE, true, 0);
			witness.disconnected(liar, 0);
		}

		expect(accusedAt(witness)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});
});
