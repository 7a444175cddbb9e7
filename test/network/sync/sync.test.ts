import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {
	HAVE_CROWD_PEERS,
	HAVE_INTERVAL_MS,
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	MAX_NEW_FEEDS_PER_MINUTE,
	MAX_QUEUED_BYTES,
	PUSH_GRACE_MS,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../../source/core/limits.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {batchOf, createFakeLink} from './sync-node.js';
import {createRoom, delta, feed, page, pushed} from './sync-room.js';

const [SELF, BOB, CAROL, DAVE] = [1, 2, 3, 4].map(fakePeerId) as [PeerId, PeerId, PeerId, PeerId];
const AUTHOR = fakePeerId(9);
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;
const EMPTY_DIGEST = new Uint8Array(2048);

describe('a new connection', () => {
	it('a new connection starts with a digest of the inventory, and a digest that differs is answered with pages of which the last is marked', () => {
		const {node, connect} = createRoom();
		node.hold(batchOf(AUTHOR, 1, 3));
		const bob = connect(BOB);
		expect(bob.read('have')).toEqual([{type: 'have', kind: 'digest', digest: node.inventory.digest()}]);
		bob.say({type: 'have', kind: 'digest', digest: EMPTY_DIGEST});
		expect(bob.read('have')).toEqual([page(feed(AUTHOR, 3))]);
		bob.say({type: 'have', kind: 'digest', digest: node.inventory.digest()});
		expect(bob.read('have')).toEqual([page()]);
	});

	it('a new connection carries no request before the peer has listed its whole inventory', () => {
		const {connect} = createRoom();
		const bob = connect(BOB);
		bob.say({type: 'have', kind: 'page', feeds: [feed(AUTHOR, 3)], last: false});
		expect(bob.read('want')).toEqual([]);
		bob.say(page());
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 1}]}]);
	});

	it('a new connection is reported as synced once, with the number of received events, when all listed events have arrived', async () => {
		const {clock, connect, answer, reports} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 3));
		answer(bob, 1, batchOf(AUTHOR, 1, 2), batchOf(AUTHOR, 3));
		await clock.advance(1);
		bob.say(page(feed(AUTHOR, 3)));
		expect(reports.filter(line => line.startsWith('synced'))).toEqual(['synced with 2, 3 received']);
	});

	it('own events count as acknowledged when the peer sends an equal digest or lists the feed of this node, but never beyond the last own event', () => {
		const {node, connect, reports} = createRoom();
		node.post(4);
		const bob = connect(BOB);
		bob.say({type: 'have', kind: 'digest', digest: node.inventory.digest()});
		bob.say(page(feed(SELF, 99)));
		expect(reports.filter(line => line.startsWith('delivered'))).toEqual(['delivered 4 to 2', 'delivered 4 to 2']);
		expect(bob.read('want')).toEqual([]);
	});

	it('a new connection carries an acknowledgement to a peer that lists its own feed, because the digests may have crossed with the last push of that peer', async () => {
		const {clock, node, connect} = createRoom();
		node.hold(batchOf(BOB, 1, 2));
		const bob = connect(BOB, feed(BOB, 2));
		await clock.advance(HAVE_INTERVAL_MS);
		expect(bob.read('have')).toEqual([delta(feed(BOB, 2))]);
		await clock.advance(HAVE_INTERVAL_MS * 4);
		expect(bob.read('have')).toEqual([]);
	});

	it('inventories are compared again in both directions if the peer sends a second digest on a new connection, because its earlier messages may be lost', async () => {
		const {clock, node, connect} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		bob.say({type: 'have', kind: 'digest', digest: EMPTY_DIGEST});
		expect(bob.read('have')).toEqual([page()]);
		node.hold(batchOf(AUTHOR, 1));
		await clock.advance(1000);
		bob.sent.splice(0);
		bob.say({type: 'have', kind: 'digest', digest: EMPTY_DIGEST});
		expect(bob.read('have')).toMatchObject([{kind: 'digest'}, {kind: 'page', last: true}]);
		bob.say({type: 'have', kind: 'digest', digest: EMPTY_DIGEST});
		expect(bob.read('have')).toMatchObject([{kind: 'page'}]);
	});
});

