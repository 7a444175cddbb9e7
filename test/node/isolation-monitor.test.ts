import {expect, test} from 'vitest';
import {ALONE_AFTER_MS} from '../../source/core/limits.js';
import {createIsolationMonitor} from '../../source/node/isolation-monitor.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

/**
 * The node has no connection and hears four nodes of other rooms: once before it was ever connected to a peer, and once
 * after.
 */
test('nodes of another room cause a notice only until this launch has met somebody, which shows that its room and secret are right', async () => {
	for (const meets of [false, true]) {
		const clock = createFakeClock();
		const chatNode = createFakeChatNode();
		if (meets) chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		const counts: number[] = [];
		const monitor = createIsolationMonitor({
			clock,
			store: chatNode.store,
			pipeline: {publish: event => chatNode.publish(event)},
			notices: {foreignNodes: count => counts.push(count)},
			connectedCount: () => 0,
			foreignNodeCount: () => 4,
			sendStats: () => [],
		});
		monitor.start();
		await clock.advance(3 * ALONE_AFTER_MS);
		monitor.stop();
		expect(counts).toEqual(meets ? [] : [4]);
	}
});
