import {expect, test} from 'vitest';
import type {PeerLink} from '../../source/network/link/peer-link.js';
import {createLinkMetrics} from '../../source/node/link-metrics.js';
import {createNodeClock} from '../../source/node/node-clock.js';
import {createNotices} from '../../source/node/notices.js';
import {createStore} from '../../source/node/store.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

const NOW = Date.UTC(2026, 11, 1);
const DAY_MS = 86_400_000;

/** Correction of our clock, ms, with these peers: their addresses and their clocks minus ours. */
function correctionWith(...peers: readonly (readonly [address: string, offsetMs: number])[]): number {
	const links = peers.map(([remoteAddress, clockOffsetMs], at): PeerLink => {
		return {peer: fakePeerId(at + 1), remoteAddress, clockOffsetMs} as unknown as PeerLink;
	});
	const nodeClock = createNodeClock(() => NOW);
	const metrics = createLinkMetrics({
		clock: createFakeClock(),
		nodeClock,
		store: createStore(),
		notices: createNotices(
			() => 0,
			() => {},
		),
		links: () => links,
		publish() {},
	});
	metrics.checkClock(links[0]!);
	return nodeClock.correctionMs;
}

test('many connections from one address, or from one /64, do not outvote an honest peer', () => {
	const lie = 20 * DAY_MS;
	expect(correctionWith(['10.0.0.9', lie], ['10.0.0.9', lie], ['10.0.0.9', lie], ['10.0.0.2', 0])).toBe(0);
	expect(correctionWith(['fd00::1', lie], ['fd00::2', lie], ['fd00::3', lie], ['10.0.0.2', 0])).toBe(0);
});

test('peers at two other addresses correct a clock that is days behind', () => {
	expect(correctionWith(['10.0.0.2', 2 * DAY_MS], ['10.0.0.3', 2 * DAY_MS])).toBe(2 * DAY_MS);
});
