/** Memory for the inventories of many connections: each of many peers can list each of many feeds. */
import {expect, it} from 'vitest';
import {
	HAVE_INTERVAL_MS,
	MAX_HAVE_FEEDS,
	MAX_LISTED_FEEDS,
	MAX_QUEUED_BYTES,
	SEND_HIGH_WATER_BYTES,
} from '../../../source/core/limits.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {batchOf} from './sync-node.js';
import {createRoom, delta, feed, page} from './sync-room.js';

const [BOB, AUTHOR] = [fakePeerId(2), fakePeerId(9)];
const EMPTY_DIGEST = {type: 'have', kind: 'digest', digest: new Uint8Array(2048)} as const;
const feedsFrom = (from: number, count: number) =>
	Array.from({length: count}, (_, index) => feed(fakePeerId(from + index), 1));

it('if a peer lists more feeds than the share of one connection, a node remembers only as many as the share, and compares inventories again after a minute', async () => {
	const {clock, connect, reports} = createRoom();
	const connections = 256;
	const share = MAX_LISTED_FEEDS / connections;
	for (let index = 1; index < connections; index++) connect(fakePeerId(1000 + index));
	const bob = connect(BOB, feed(AUTHOR, 0));
	bob.say(delta(...feedsFrom(10_000, share + 20)));
	await clock.advance(HAVE_INTERVAL_MS);
	expect(reports.filter(line => line.startsWith('limited'))).toEqual(['limited new-feeds 2']);
	expect(reports.at(-1)).toBe(`progress 0 of ${share}`);
	bob.sent.splice(0);
	await clock.advance(61_000);
	expect(bob.read('have')).toMatchObject([{kind: 'digest'}]);
});

it('feeds of which the node holds as much as the peer use no place in the share of the connection', async () => {
	const {clock, node, connect, answer, reports} = createRoom();
	const connections = 2048;
	for (let index = 1; index < connections; index++) connect(fakePeerId(1000 + index));
	const bob = connect(BOB, feed(AUTHOR, 0));
	for (let round = 0; round < 4; round++) {
		const from = 10_000 + round * MAX_HAVE_FEEDS;
		bob.say(delta(...feedsFrom(from, MAX_HAVE_FEEDS)));
		for (const {id, ranges} of bob.read('want')) answer(bob, id, ...ranges.map(({peer}) => batchOf(peer, 1)));
		await clock.advance(400 * HAVE_INTERVAL_MS);
		// The peer lists the feeds that did not fit into the share again, as it does after a second digest.
		bob.say(page(...feedsFrom(from, MAX_HAVE_FEEDS)));
	}

	expect(Object.keys(node.held())).toHaveLength(4 * MAX_HAVE_FEEDS);
	expect(reports.filter(line => line.startsWith('limited'))).toEqual([]);
});

it('the pages of an inventory wait while the queue of the connection is full', async () => {
	const {clock, node, connect} = createRoom();
	for (let index = 0; index < 3 * MAX_HAVE_FEEDS; index++) node.hold(batchOf(fakePeerId(1000 + index), 1, 1, 8));
	const bob = connect(BOB, feed(AUTHOR, 0));
	bob.queuedBytes = SEND_HIGH_WATER_BYTES + 1;
	bob.say(EMPTY_DIGEST, EMPTY_DIGEST);
	await clock.advance(10 * HAVE_INTERVAL_MS);
	expect(bob.read('have').filter(have => have.kind === 'page')).toEqual([]);
	bob.queuedBytes = 0;
	await clock.advance(10 * HAVE_INTERVAL_MS);
	const pages = bob.read('have').filter(have => have.kind === 'page');
	expect(pages.map(({feeds, last}) => [feeds.length, last])).toEqual([
		[MAX_HAVE_FEEDS, false],
		[MAX_HAVE_FEEDS, false],
		[MAX_HAVE_FEEDS, true],
		[MAX_HAVE_FEEDS, false],
		[MAX_HAVE_FEEDS, false],
		[MAX_HAVE_FEEDS, true],
	]);
});

it('if more feeds change than the share of a connection whose peer does not read, both ends compare their inventories again', async () => {
	const {clock, node, connect} = createRoom();
	const connections = 2048;
	for (let index = 1; index < connections; index++) connect(fakePeerId(100_000 + index));
	const bob = connect(BOB, feed(AUTHOR, 0));
	await clock.advance(2000);
	bob.sent.splice(0);
	bob.queuedBytes = 2 * MAX_QUEUED_BYTES;
	for (let index = 0; index < MAX_HAVE_FEEDS; index++) node.hold(batchOf(fakePeerId(1000 + index), 1, 1, 8));
	await clock.advance(2000);
	expect(bob.read('have')).toEqual([]);
	node.hold(batchOf(fakePeerId(1000 + MAX_HAVE_FEEDS), 1, 1, 8));
	await clock.advance(2000);
	expect(bob.read('have')).toMatchObject([{kind: 'digest'}]);
});