describe('a missing range', () => {
	it('a missing range is requested from one of the peers that hold it', () => {
		const {connect} = createRoom();
		const links = [BOB, CAROL, DAVE].map(peer => connect(peer, feed(AUTHOR, 5)));
		expect(links.map(link => link.read('want').length)).toEqual([1, 0, 0]);
	});

	it('a missing range is requested again from the first seq that the answer did not contain', async () => {
		const {clock, connect, answer, node} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5));
		answer(bob, 1, batchOf(AUTHOR, 1, 2));
		expect(bob.read('want')).toMatchObject([{}, {ranges: [{peer: AUTHOR, from: 3}]}]);
		answer(bob, 2, batchOf(AUTHOR, 3, 5));
		await clock.advance(1000);
		expect([bob.read('want'), node.held()]).toEqual([[], {9: 5}]);
	});

	it('a missing range is requested from another peer after a timeout, and again from the late peers after they have listed it again', async () => {
		const {clock, connect} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5));
		const carol = connect(CAROL, feed(AUTHOR, 5));
		expect([bob.read('want').length, carol.read('want').length]).toEqual([1, 0]);
		await clock.advance(WANT_TIMEOUT_MS - 1);
		expect(carol.read('want')).toEqual([]);
		await clock.advance(1);
		expect(carol.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 1}]}]);
		await clock.advance(WANT_TIMEOUT_MS + 1000);
		expect([bob.read('want'), carol.read('want')]).toEqual([[], []]);
		bob.say(page(feed(AUTHOR, 5)));
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 1}]}]);
	});

	it('a missing range is requested from another peer immediately when the connection to the first peer is lost', () => {
		const {connect, sync} = createRoom();
		connect(BOB, feed(AUTHOR, 5));
		const carol = connect(CAROL, feed(AUTHOR, 5));
		expect(carol.read('want')).toEqual([]);
		sync.down(BOB);
		expect(carol.read('want')).toHaveLength(1);
	});

	it('a missing range is forgotten when no connected peer holds it', async () => {
		const {clock, connect, sync, reports} = createRoom();
		connect(BOB, feed(AUTHOR, 5));
		await clock.advance(HAVE_INTERVAL_MS);
		sync.down(BOB);
		await clock.advance(HAVE_INTERVAL_MS);
		expect(reports.filter(line => line.startsWith('progress'))).toEqual(['progress 0 of 5', 'progress 0 of 0']);
	});

	it('a missing range is not requested again from a peer that does not deliver it', async () => {
		const {clock, connect, answer} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5));
		const carol = connect(CAROL, feed(AUTHOR, 5));
		answer(bob, 1);
		expect([bob.read('want').length, carol.read('want').length]).toEqual([1, 1]);
		answer(carol, 2);
		await clock.advance(60_000);
		expect([...bob.read('want'), ...carol.read('want')]).toEqual([]);
	});

	it('a missing range is requested again from a peer whose answer reached its size limit before this range', () => {
		const {connect, answer} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5), feed(DAVE, 1));
		answer(bob, 1, batchOf(AUTHOR, 1, 2));
		expect(bob.read('want').at(-1)).toMatchObject({
			ranges: [
				{peer: AUTHOR, from: 3},
				{peer: DAVE, from: 1},
			],
		});
	});

	it('entries of a feed that the node does not accept at present are requested only when it accepts the feed again', () => {
		const {connect, node, sync} = createRoom();
		node.ignored.add(AUTHOR);
		const bob = connect(BOB, feed(AUTHOR, 5));
		expect(bob.read('want')).toEqual([]);
		node.ignored.clear();
		sync.refetch([AUTHOR]);
		expect(bob.read('want')).toHaveLength(1);
	});

	it('a missing range is requested after one second if its author is connected, because the author may push it', async () => {
		const {clock, connect} = createRoom();
		connect(CAROL, feed(CAROL, 0));
		const bob = connect(BOB, feed(AUTHOR, 0));
		bob.say(delta(feed(CAROL, 1)));
		await clock.advance(PUSH_GRACE_MS - 1);
		expect(bob.read('want')).toEqual([]);
		await clock.advance(HAVE_INTERVAL_MS);
		expect(bob.read('want')).toHaveLength(1);
	});

	it('a missing range consists of the last entry of a feed if a peer lists a different hash for this entry', () => {
		const {connect, node} = createRoom();
		node.hold(batchOf(AUTHOR, 1, 3));
		const bob = connect(BOB, feed(AUTHOR, 3, 1));
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 3}]}]);
		expect(connect(CAROL, feed(AUTHOR, 3)).read('want')).toEqual([]);
	});
});

