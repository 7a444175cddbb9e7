import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Message, WantMessage} from '../../source/codec/message-types.js';
import {pack} from '../../source/codec/msgpack.js';
import type {Batch} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_HAVE_FEEDS,
	MAX_HLC_AHEAD_MS,
	MAX_MISSING_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
} from '../../source/core/limits.js';
import {listPeers} from '../../source/core/roster.js';
import {createOwnFeed} from '../../source/feed/own-feed.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {answerWant, createTinyFeed, haveOf, openHistory} from './malicious-peer.js';
import {createHostileRoom, expectChat, type HostileRoom, isConnected, noticeCodes, rowsOf, textsOf} from './room.js';

let room: HostileRoom;

beforeEach(async () => {
	room = await createHostileRoom();
});

afterEach(() => room.stop());

const rosterSize = () => listPeers(room.ann.chatNode.store.getState().roster).length;
const wants: WantMessage[] = [];
const recordWants = (message: Message) => void (message.type === 'want' && wants.push(message));

beforeEach(() => {
	wants.length = 0;
});

/** Peer ids without a feed, distributed over the inventory buckets. */
const fakePeer = (index: number) =>
	`${(index % 256).toString(16).padStart(2, '0')}${index.toString(16).padStart(62, '0')}` as PeerId;

