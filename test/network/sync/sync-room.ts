/** Room of one test node with fake links to peers that the test controls. */
import type {HaveFeed, Message} from '../../../source/codec/message-types.js';
import type {Batch} from '../../../source/core/batch.js';
import type {PeerId} from '../../../source/core/event.js';
import {createFakeClock, type FakeClock} from '../../helpers/fake-clock.js';
import {createFakeLink, createSyncNode, type FakeLink, hashOf, type SyncNode} from './sync-node.js';

export const feed = (peer: PeerId, seq: number, fork = 0): HaveFeed => ({peer, seq, hash: hashOf(peer, seq, fork)});
export const page = (...feeds: HaveFeed[]): Message => ({type: 'have', kind: 'page', feeds, last: true});
export const delta = (...feeds: HaveFeed[]): Message => ({type: 'have', kind: 'delta', feeds});
export const pushed = (...batches: Batch[]): Message => ({type: 'events', batches});

/** `addressOf`: address of a peer; by default each peer has a different IPv4 address. */
export function createRoom({addressOf}: {addressOf?: (peer: PeerId) => string} = {}) {
	const clock: FakeClock = createFakeClock();
	const node: SyncNode = createSyncNode(1, clock);
	/** Opens a connection. If `feeds` are given, the peer lists them as its whole inventory. */
	function connect(peer: PeerId, ...feeds: HaveFeed[]): FakeLink & {say(...messages: Message[]): void} {
		const fake = createFakeLink(peer);
		if (addressOf) Object.assign(fake.link, {remoteAddress: addressOf(peer)});
		const say = (...messages: Message[]) => {
			for (const message of messages) node.sync.message(fake.link, message);
		};
		node.sync.up(fake.link);
		if (feeds.length > 0) {
			say(page(...feeds));
			fake.sent.splice(0, 1);
		}

		return Object.assign(fake, {say});
	}

	const answer = (link: ReturnType<typeof connect>, id: number, ...batches: Batch[]) =>
		link.say({type: 'events', batches, answer: id}, {type: 'events', batches: [], answer: id, done: true});
	return {clock, node, sync: node.sync, reports: node.reports, connect, answer};
}
