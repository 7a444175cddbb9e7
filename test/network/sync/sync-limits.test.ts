/**
 * Tests of the budgets of sync: the messages of one peer must not use up the budgets of other peers (protocol.md,
 * Limits).
 */
import {describe, expect, it} from 'vitest';
import type {Message} from '../../../source/codec/message-types.js';
import type {PeerId} from '../../../source/core/event.js';
import {
	HAVE_INTERVAL_MS,
	LIVE_RESERVE,
	MAX_ANSWER_BYTES,
	MAX_BATCH_ENTRIES,
	MAX_HAVE_FEEDS,
	MAX_MISSING_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../../source/core/limits.js';
import {createMessageRateLimiter} from '../../../source/network/link/message-rate-limiter.js';
import {rankSources} from '../../../source/network/sync/plan-requests.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {batchOf} from './sync-node.js';
import {createRoom, delta, feed, page, pushed} from './sync-room.js';

const [SELF, BOB, CAROL, MALLORY] = [1, 2, 3, 4].map(fakePeerId) as [PeerId, PeerId, PeerId, PeerId];
const AUTHOR = fakePeerId(9);
const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;
const ingestedBy = (reports: readonly string[]) => reports.filter(line => line.startsWith('ingested'));

describe('the live rate of an author', () => {
	it('batches that follow a gap, sent by another peer in an answer, do not use up the rate limit for live events of their author', async () => {
		const {clock, node, connect, reports} = createRoom();
		node.hold(batchOf(BOB, 1));
		const bob = connect(BOB, feed(BOB, 1));
		const mallory = connect(MALLORY, feed(MALLORY, 1));
		for (let part = 0; part < 100; part++)
			mallory.say({
				type: 'events',
				batches: [
					batchOf(BOB, 1_000_000 + part * MAX_BATCH_ENTRIES, 1_000_000 + (part + 1) * MAX_BATCH_ENTRIES - 1, 8),
				],
				answer: 1,
			});
		await clock.advance(1);
		bob.say(pushed(batchOf(BOB, 2)));
		await clock.advance(1);
		expect([mallory.faults, ingestedBy(reports)]).toEqual([[], ['ingested 2:2-2 live']]);
	});

	it('verified live events that another peer passes on use up the rate limit for live events of their author', async () => {
		const {clock, node, connect, answer, reports} = createRoom();
		node.hold(batchOf(BOB, 1));
		const mallory = connect(MALLORY, feed(BOB, 1));
		mallory.say(delta(feed(BOB, 2001)));
		answer(mallory, 1, batchOf(BOB, 2, 2001, 10));
		await clock.advance(1);
		const bob = connect(BOB, feed(BOB, 2001));
		bob.say(pushed(batchOf(BOB, 2002)));
		expect(reports).toContain('limited live-events 2');
	});
});

describe('a claim that a feed is history', () => {
	it('events that their author pushes are live, although another peer listed them as history before', async () => {
		const {clock, connect, reports} = createRoom();
		connect(MALLORY, feed(BOB, 1_000_000));
		const bob = connect(BOB, feed(BOB, 0));
		bob.say(pushed(batchOf(BOB, 1)));
		await clock.advance(1);
		expect(ingestedBy(reports)).toEqual(['ingested 2:1-1 live']);
	});

	it('entries that a peer listed as history, but did not send, no longer count as history after its connection ends', async () => {
		const {clock, node, sync, connect, answer, reports} = createRoom();
		node.hold(batchOf(AUTHOR, 1));
		connect(MALLORY, feed(AUTHOR, 1_000_000));
		const carol = connect(CAROL, feed(AUTHOR, 1));
		sync.down(MALLORY);
		carol.say(delta(feed(AUTHOR, 2)));
		answer(carol, 2, batchOf(AUTHOR, 2));
		await clock.advance(1);
		expect(ingestedBy(reports)).toEqual(['ingested 9:2-2 live']);
	});

	it('entries that a peer listed as history no longer count as history when the peer does not send them on request', async () => {
		const {clock, node, connect, answer, reports} = createRoom();
		node.hold(batchOf(AUTHOR, 1));
		const mallory = connect(MALLORY, feed(AUTHOR, 1_000_000));
		const carol = connect(CAROL, feed(AUTHOR, 1));
		answer(mallory, 1);
		carol.say(delta(feed(AUTHOR, 2)));
		answer(carol, 2, batchOf(AUTHOR, 2));
		await clock.advance(1);
		expect(ingestedBy(reports)).toEqual(['ingested 9:2-2 live']);
	});

	it('an entry counts as live, not as history, if the first inventory of the peer did not list it', async () => {
		const {clock, node, connect, answer, reports} = createRoom();
		node.hold(batchOf(AUTHOR, 1));
		const mallory = connect(MALLORY, feed(AUTHOR, 1));
		mallory.say(page(feed(AUTHOR, 3)));
		answer(mallory, 1, batchOf(AUTHOR, 2));
		await clock.advance(1);
		expect(ingestedBy(reports)).toEqual(['ingested 9:2-2 live']);
	});
});

describe('claims that are not served', () => {
	const invented = (from: number, count: number) =>
		Array.from({length: count}, (_, index) => feed(fakePeerId(from + index), 5));

	it('feeds that some peers claim to hold, and never send, do not keep out a feed that another peer lists', async () => {
		const {clock, connect, reports} = createRoom();
		const liars = MAX_MISSING_FEEDS / MAX_NEW_FEEDS_PER_MINUTE + 1;
		for (let liar = 0; liar < liars; liar++) {
			const mallory = connect(fakePeerId(1000 + liar), feed(AUTHOR, 0));
			mallory.say(delta(...invented(100_000 * (liar + 1), MAX_NEW_FEEDS_PER_MINUTE)));
		}

		const bob = connect(BOB, feed(CAROL, 20));
		await clock.advance(2000);
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: CAROL, from: 1}]}]);
		expect(reports.filter(line => line.startsWith('limited'))).not.toContain('limited new-feeds 2');
	});

	it('the claims of a peer that sends nothing are dropped after a timeout, and the peer is asked for its inventory again at growing intervals', async () => {
		const {clock, connect, reports} = createRoom();
		const mallory = connect(MALLORY, ...invented(1000, 20));
		await clock.advance(WANT_TIMEOUT_MS + HAVE_INTERVAL_MS);
		expect(reports.at(-1)).toBe('progress 0 of 0');
		await clock.advance(1000);
		expect(mallory.read('have')).toMatchObject([{kind: 'digest'}]);
		mallory.say(page(...invented(1000, 20)));
		await clock.advance(WANT_TIMEOUT_MS + 1500);
		expect(mallory.read('have')).toEqual([]);
		await clock.advance(1000);
		expect(mallory.read('have')).toMatchObject([{kind: 'digest'}]);
	});

	it('a batch in an answer does not make a feed that no peer has listed count as missing', async () => {
		const {clock, connect, reports} = createRoom();
		const mallory = connect(MALLORY, feed(AUTHOR, 1));
		for (let index = 0; index < 50; index++)
			mallory.say({type: 'events', batches: [batchOf(fakePeerId(1000 + index), 7, 7, 8)], answer: 1});
		await clock.advance(HAVE_INTERVAL_MS);
		expect(reports.at(-1)).toBe('progress 0 of 1');
	});
});