describe('a received batch', () => {
	it('a received batch that follows a gap is dropped, and the gap is requested immediately', async () => {
		const {clock, connect, answer, node} = createRoom();
		node.hold(batchOf(BOB, 1));
		const bob = connect(BOB, feed(BOB, 1));
		bob.say(pushed(batchOf(BOB, 3)));
		await clock.advance(1);
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: BOB, from: 2}]}]);
		answer(bob, 1, batchOf(BOB, 2, 3));
		await clock.advance(1);
		expect(node.held()).toEqual({2: 3});
	});

	it('a received batch is history if a peer listed its events when the peer connected, and live otherwise', async () => {
		const {clock, connect, answer, reports} = createRoom();
		const bob = connect(BOB, feed(BOB, 2));
		answer(bob, 1, batchOf(BOB, 1, 2));
		bob.say(pushed(batchOf(BOB, 3)));
		await clock.advance(1);
		expect(reports.filter(line => line.startsWith('ingested'))).toEqual(['ingested 2:1-2', 'ingested 2:3-3 live']);
	});

	it('a received batch that was not requested is accepted only from its author, and any other sender is disconnected', async () => {
		const {clock, connect, node} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		bob.say(pushed(batchOf(BOB, 1)));
		expect(bob.faults).toEqual([]);
		bob.say(pushed(batchOf(AUTHOR, 1)));
		await clock.advance(1);
		expect([bob.faults, node.held()]).toEqual([['unasked'], {2: 1}]);
	});

	it('the connection closes if answers, even late ones, contain more than was requested', async () => {
		const {connect} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 1000));
		const big = batchOf(AUTHOR, 1, 1, MAX_BATCH_BYTES);
		for (let sent = 0; sent + MAX_BATCH_BYTES <= MAX_ANSWER_BYTES + MAX_BATCH_BYTES; sent += MAX_BATCH_BYTES)
			bob.say({type: 'events', batches: [big], answer: 1});
		expect(bob.faults).toEqual([]);
		bob.say({type: 'events', batches: [big], answer: 7});
		expect(bob.faults).toEqual(['unasked']);
	});

	it('a received batch of the own feed is ignored', async () => {
		const {clock, connect, node} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		bob.say(pushed(batchOf(SELF, 1)));
		await clock.advance(1);
		expect([bob.faults, node.held()]).toEqual([[], {}]);
	});

	it('a received batch above the rate limit of its author is dropped, reported once and requested later', async () => {
		const {clock, connect, node, reports} = createRoom();
		const bob = connect(BOB, feed(BOB, 0));
		let seq = 0;
		while (!reports.includes('limited live-events 2') && seq < 100_000) {
			bob.say(pushed(batchOf(BOB, seq + 1, seq + 500, 10)));
			seq += 500;
		}

		await clock.advance(1000);
		const ingested = node.held()[2] ?? 0;
		expect(ingested).toBeLessThan(seq);
		await clock.advance(10_000);
		expect(bob.read('want').at(-1)).toMatchObject({ranges: [{peer: BOB, from: ingested + 1}]});
	});

	it('a received batch is dropped and reported when the log is full', async () => {
		const {clock, connect, node, reports} = createRoom();
		const bob = connect(BOB, feed(BOB, 0));
		node.isFull = true;
		bob.say(pushed(batchOf(BOB, 1)));
		await clock.advance(1);
		expect([node.held(), reports.filter(line => line.startsWith('limited'))]).toEqual([{}, ['limited bytes 2']]);
	});

	it('a received batch that its author did not sign closes the connection to its sender', async () => {
		const {clock, connect, node} = createRoom();
		const [bob, carol] = [connect(BOB, feed(AUTHOR, 0)), connect(CAROL, feed(AUTHOR, 0))];
		node.rejections.set(BOB, {type: 'invalid', code: 'bad-signature'});
		bob.say(pushed(batchOf(BOB, 1)));
		await clock.advance(1);
		expect([bob.faults, carol.faults, node.held()]).toEqual([['bad-signature'], [], {}]);
	});

	it('a received batch that proves a fork is reported as a fork of its author, not as a fault of its sender', async () => {
		const {clock, connect, answer, node, reports} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 1));
		node.rejections.set(AUTHOR, {type: 'forked'});
		answer(bob, 1, batchOf(AUTHOR, 1));
		await clock.advance(1);
		expect([bob.faults, reports.filter(line => line.startsWith('forked'))]).toEqual([[], ['forked 9']]);
	});

	it('a received batch is ingested before a connection closes, if few batches wait', () => {
		const {connect, node, sync} = createRoom();
		const bob = connect(BOB, feed(BOB, 0));
		bob.say(pushed(batchOf(BOB, 1)));
		expect(node.held()).toEqual({});
		sync.flushSmall();
		expect(node.held()).toEqual({2: 1});
		bob.say(pushed(batchOf(BOB, 2, 2, MAX_BATCH_BYTES)));
		sync.flushSmall();
		expect(node.held()).toEqual({2: 1});
		sync.drain();
		expect(node.held()).toEqual({2: 2});
	});
});

