import {expect, test, vi} from 'vitest';
import type {NamedFile} from '../../../source/core/file-content.js';
import {createFileFetches} from '../../../source/network/files/file-fetches.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

/** Counts calls of `Map.values`, with which lists of holders are read, during one tick of 20 fetches that no peer can serve. */
async function readsPerTick(peers: number): Promise<number> {
	const clock = createFakeClock();
	const fetches = createFileFetches({
		self: fakePeerId(0),
		hasAsked: () => false,
		clock,
		random: () => 0,
		isGenuine: () => true,
		leafOf: part => part,
		queueMs: () => 30,
		sentBytesOf: () => 0,
		report() {},
		completed() {},
		partAdded() {},
	});
	for (let peer = 1; peer <= peers; peer++)
		fetches.connected({
			peer: fakePeerId(peer),
			features: new Set(['files']),
			send() {},
			noteWanted() {},
		} as unknown as PeerLink);
	for (let file = 0; file < 20; file++) {
		const named = {id: `${file}`, name: 'a', size: 1} as unknown as NamedFile;
		fetches.start(named, () => Promise.reject(new Error('no leaves arrive')));
	}
	await clock.advance(250);
	const reads = vi.spyOn(Map.prototype, 'values');
	await clock.advance(250);
	const count = reads.mock.calls.length;
	reads.mockRestore();
	await fetches.stop();
	return count;
}

test('the regular check of all fetches looks once at each fetch to see whether it is active, however many peers are connected', async () => {
	// Each further peer adds only one call for all fetches together: the call that lists the fetches about which this
	// node asks that peer.
	const few = await readsPerTick(10);
	expect(few).toBeGreaterThanOrEqual(20);
	expect((await readsPerTick(100)) - few).toBeLessThanOrEqual(90);
});