describe('a range', () => {
	it('missing entries are requested from a peer that answers with one entry at a time only if no peer that answers completely holds them', () => {
		const {connect, answer} = createRoom();
		const mallory = connect(MALLORY, feed(AUTHOR, 100));
		const carol = connect(CAROL, feed(AUTHOR, 100));
		expect([mallory.read('want').length, carol.read('want').length]).toEqual([1, 0]);
		answer(mallory, 1, batchOf(AUTHOR, 1));
		expect([mallory.read('want').length, carol.read('want').length]).toEqual([0, 1]);
	});

	it('missing entries are requested from another address after one timeout, although 30 silent peers at one address claim to hold them too', async () => {
		const {clock, connect} = createRoom({addressOf: peer => (peer === BOB ? '10.0.0.2' : '10.0.0.66')});
		const silent = Array.from({length: 30}, (_, index) => connect(fakePeerId(1000 + index), feed(AUTHOR, 100)));
		const bob = connect(BOB, feed(AUTHOR, 100));
		await clock.advance(WANT_TIMEOUT_MS + 100);
		expect(bob.read('want')).toMatchObject([{ranges: [{peer: AUTHOR, from: 1}]}]);
		expect(silent.filter(link => link.read('want').length > 0)).toHaveLength(1);
	});

	it('missing entries are requested from the peer that has served requests before, although further peers connect, claim the entries and never answer', async () => {
		const {clock, connect, answer} = createRoom({addressOf: peer => (peer === BOB ? '10.0.0.2' : '10.0.0.66')});
		const bob = connect(BOB, feed(CAROL, 1));
		answer(bob, 1, batchOf(CAROL, 1));
		bob.read('want');
		let bobSeq = 0;
		for (let key = 0; key < 10; key++) {
			connect(fakePeerId(1000 + key), feed(AUTHOR, 1_000_000));
			bob.say(delta(feed(AUTHOR, bobSeq + 1)));
			await clock.advance(1400);
			const [want] = bob.read('want');
			expect(want).toMatchObject({ranges: [{peer: AUTHOR, from: bobSeq + 1}]});
			bobSeq += 1;
			answer(bob, want?.id ?? 0, batchOf(AUTHOR, bobSeq));
		}
	});

	it('the rank of a peer depends first on the failures of all peers at its address, and then on how well the peer itself answers', () => {
		const sync = (failures: number, delayMs = 0, hasServed = true) => ({failures, delayMs, hasServed});
		const ranks = rankSources(
			[
				{sync: sync(2), address: '10.0.0.2'},
				{sync: sync(0), address: '10.0.0.2'},
				{sync: sync(0, 1000), address: '10.0.0.3'},
				{sync: sync(0, 0, false), address: '10.0.0.3'},
				{sync: sync(0), address: '10.0.0.4'},
			],
			new Map([['10.0.0.4', 3]]),
		);
		expect(ranks).toEqual([2002, 2000, 3, 1, 3000]);
	});

	it('missing entries are requested from a peer that answers late only if no peer that answers fast holds them', async () => {
		const {clock, connect, answer} = createRoom();
		const mallory = connect(MALLORY, feed(AUTHOR, 300));
		const carol = connect(CAROL, feed(AUTHOR, 300));
		await clock.advance(6000);
		mallory.sent.splice(0);
		answer(mallory, 1, batchOf(AUTHOR, 1, 150, 7000));
		expect([mallory.read('want').length, carol.read('want').length]).toEqual([0, 1]);
	});
});