describe('own events', () => {
	it('own events are pushed to all peers immediately', () => {
		const {connect, node} = createRoom();
		const links = [BOB, CAROL].map(peer => connect(peer, feed(AUTHOR, 0)));
		node.post();
		for (const link of links) expect(link.read('events')).toMatchObject([{batches: [{peer: SELF, firstSeq: 1}]}]);
	});

	it('own events are not pushed to a peer that reads slowly; after the peer has read, it gets their last seq in a `have` message', () => {
		const {connect, node, sync} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		const carol = connect(CAROL, feed(AUTHOR, 0));
		bob.queuedBytes = MAX_QUEUED_BYTES + 1;
		node.post();
		bob.queuedBytes = 0;
		node.post();
		expect([bob.read('events').length, carol.read('events').length]).toEqual([0, 2]);
		sync.drained(bob.link);
		expect(bob.read('have')).toEqual([delta(feed(SELF, 2))]);
		node.post();
		expect(bob.read('events')).toHaveLength(1);
	});
});

describe('new events of other authors', () => {
	it('every 250 ms a node sends a `have` message with the new entries of other authors: to peers that may lack them, and to the author as an acknowledgement', async () => {
		const {clock, connect} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		const carol = connect(CAROL, feed(BOB, 0));
		const dave = connect(DAVE, feed(BOB, 1));
		for (const link of [bob, carol, dave]) link.read('have');
		bob.say(pushed(batchOf(BOB, 1)));
		await clock.advance(1);
		expect(bob.sent).toEqual([]);
		await clock.advance(HAVE_INTERVAL_MS);
		expect([bob, carol, dave].map(link => link.read('have'))).toEqual([
			[delta(feed(BOB, 1))],
			[delta(feed(BOB, 1))],
			[],
		]);
		await clock.advance(HAVE_INTERVAL_MS * 4);
		expect([bob, carol, dave].map(link => link.read('have'))).toEqual([[], [], []]);
	});

	it('new events of other authors are listed less often in a large room, but acknowledged to their author without extra delay', async () => {
		const {clock, connect, node} = createRoom();
		const peers = Array.from({length: HAVE_CROWD_PEERS * 3}, (_, index) => fakePeerId(100 + index));
		const links = peers.map(peer => connect(peer, feed(AUTHOR, 0)));
		await clock.advance(HAVE_INTERVAL_MS * 3);
		for (const link of links) link.sent.splice(0);
		node.hold(batchOf(peers[0] as PeerId, 1));
		await clock.advance(HAVE_INTERVAL_MS);
		expect(links.map(link => link.sent.length)).toEqual(links.map((_, index) => (index === 0 ? 1 : 0)));
		await clock.advance(HAVE_INTERVAL_MS * 2);
		expect(links.every(link => link.sent.length === 1)).toBe(true);
	});

	it('a node offers new events of other authors to its peers only after it has written them to its log', async () => {
		const {clock, connect, node} = createRoom();
		const bob = connect(BOB, feed(BOB, 0));
		node.isStuck = true;
		bob.say(pushed(batchOf(BOB, 1)));
		await clock.advance(HAVE_INTERVAL_MS * 4);
		expect([node.held(), bob.read('have')]).toEqual([{2: 1}, []]);
	});
});

describe('a peer that lists more new feeds than the limit', () => {
	it('a peer that lists more new feeds than the limit is reported, its feeds beyond the limit are ignored, and inventories are compared again after a minute', async () => {
		const {clock, connect, reports} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 0));
		const many = (from: number, count: number) =>
			delta(...Array.from({length: count}, (_, index) => feed(fakePeerId(from + index), 1)));
		bob.say(many(1000, MAX_NEW_FEEDS_PER_MINUTE), many(10_000, 20), many(20_000, 20));
		await clock.advance(HAVE_INTERVAL_MS);
		expect(reports.filter(line => line.startsWith('limited'))).toEqual(['limited new-feeds 2']);
		expect(reports.at(-1)).toBe(`progress 0 of ${MAX_NEW_FEEDS_PER_MINUTE}`);
		bob.sent.splice(0);
		await clock.advance(61_000);
		expect(bob.read('have')).toMatchObject([{kind: 'digest'}]);
	});
});

