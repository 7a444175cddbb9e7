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

const [LOW, SELF, HIGH, LOST] = [1, 2, 3, 4].map(fakePeerId) as [PeerId, PeerId, PeerId, PeerId];
const STEP_MS = 100;

/** Time in ms at which the detector first returns `LOST` as lost; undefined if it does not do so by `until`. */
function reportedAt(detector: FailureDetector, until = 200_000, ended = false, absences = 0): number | undefined {
	for (let now = 0; now <= until; now += STEP_MS)
		if (detector.evaluate([{peer: LOST, ended, absences}], now).length > 0) return now;
	return undefined;
}

function detectorWith(...peers: PeerId[]): FailureDetector {
	const detector = createFailureDetector(SELF);
	for (const peer of peers) detector.connected(peer, -10_000);
	return detector;
}

describe('a peer whose connection was lost', () => {
	it('a peer whose connection was lost is reported after the grace period by the observer with the lowest id', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.reportChange(HIGH, LOST, true, -1);
		detector.disconnected(LOST, 0);
		detector.reportChange(HIGH, LOST, false, 0);
		expect(reportedAt(detector)).toBe(LOST_GRACE_MS);
	});

	it('a peer whose connection was lost is reported one second later by the observer with the next higher id', () => {
		const detector = detectorWith(LOW, LOST);
		detector.reportChange(LOW, LOST, true, -1);
		detector.disconnected(LOST, 0);
		detector.reportChange(LOW, LOST, false, 0);
		expect(reportedAt(detector)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});

	it('a peer whose connection was lost is reported first by an observer with a lower id, even if this observer announced only the loss of its connection', () => {
		const detector = detectorWith(LOW, LOST);
		detector.reportChange(LOW, LOST, false, -1);
		detector.disconnected(LOST, 0);
		expect(reportedAt(detector)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});

	it('a peer that vanished is reported as lost in time, although another peer repeats its own report about the vanished peer every second', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.disconnected(LOST, 0);
		for (let now = 1000; now < LOST_GRACE_MS + 1000; now += 1000) detector.reportChange(HIGH, LOST, false, now);
		expect(reportedAt(detector)).toBe(1000 + LOST_GRACE_MS);
	});

	it('a peer whose connection was lost is reported without waiting for a node with a lower id that was never connected to it', () => {
		const detector = detectorWith(LOW, LOST);
		detector.disconnected(LOST, 0);
		expect(reportedAt(detector)).toBe(LOST_GRACE_MS);
	});

	it('a peer whose connection was lost is not reported while a connected peer has a connection to it', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.reportChange(HIGH, LOST, true, -1);
		detector.disconnected(LOST, 0);
		expect(detector.isReachable(LOST)).toBe(true);
		expect(reportedAt(detector)).toBeUndefined();
	});

	it('a peer whose connection was lost has the whole grace period after the last connected peer has lost its connection to it', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.reportChange(HIGH, LOST, true, -1);
		detector.disconnected(LOST, 0);
		detector.reportChange(HIGH, LOST, false, 5000);
		expect(reportedAt(detector)).toBe(5000 + LOST_GRACE_MS);
	});

	it('a peer whose connection was lost has the whole grace period after the only peer connected to it disconnects or no longer lists it', () => {
		for (const end of ['disconnected', 'unlisted'] as const) {
			const detector = detectorWith(HIGH, LOW, LOST);
			detector.reportChange(HIGH, LOST, true, -1);
			detector.disconnected(LOST, 0);
			if (end === 'disconnected') detector.disconnected(HIGH, 7000);
			else detector.reportFullList(HIGH, new Set([LOW]), 7000);
			expect(reportedAt(detector)).toBe(7000 + LOST_GRACE_MS);
		}
	});

	it('a peer whose connection was lost is not reported after it returned, left or was already reported', () => {
		const back = detectorWith(HIGH, LOST);
		back.disconnected(LOST, 0);
		back.connected(LOST, 1000);
		expect(reportedAt(back)).toBeUndefined();
		const left = detectorWith(HIGH, LOST);
		left.disconnected(LOST, 0);
		expect(reportedAt(left, 200_000, true)).toBeUndefined();
	});
});

describe('a node that detects failures', () => {
	it('a node that detects failures reports no peer while it has no connections', () => {
		const detector = detectorWith(LOST);
		detector.disconnected(LOST, 0);
		expect(reportedAt(detector)).toBeUndefined();
	});

	it('a node that detects failures restarts every grace period when it connects to a first peer', () => {
		const detector = detectorWith(LOST);
		detector.disconnected(LOST, 0);
		detector.connected(HIGH, 60_000);
		expect(reportedAt(detector)).toBe(60_000 + LOST_GRACE_MS);
	});

	it('a node that detects failures restarts every grace period after its timers stalled', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.disconnected(LOST, 0);
		detector.stalled(30_000);
		expect(reportedAt(detector)).toBe(30_000 + LOST_GRACE_MS);
	});
});