describe('a peer that sends invalid history', () => {
	it('a peer that announces feeds without end is asked for at most 4096 of them per minute, with a notice', async () => {
		const mallory = await room.attack({onMessage: recordWants});
		mallory.send({type: 'have', kind: 'digest', digest: new Uint8Array(2048)});
		const page = (from: number) =>
			Array.from({length: MAX_HAVE_FEEDS}, (_, at) => ({
				peer: fakePeer(from + at),
				seq: 1_000_000,
				hash: new Uint8Array(8),
			}));
		for (let index = 0; index < 480; index++)
			mallory.send({type: 'have', kind: 'page', feeds: page(index * MAX_HAVE_FEEDS), last: index === 479});
		await room.clock.advance(5000);
		const asked = new Set(wants.flatMap(({ranges}) => ranges.map(({peer}) => peer)));
		expect(asked.size).toBeGreaterThan(0);
		expect(asked.size).toBeLessThanOrEqual(MAX_NEW_FEEDS_PER_MINUTE);
		expect(noticeCodes(room.ann)).toEqual(['limit-new-feeds']);
		expect(rosterSize()).toBeLessThan(10);
		await expectChat(room, 'chat continues');
	});

	it('a peer that announces unknown feeds with many keys fills the list of missing ranges only up to its limit, with a notice', async () => {
		const before = MAX_MISSING_FEEDS / MAX_NEW_FEEDS_PER_MINUTE;
		for (let key = 0; key <= before; key++) {
			expect(noticeCodes(room.ann)).toEqual([]);
			const mallory = await room.attack({name: `m${key}`});
			for (let from = 0; from < MAX_NEW_FEEDS_PER_MINUTE; from += MAX_HAVE_FEEDS) {
				const feeds = Array.from({length: MAX_HAVE_FEEDS}, (_, at) => ({
					peer: fakePeer(key * MAX_NEW_FEEDS_PER_MINUTE + from + at),
					seq: 9,
					hash: new Uint8Array(8),
				}));
				mallory.send({type: 'have', kind: 'page', feeds, last: false});
			}

			await room.clock.advance(100);
		}

		expect(noticeCodes(room.ann)).toEqual(['limit-new-feeds']);
		await expectChat(room, 'chat continues');
	});

	it('a peer that sends tiny feeds without end adds only as many as MAX_NEW_FEEDS_PER_MINUTE allows', async () => {
		const held = new Map<PeerId, Batch>();
		for (let index = 0; index < 300; index++) {
			const batch = createTinyFeed(room.keys, room.clock.now(), `tiny ${index}`);
			held.set(batch.peer, batch);
		}

		const mallory = await room.attack({
			onMessage: (message, peer) => message.type === 'want' && answerWant(peer, message, held),
		});
		mallory.send({type: 'have', kind: 'digest', digest: new Uint8Array(2048)});
		const fakes = Array.from({length: MAX_NEW_FEEDS_PER_MINUTE - 100}, (_, at) => ({
			peer: fakePeer(at),
			seq: 1,
			hash: new Uint8Array(8),
		}));
		for (let from = 0; from < fakes.length; from += MAX_HAVE_FEEDS)
			mallory.send({type: 'have', kind: 'page', feeds: fakes.slice(from, from + MAX_HAVE_FEEDS), last: false});
		const feeds = [...held.values()].map(haveOf);
		mallory.send({type: 'have', kind: 'page', feeds: feeds.slice(0, 150), last: false});
		mallory.send({type: 'have', kind: 'page', feeds: feeds.slice(150), last: true});
		await room.until('feeds up to the limit are added', () => textsOf(room.ann).length === 100, 30_000);
		await room.clock.advance(2000);
		expect(textsOf(room.ann)).toHaveLength(100);
		expect(noticeCodes(room.ann)).toEqual(['limit-new-feeds']);
		await expectChat(room, 'chat continues');
	});

	it('a peer that sends events of other authors without a request is disconnected', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		mallory.send({type: 'events', batches: [createTinyFeed(room.keys, room.clock.now(), 'not mine')]});
		await room.until('the connection is closed', () => noticeCodes(room.ann).includes('unasked'));
		expect(mallory.errorCode).toBe('unasked');
		expect(textsOf(room.ann)).not.toContain('not mine');
		await expectChat(room, 'chat continues');
	});

	it('a peer that answers a request with more events than requested is disconnected', async () => {
		const own = new Map<PeerId, Batch>();
		const big = 'x'.repeat(16_000);
		const mallory = await room.attack({
			onMessage(message, peer) {
				const batch = [...own.values()][0];
				if (message.type !== 'want' || !batch) return;
				for (let index = 0; index < 30; index++) peer.send({type: 'events', batches: [batch], answer: message.id});
			},
		});
		const batch = mallory.write(Array.from({length: 15}, () => ({type: 'posted' as const, text: big})));
		own.set(mallory.peer, batch);
		openHistory(mallory, [batch]);
		await room.until('the connection is closed', () => noticeCodes(room.ann).includes('unasked'));
		expect(mallory.errorCode).toBe('unasked');
		await expectChat(room, 'chat continues');
	});

	it('a peer that sends a feed with a gap is asked for the missing entries only a few times, and adds no event', async () => {
		const feed = createOwnFeed({key: createPeerKey(), roomTag: room.keys.tag});
		const write = (text: string) =>
			feed.append([{body: {type: 'posted', text}, at: 1, hlc: {ms: room.clock.now(), counter: feed.tip().seq}}]);
		write('one');
		const two = write('two');
		const mallory = await room.attack({
			onMessage(message, peer) {
				recordWants(message);
				if (message.type !== 'want') return;
				peer.send({type: 'events', batches: [two], answer: message.id});
				peer.send({type: 'events', batches: [], answer: message.id, done: true});
			},
		});
		openHistory(mallory, [two]);
		await room.clock.advance(30_000);
		expect(wants.length).toBeGreaterThan(0);
		expect(wants.length).toBeLessThan(20);
		expect(textsOf(room.ann)).toEqual([]);
		await expectChat(room, 'chat continues');
	});

	it('a peer that announces events that it never sends is asked for them only a few times', async () => {
		const mallory = await room.attack({
			onMessage(message, peer) {
				recordWants(message);
				if (message.type === 'want') peer.send({type: 'events', batches: [], answer: message.id, done: true});
			},
		});
		openHistory(mallory);
		mallory.send({type: 'have', kind: 'delta', feeds: [{peer: mallory.peer, seq: 500, hash: new Uint8Array(8)}]});
		await room.clock.advance(30_000);
		expect(wants.length).toBeLessThan(20);
		await expectChat(room, 'chat continues');
	});

	it('a peer that forks its own feed stays connected, but no node accepts more entries of that feed', async () => {
		const key = createPeerKey();
		const mallory = await room.attack({key});
		openHistory(mallory);
		mallory.send({type: 'events', batches: [mallory.write([{type: 'posted', text: 'to one side'}])]});
		await room.until('both have the event', () =>
			[room.ann, room.bob].every(node => textsOf(node).includes('to one side')),
		);
		const other = createOwnFeed({key, roomTag: room.keys.tag});
		const fork = other.append([
			{body: {type: 'posted', text: 'to the other'}, at: 1, hlc: {ms: room.clock.now(), counter: 7}},
		]);
		mallory.send({type: 'events', batches: [fork]});
		await room.until('a notice', () => noticeCodes(room.ann).includes('forked'));
		mallory.send({type: 'events', batches: [mallory.write([{type: 'posted', text: 'and on'}])]});
		await room.clock.advance(2000);
		expect(textsOf(room.ann)).toEqual(['to one side']);
		expect(isConnected(room.ann, mallory.peer)).toBe(true);
		await expectChat(room, 'chat continues');
	});

	it('a peer that sends events with an invalid signature is disconnected', async () => {
		const mallory = await room.attack();
		openHistory(mallory);
		const batch = mallory.write([{type: 'posted', text: 'true'}]);
		mallory.send({type: 'events', batches: [{...batch, signature: new Uint8Array(64)}]});
		await room.until('the connection is closed', () => noticeCodes(room.ann).includes('bad-signature'));
		expect(mallory.errorCode).toBe('bad-signature');
		expect(textsOf(room.ann)).toEqual([]);
		await expectChat(room, 'chat continues');
	});

	it('a peer cannot hide or block messages of others by events dated far in the future or past', async () => {
		const now = room.clock.now();
		const mallory = await room.attack();
		openHistory(mallory);
		const at = (ms: number, text: string) => mallory.write([{type: 'posted', text}], () => ({ms, counter: 65_535}));
		mallory.send({type: 'events', batches: [at(1, 'past')]});
		mallory.send({type: 'events', batches: [at(now + MAX_HLC_AHEAD_MS, 'tomorrow')]});
		mallory.send({type: 'events', batches: [at(now + 100 * MAX_HLC_AHEAD_MS, 'next year')]});
		mallory.send({type: 'pong', id: 1, clock: now, hlc: {ms: now + MAX_HLC_AHEAD_MS, counter: 65_535}});
		await room.until('a notice', () => noticeCodes(room.ann).includes('clock-ahead'));
		await expectChat(room, 'today');
		await room.clock.advance(5000);
		await expectChat(room, 'today still');
		expect(textsOf(room.ann)).not.toContain('next year');
		expect(textsOf(room.ann)[0]).toBe('past');
		expect(textsOf(room.ann)).toContain('tomorrow');
		expect(noticeCodes(room.ann)).toEqual(['clock-ahead']);
		expect(rowsOf(room.ann).every(({ms}) => ms <= now + MAX_HLC_AHEAD_MS + 60_000)).toBe(true);
	});

	it('a peer that moves the HLC of a node ahead to the limit does not make other nodes hide the messages of that node', async () => {
		const now = room.clock.now();
		const mallory = await room.attack();
		// Bob's clock is 3 s behind Ann's, so an HLC at Ann's limit is above Bob's limit.
		room.bob.host.clock.setSkew(-3000);
		for (let round = 0; round < 10; round++) {
			mallory.send({type: 'pong', id: 1, clock: now, hlc: {ms: room.clock.now() + MAX_HLC_AHEAD_MS, counter: 65_535}});
			await room.clock.advance(20);
		}

		await expectChat(room, 'today');
	});
});

