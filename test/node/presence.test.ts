import {expect, test} from 'vitest';
import {LOST_GRACE_MS} from '../../source/core/limits.js';
import {initialState} from '../../source/core/reduce.js';
import {createFailureDetector} from '../../source/network/mesh/failure-detector.js';
import {createPresence} from '../../source/node/presence.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

test('a last peer whose connection is lost repeatedly is reported once, LOST_GRACE_MS after the last disconnection', async () => {
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