describe('own events', () => {
	it('own events are pushed with the events before them that the peer is not known to hold', () => {
		const {node, connect, sync} = createRoom();
		node.post(2);
		const bob = connect(BOB);
		bob.sent.splice(0);
		node.post();
		const [first] = bob.read('events');
		expect(first?.batches.flatMap(batch => batch.entries)).toHaveLength(3);
		expect(first?.batches[0]?.firstSeq).toBe(1);
		node.post();
		expect(bob.read('events')).toMatchObject([{batches: [{firstSeq: 4}]}]);
		sync.stop();
	});

	it('a push contains the earlier own events too, unless the peer holds them or they have more than MAX_REPEATED_PUSH_BYTES bytes', () => {
		const {node, connect} = createRoom();
		node.post(2);
		const bob = connect(BOB, feed(SELF, 2));
		node.post();
		expect(bob.read('events')).toMatchObject([{batches: [{firstSeq: 3}]}]);
		node.post(MAX_BATCH_ENTRIES);
		const carol = connect(CAROL);
		node.post();
		expect(carol.read('events')).toMatchObject([{batches: [{firstSeq: 4 + MAX_BATCH_ENTRIES}]}]);
	});
});

describe('the reserve of a full log for live events', () => {
	it('the reserve of a full log for live events cannot be used up by the pushes of one address', async () => {
		const {clock, node, connect} = createRoom();
		const eventsInReserve = 100;
		const count = () => Object.values(node.held()).reduce((sum, held) => sum + held, 0);
		node.usage = () => 1 + (count() / eventsInReserve) * LIVE_RESERVE;
		node.costOf = events => (events / eventsInReserve) * LIVE_RESERVE;
		const mallory = connect(MALLORY, feed(MALLORY, 0));
		for (let seq = 1; seq <= 200; seq++) mallory.say(pushed(batchOf(MALLORY, seq, seq, 8)));
		await clock.advance(10);
		expect(count()).toBeGreaterThanOrEqual(eventsInReserve / 2);
		expect(count()).toBeLessThanOrEqual(eventsInReserve / 2 + 1);
		const bob = connect(BOB, feed(BOB, 0));
		bob.say(pushed(batchOf(BOB, 1, 1, 8)));
		await clock.advance(10);
		expect(node.held()).toHaveProperty('2', 1);
	});
});