describe('a second connection to the same peer', () => {
	it('a second connection to the same peer starts sync again with a digest at once when the first one closes, even if a digest was sent just before', () => {
		const {connect, sync} = createRoom();
		const first = connect(BOB, feed(AUTHOR, 0));
		const second = createFakeLink(BOB);
		sync.replaced(second.link);
		expect(second.read('have')).toMatchObject([{kind: 'digest'}]);
		sync.replaced(second.link, first.link);
		expect(second.read('have')).toMatchObject([{kind: 'digest'}]);
		sync.message(second.link, page(feed(AUTHOR, 5)));
		expect(second.read('want')).toEqual([]);
		sync.message(second.link, page(feed(AUTHOR, 5)));
		expect(second.read('want')).toHaveLength(1);
	});

	it('a second connection to the same peer starts with a digest, and the unanswered requests are repeated on it', () => {
		const {node, connect, sync} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5));
		expect(bob.read('want')).toHaveLength(1);
		const newer = createFakeLink(BOB);
		sync.replaced(newer.link);
		expect(newer.read('have')).toEqual([{type: 'have', kind: 'digest', digest: node.inventory.digest()}]);
		sync.message(newer.link, page(feed(AUTHOR, 5)));
		expect(newer.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 1}]}]);
		node.post();
		expect([bob.read('events').length, newer.read('events').length]).toEqual([0, 1]);
	});

	it('a second connection to the same peer does not stop an answer on the first connection, because the peer may not know of the second connection yet', async () => {
		const {clock, node, connect, sync} = createRoom();
		node.hold(batchOf(AUTHOR, 1, 20, 10_000));
		const bob = connect(BOB, feed(AUTHOR, 0));
		bob.say({type: 'want', id: 5, ranges: [{peer: AUTHOR, from: 1}]});
		const newer = createFakeLink(BOB);
		sync.replaced(newer.link);
		await clock.advance(100);
		const events = bob.read('events');
		expect(events.at(-1)).toEqual({type: 'events', batches: [], answer: 5, done: true});
		expect(events.flatMap(({batches}) => batches.flatMap(({entries}) => entries))).toHaveLength(20);
		expect(newer.read('events')).toEqual([]);
	});

	it('when one of several connections to a peer closes, only the answer that was being sent on this connection stops', async () => {
		const {clock, node, connect, sync} = createRoom();
		node.hold(batchOf(AUTHOR, 1, 20, 10_000));
		const first = connect(BOB, feed(AUTHOR, 0));
		const [second, third] = [createFakeLink(BOB), createFakeLink(BOB)];
		first.say({type: 'want', id: 5, ranges: [{peer: AUTHOR, from: 1}]});
		sync.replaced(second.link);
		sync.message(second.link, {type: 'want', id: 6, ranges: [{peer: AUTHOR, from: 1}]});
		sync.replaced(third.link);
		sync.replaced(third.link, first.link);
		await clock.advance(100);
		const ends = [first, second, third].map(({read}) =>
			read('events')
				.map(({done}) => done)
				.at(-1),
		);
		expect(ends).toEqual([undefined, true, undefined]);
	});

	it('answers to requests on the first connection, which may be in transit, are accepted after a second connection to the same peer has opened', async () => {
		const {clock, connect, sync, node} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 5));
		sync.replaced(createFakeLink(BOB).link);
		bob.say({type: 'events', batches: [batchOf(AUTHOR, 1, 5)], answer: 1});
		await clock.advance(1);
		expect([bob.faults, node.held()]).toEqual([[], {9: 5}]);
	});
});

it('sync has no timer and handles no message or batch after it is stopped', async () => {
	const {clock, connect, sync, node} = createRoom();
	node.hold(batchOf(AUTHOR, 1, 20, 10_000));
	const bob = connect(BOB, feed(DAVE, 5));
	bob.say({type: 'want', id: 1, ranges: [{peer: AUTHOR, from: 1}]}, pushed(batchOf(BOB, 1)));
	sync.stop();
	bob.sent.splice(0);
	await clock.advance(10_000);
	expect([clock.pending, bob.sent, node.held()]).toEqual([0, [], {9: 20}]);
});
