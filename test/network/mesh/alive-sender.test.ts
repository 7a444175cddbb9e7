import {expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {ALIVE_INTERVAL_MS, SEND_HIGH_WATER_BYTES} from '../../../source/core/limits.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {createAliveSender} from '../../../source/network/mesh/alive-sender.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const LIST_MS = 0.4;

/** Room of `count` peers. A list for one of them takes LIST_MS. `turns`: peers to which one turn sent lists. */
function createRoom(count: number) {
	const base = createFakeClock();
	let usedMs = 0;
	const clock = {...base, after: base.after, monotonic: () => base.monotonic() + usedMs};
	const turns: PeerId[][] = [];
	const queued = new Map<PeerId, number>();
	let turn: PeerId[] | undefined;
	const links = Array.from({length: count}, (_, index) => {
		const peer = fakePeerId(index + 1);
		return {
			peer,
			features: new Set(['alive']),
			get queuedBytes() {
				return queued.get(peer) ?? 0;
			},
			highWaterBytes: SEND_HIGH_WATER_BYTES,
			send() {
				if (!turn) {
					turn = [];
					turns.push(turn);
					queueMicrotask(() => {
						turn = undefined;
					});
				}
				turn.push(peer);
				return true;
			},
		} as unknown as PeerLink;
	});
	const sender = createAliveSender({
		clock,
		failureDetector: {
			aliveFor() {
				usedMs += LIST_MS;
				return [{peer: fakePeerId(99), ageMs: 0}];
			},
		},
		links: () => links,
	});
	sender.start();
	return {clock: base, links, queued, turns, sender};
}

it('the lists for many peers are spread over several turns of the event loop', async () => {
	const {clock, links, turns, sender} = createRoom(8);
	await clock.advance(ALIVE_INTERVAL_MS + 100);
	expect(turns.flat()).toEqual(links.map(({peer}) => peer));
	expect(Math.max(...turns.map(({length}) => length))).toBe(3);
	sender.stop();
});

it('a peer that does not read gets no further lists until its queue is shorter', async () => {
	const {clock, links, queued, turns, sender} = createRoom(2);
	const [slow, fast] = links.map(({peer}) => peer) as [PeerId, PeerId];
	queued.set(slow, 2 * SEND_HIGH_WATER_BYTES + 1);
	await clock.advance(ALIVE_INTERVAL_MS + 100);
	expect(turns.flat()).toEqual([fast]);
	queued.set(slow, 2 * SEND_HIGH_WATER_BYTES);
	await clock.advance(ALIVE_INTERVAL_MS);
	expect(turns.flat()).toEqual([fast, slow, fast]);
	sender.stop();
});