it('the reserve of a full log for live events cannot be used up from many addresses of one IPv6 prefix', async () => {
	const {clock, node, connect} = createRoom({addressOf: peer => `2001:db8::${Number.parseInt(peer, 16)}`});
	const eventsInReserve = 100;
	const count = () => Object.values(node.held()).reduce((sum, held) => sum + held, 0);
	node.usage = () => 1 + (count() / eventsInReserve) * LIVE_RESERVE;
	node.costOf = events => (events / eventsInReserve) * LIVE_RESERVE;
	for (let index = 0; index < 20; index++) {
		const peer = fakePeerId(100 + index);
		const mallory = connect(peer, feed(peer, 0));
		for (let seq = 1; seq <= 10; seq++) mallory.say(pushed(batchOf(peer, seq, seq, 8)));
		await clock.advance(10);
	}
	expect(count()).toBeGreaterThanOrEqual(eventsInReserve / 2);
	expect(count()).toBeLessThanOrEqual(eventsInReserve / 2 + 1);
});

describe('a node stays below the rates that its peers accept', () => {
	it('a node answers each digest exactly once and stays below the accepted rates if peers send as many digests as they are allowed to send', async () => {
		const {clock, node, connect} = createRoom();
		for (let index = 0; index < MAX_HAVE_FEEDS * 200; index++) node.hold(batchOf(fakePeerId(1000 + index), 1, 1, 8));
		const bob = connect(BOB, feed(AUTHOR, 0));
		const limiter = createMessageRateLimiter();
		let checked = 0;
		let last = 0;
		const violations: string[] = [];
		function check(messages: readonly Message[]) {
			for (const message of messages) {
				checked++;
				if (message.type === 'have' && message.kind === 'page' && message.last) last++;
				const violation = limiter.violation(message, clock.monotonic());
				if (violation) violations.push(violation);
			}
		}

		for (let second = 0; second < 8; second++) {
			bob.say({type: 'have', kind: 'digest', digest: new Uint8Array(2048)});
			check(bob.sent.splice(0));
			for (let at = 0; at < 1000; at += HAVE_INTERVAL_MS) {
				await clock.advance(HAVE_INTERVAL_MS);
				check(bob.sent.splice(0));
			}
		}

		for (let at = 0; at < 60_000; at += HAVE_INTERVAL_MS) {
			await clock.advance(HAVE_INTERVAL_MS);
			check(bob.sent.splice(0));
		}

		expect(violations).toEqual([]);
		expect(checked).toBeGreaterThan(1500);
		expect(last).toBe(8);
	});

	it('a node stays below the accepted rates if a peer answers every request immediately', async () => {
		const {clock, connect, answer} = createRoom();
		const bob = connect(BOB, feed(AUTHOR, 2000));
		const limiter = createMessageRateLimiter();
		const violations: string[] = [];
		let next = 1;
		for (let step = 0; step < 2000; step++) {
			for (const want of bob.read('want')) {
				const violation = limiter.violation(want, clock.monotonic());
				if (violation) violations.push(violation);
				answer(bob, want.id, batchOf(AUTHOR, next, next, 8));
				next++;
			}

			if (step % 20 === 0) await clock.advance(50);
		}

		expect([violations, next > 500]).toEqual([[], true]);
	});
});