describe('a peer known only from history', () => {
	it('a peer known only from history is reported as lost after a minute in which no node is connected to it', () => {
		expect(reportedAt(detectorWith(HIGH))).toBe(VANISHED_AFTER_MS);
	});

	it('a peer known only from history is reported a second later by a node that has a connected peer with a lower id', () => {
		expect(reportedAt(detectorWith(LOW, HIGH))).toBe(VANISHED_AFTER_MS + LOST_RANK_STEP_MS);
	});
});

it('a node never reports itself as lost', () => {
	const detector = detectorWith(HIGH);
	detector.reportChange(HIGH, SELF, false, 0);
	expect(detector.evaluate([{peer: SELF, ended: false, absences: 0}], 1_000_000)).toEqual([]);
});

describe('a peer that reports connections to invented peers', () => {
	it('a peer that reports connections to invented peers can make only a limited number of them count as reachable', () => {
		const detector = detectorWith(HIGH);
		for (let index = 0; index <= MAX_REPORTED_PEERS; index++)
			detector.reportChange(HIGH, fakePeerId(1000 + index), true, 0);
		expect(detector.isReachable(fakePeerId(1000 + MAX_REPORTED_PEERS - 1))).toBe(true);
		expect(detector.isReachable(fakePeerId(1000 + MAX_REPORTED_PEERS))).toBe(false);
	});

	it('a peer that reports connections to invented peers uses limited memory, and does not displace losses that this node observed itself', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.disconnected(LOST, 0);
		for (let round = 0; round < 20; round++) {
			const attacker = fakePeerId(100 + round);
			detector.connected(attacker, 0);
			for (let index = 0; index < MAX_REPORTED_PEERS; index++)
				detector.reportChange(attacker, fakePeerId(1000 + round * MAX_REPORTED_PEERS + index), true, 0);
			detector.disconnected(attacker, 0);
		}

		expect(detector.suspectCount).toBeLessThanOrEqual(MAX_SUSPECTS);
		expect(reportedAt(detector)).toBe(LOST_GRACE_MS);
	});

	it('a peer that reports connections to invented peers does not displace a connected observer of a loss, even if it uses many ids', () => {
		const detector = detectorWith(LOW, LOST);
		detector.reportChange(LOW, LOST, true, 0);
		detector.disconnected(LOST, 0);
		detector.reportChange(LOW, LOST, false, 0);
		for (let index = 0; index < 3 * MAX_REPORTED_PEERS; index++) {
			const attacker = fakePeerId(1000 + index);
			detector.connected(attacker, 0);
			detector.reportChange(attacker, LOST, true, 0);
			detector.disconnected(attacker, 0);
		}

		expect(reportedAt(detector)).toBe(LOST_GRACE_MS + LOST_RANK_STEP_MS);
	});
});

describe('a peer to which no connected peer is connected', () => {
	const alive = (ageMs: number) => [{peer: LOST, ageMs}];

	it('a peer known only from `alive` messages is not reported while the last evidence that this peer is alive is less than a minute old', () => {
		const detector = detectorWith(HIGH);
		for (let now = 0; now <= 10 * VANISHED_AFTER_MS; now += STEP_MS) {
			if (now % 20_000 === 0) detector.reportAlive(HIGH, alive(40_000), now);
			expect(detector.evaluate([{peer: LOST, ended: false, absences: 0}], now)).toEqual([]);
		}
	});

	it('a peer known only from `alive` messages is reported a minute after its last known connection, however late the message about that connection arrives', () => {
		const detector = detectorWith(HIGH);
		expect(reportedAt(detector, 0)).toBeUndefined();
		detector.reportAlive(HIGH, alive(4000), 30_000);
		detector.reportAlive(HIGH, alive(50_000), 60_000);
		expect(reportedAt(detector)).toBe(26_000 + VANISHED_AFTER_MS);
	});

	it('a node that lost its connection to a peer does not report the peer while connected peers have evidence from the last minute that the peer is alive', () => {
		const detector = detectorWith(HIGH, LOST);
		detector.reportAlive(HIGH, alive(10_000), 0);
		detector.disconnected(LOST, 0);
		expect(reportedAt(detector)).toBe(VANISHED_AFTER_MS - 10_000);
	});

	it('a peer known only from `alive` messages is reported after the only peer that sent such messages has disconnected', () => {
		const detector = detectorWith(HIGH, LOW);
		detector.reportAlive(LOW, alive(0), 0);
		detector.disconnected(LOW, 10_000);
		expect(reportedAt(detector)).toBe(VANISHED_AFTER_MS);
	});

	it('a peer that is not connected to this node or to its peers gets another minute before the report with every event of its own that arrives', () => {
		const detector = detectorWith(HIGH);
		expect(reportedAt(detector, 50_000)).toBeUndefined();
		detector.heardFrom(LOST, 50_000);
		expect(reportedAt(detector)).toBe(50_000 + VANISHED_AFTER_MS);
	});

	it('a peer that is not connected to this node or to its peers is reported as lost the later, the more often it has returned after earlier reports', () => {
		expect(reportedAt(detectorWith(HIGH), 1_000_000, false, 1)).toBe(2 * VANISHED_AFTER_MS);
		expect(reportedAt(detectorWith(HIGH), 1_000_000, false, 3)).toBe(8 * VANISHED_AFTER_MS);
		expect(reportedAt(detectorWith(HIGH), 10_000_000, false, 900)).toBe(64 * VANISHED_AFTER_MS);
	});
});

