import {expect, test} from 'vitest';
import type {FeedEvent} from '../../source/core/event.js';
import {
	LOST_GRACE_MS,
	MAX_REPORTED_SUBJECTS,
	MAX_REPORTS_PER_SUBJECT,
	VANISHED_AFTER_MS,
} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {createFailureDetector} from '../../source/network/mesh/failure-detector.js';
import {createPresence} from '../../source/node/presence.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

type PresenceOptions = Parameters<typeof createPresence>[0];

/** Starts the presence of a node that is connected to one peer. */
function startPresence(options: Pick<PresenceOptions, 'self' | 'clock' | 'getState' | 'appendLost'>) {
	const failureDetector = createFailureDetector(options.self);
	failureDetector.connected(fakePeerId(3), 0);
	const presence = createPresence({
		...options,
		failureDetector,
		connectedCount: () => 1,
		checkStall() {},
		appendReturned() {},
		onLastPeerLost() {},
	});
	presence.start();
	return presence;
}

test('the only other peer, whose connection is lost repeatedly, is reported once, LOST_GRACE_MS after the last disconnection', async () => {
	const clock = createFakeClock();
	const lost: string[] = [];
	const presence = createPresence({
		self: fakePeerId(1),
		clock,
		failureDetector: createFailureDetector(fakePeerId(1)),
		getState: () => initialState,
		connectedCount: () => 0,
		checkStall() {},
		appendLost() {},
		appendReturned() {},
		onLastPeerLost: peer => lost.push(peer),
	});
	for (let end = 0; end < 20; end++) {
		presence.onPeerDisconnected(fakePeerId(2));
		await clock.advance(LOST_GRACE_MS / 3);
	}

	presence.onPeerDisconnected(fakePeerId(3));
	await clock.advance(2 * LOST_GRACE_MS);
	expect(lost).toEqual([fakePeerId(2), fakePeerId(3)]);
	presence.stop();
	expect(clock.pending).toBe(0);
});

test('a node writes no further report about a lost peer after MAX_REPORTS_PER_SUBJECT reports, because other nodes would ignore it', async () => {
	const [self, peer] = [fakePeerId(1), fakePeerId(2)];
	const events: FeedEvent[] = [
		{peer, seq: 1, at: 1, ms: 1, counter: 0, type: 'joined', name: 'Bob', addresses: [], version: ''},
		...Array.from({length: MAX_REPORTS_PER_SUBJECT}, (_, absence): FeedEvent => {
			return {
				peer: self,
				seq: absence + 2,
				at: 1,
				ms: absence + 2,
				counter: 0,
				type: 'lost',
				subject: peer,
				absence: absence + 9,
			};
		}),
	];
	const state = reduceInputs(initialState, [{type: 'events', loggedAt: 1, live: true, events}]);
	const clock = createFakeClock();
	const reports: string[] = [];
	const presence = startPresence({
		self,
		clock,
		getState: () => state,
		appendLost: lost => reports.push(...lost.map(({subject}) => subject)),
	});
	await clock.advance(10 * VANISHED_AFTER_MS);
	expect(reports).toEqual([]);
	presence.stop();
});

test('a node reports at most 64 lost peers at the same time, all in one batch, and stops at MAX_REPORTED_SUBJECTS', async () => {
	const self = fakePeerId(1);
	const events = Array.from({length: MAX_REPORTED_SUBJECTS + 500}, (_, index): FeedEvent => {
		const peer = fakePeerId(100 + index);
		return {peer, seq: 1, at: 1, ms: 1, counter: 0, type: 'joined', name: `n${index}`, addresses: [], version: ''};
	});
	let state = reduceInputs(initialState, [{type: 'events', loggedAt: 1, live: false, events}]);
	const clock = createFakeClock();
	const batches: number[] = [];
	let seq = 1;
	const presence = startPresence({
		self,
		clock,
		getState: () => state,
		appendLost(lost) {
			batches.push(lost.length);
			const reports = lost.map((one): FeedEvent => {
				seq += 1;
				return {peer: self, seq, at: 1, ms: seq, counter: 0, type: 'lost', ...one};
			});
			state = reduceInputs(state, [{type: 'events', loggedAt: 1, live: true, events: reports}]);
		},
	});
	await clock.advance(2 * VANISHED_AFTER_MS);
	presence.stop();
	expect(batches).toEqual(Array.from({length: MAX_REPORTED_SUBJECTS / 64}, () => 64));
});