describe('a peer that sends invalid messages', () => {
	const cases: readonly (readonly [string, Uint8Array, string])[] = [
		['1 MiB of nested arrays', new Uint8Array(1024 * 1024).fill(0x91), 'too-deep'],
		[
			'a vector of 5000 feeds',
			pack({type: 'have', kind: 'delta', feeds: Array.from({length: 5000}, () => 0)}),
			'bad-field',
		],
		['a map that claims four billion pairs', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff), 'truncated'],
		[
			'a list of peers above the limit',
			pack({type: 'peers', added: Array.from({length: 513}, () => []), removed: []}),
			'bad-field',
		],
		[
			'a list of 40,000 numbers',
			pack({type: 'nonsense', more: Array.from({length: 40_000}, () => 1)}),
			'too-many-values',
		],
		['random bytes', Uint8Array.from({length: 500}, (_, at) => (at * 197 + 31) % 256), 'bad-field'],
	];

	it.each(cases)(
		'a peer that sends invalid messages is disconnected after %s, with an error code that the screen explains',
		async (_, payload, code) => {
			const mallory = await room.attack();
			mallory.sendFrame(payload);
			await room.until('a notice', () => noticeCodes(room.ann).length > 0);
			expect([code, 'trailing-bytes']).toContain(mallory.errorCode);
			expect(noticeCodes(room.ann)).toEqual([mallory.errorCode]);
			await expectChat(room, 'chat continues');
		},
	);

	it('a peer that sends invalid messages is disconnected as soon as an invalid length follows valid messages', async () => {
		const mallory = await room.attack();
		const ping = pack({type: 'ping', id: 77});
		const bytes = Buffer.concat([Buffer.from([0, 0, 0, ping.length]), ping, Buffer.from([0xff, 0xff, 0xff, 0xff])]);
		mallory.sendRaw(bytes);
		await room.until('a notice', () => noticeCodes(room.ann).length > 0, 1000);
		expect(mallory.errorCode).toBe('bad-frame');
		expect(mallory.received.get('pong')).toBe(1);
	});
});