describe('an `alive` message', () => {
	const FAR = fakePeerId(9);

	it('an `alive` message names the peers that connected peers listed as connected or as alive, unless the receiver itself listed them', () => {
		const detector = detectorWith(LOW, HIGH);
		detector.reportChange(HIGH, LOST, true, 0);
		detector.reportAlive(HIGH, [{peer: FAR, ageMs: 5000}], 1000);
		expect(detector.aliveFor(LOW, 3000)).toEqual([
			{peer: LOST, ageMs: 0},
			{peer: FAR, ageMs: 7000},
		]);
		expect(detector.aliveFor(HIGH, 3000)).toEqual([]);
	});

	it('an `alive` message leaves out peers whose reporters are connected to the receiver too', () => {
		const detector = detectorWith(LOW, HIGH);
		detector.reportChange(HIGH, LOST, true, 0);
		detector.reportChange(LOW, HIGH, true, 0);
		expect(detector.aliveFor(LOW, 3000)).toEqual([]);
	});

	it('an `alive` message leaves out reports older than a minute, its receiver, and peers connected to this node', () => {
		const detector = detectorWith(LOW, HIGH, FAR);
		detector.reportAlive(
			HIGH,
			[LOW, FAR, SELF, LOST].map((peer, at) => ({peer, ageMs: at === 3 ? 59_000 : 0})),
			0,
		);
		expect(detector.aliveFor(LOW, 500)).toEqual([{peer: LOST, ageMs: 59_500}]);
		expect(detector.aliveFor(LOW, 1000)).toEqual([]);
	});

	it('an `alive` message has a bounded length, whatever a peer claims', () => {
		const detector = detectorWith(LOW, HIGH);
		for (let from = 0; from < 10; from++) {
			const peers = Array.from({length: MAX_REPORTED_PEERS}, (_, index) => ({
				peer: fakePeerId(1000 + from * MAX_REPORTED_PEERS + index),
				ageMs: 0,
			}));
			detector.reportAlive(HIGH, peers, 0);
		}
		expect(detector.aliveFor(LOW, 0)).toHaveLength(MAX_REPORTED_PEERS);
	});

	it('every other `alive` message to a peer continues after the reports of the message before', () => {
		const detector = detectorWith(LOW, HIGH, FAR);
		for (let index = 0; index < MAX_REPORTED_PEERS; index++)
			detector.reportChange(HIGH, fakePeerId(1000 + index), true, 0);
		detector.reportChange(FAR, LOST, true, 0);
		const lists = [0, 1, 2, 3].map(now => detector.aliveFor(LOW, now));
		expect(lists.map(list => list.length)).toEqual(Array(4).fill(MAX_REPORTED_PEERS));
		expect(lists.map(list => list.some(({peer}) => peer === LOST))).toEqual([false, true, false, true]);
	});

	it('an `alive` message examines a limited number of reports, and its successors examine the others', () => {
		const sources = Array.from({length: 120}, (_, index) => fakePeerId(100 + index));
		const detector = detectorWith(LOW, ...sources);
		for (const source of sources)
			for (let index = 2; index < MAX_REPORTED_PEERS; index++)
				detector.reportChange(source, fakePeerId(1000 + index), true, 0);
		detector.reportChange(sources[100] as PeerId, LOST, true, 0);
		const hasLost = Array.from({length: 4}, () => detector.aliveFor(LOW, 0).some(({peer}) => peer === LOST));
		expect(hasLost).toEqual([false, true, false, false]);
		expect(detector.aliveFor(HIGH, 0)).toEqual([]);
	});
});
