/** A member sends unverified batches and false claims about what others wrote (protocol.md, Threat model). */
import {expect, it} from 'vitest';
import type {Batch} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_HAVE_FEEDS,
	MAX_MISSING_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
	SEND_HIGH_WATER_BYTES,
} from '../../source/core/limits.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {answerWant, createTinyFeed, haveOf, type MaliciousPeer, openHistory} from '../hostile/malicious-peer.js';
import {type AttackRoom, createAttackRoom} from './attack-room.js';
import {peerOf} from './node.js';

const HISTORY = 20;
const FAR_AHEAD = 1_000_000;

/** Batch of a feed with `count` invented entries and an invalid signature. */
function inventedBatch(peer: PeerId, firstSeq: number, count: number): Batch {
	const entries = Array.from({length: count}, () => Uint8Array.of(0x90));
	return {peer, firstSeq, previousHash: new Uint8Array(32), entries, signature: new Uint8Array(64)};
}

function pong(peer: MaliciousPeer, room: AttackRoom, id: number): void {
	const now = room.world.clock.now();
	peer.send({type: 'pong', id, clock: now, hlc: {ms: now, counter: 0}});
}

/** Lists `pages` pages of invented feeds, each with five events. `from`: number of the first feed. */
function listInvented(liar: MaliciousPeer, from: number, pages: number): void {
	liar.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	for (let page = 0; page < pages; page++) {
		const feeds = Array.from({length: MAX_HAVE_FEEDS}, (_, index) => {
			return {peer: fakePeerId(from + page * MAX_HAVE_FEEDS + index), seq: 5, hash: new Uint8Array(8)};
		});
		liar.send({type: 'have', kind: 'page', feeds, last: page === pages - 1});
	}
}

const isLive = (room: AttackRoom, index: number, author: PeerId): boolean[] =>
	room
		.life(index)
		.disk.records.flatMap(record => (record.type === 'batch' && record.batch.peer === author ? [record.live] : []));

it('events of an author are accepted although a liar passes on unverified batches in the name of the author', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(1, 2);
	for (const node of room.world.nodes) node.launch();
	await room.world.clock.advance(3000);
	const ann = peerOf(room.life(0));
	room.life(0).chatNode.post('before');
	let answered = 0;
	const liar = await room.connect(room.addHost(0), 1, {
		onMessage(message, self) {
			if (message.type === 'ping') pong(self, room, message.id);
			if (message.type !== 'want') return;
			answered += 1;
			for (let part = 0; part < 400; part++)
				self.send({
					type: 'events',
					answer: message.id,
					batches: [inventedBatch(ann, FAR_AHEAD + part * 128, 128)],
				});
		},
	});
	openHistory(liar, [liar.write([{type: 'posted', text: 'bait'}])]);
	await room.world.clock.advance(2000);
	expect(answered).toBeGreaterThan(0);
	room.life(0).chatNode.post('can you hear me');
	expect(await room.timeUntil(() => room.texts(1).includes('can you hear me'), 10_000)).toBeLessThan(1000);
	await room.world.stopAll();
});

it('an event that a liar announced as history before its author wrote it counts as live when the author writes it', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(2, 2);
	for (const node of room.world.nodes) node.launch();
	await room.world.clock.advance(3000);
	const ann = peerOf(room.life(0));
	const liar = await room.connect(room.addHost(0), 1);
	liar.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	liar.send({
		type: 'have',
		kind: 'page',
		feeds: [{peer: ann, seq: FAR_AHEAD, hash: new Uint8Array(8)}],
		last: true,
	});
	await room.world.clock.advance(200);
	const before = isLive(room, 1, ann).length;
	room.life(0).chatNode.post('said now');
	await room.world.clock.advance(1000);
	expect(isLive(room, 1, ann).slice(before)).toEqual([true]);
	await room.world.stopAll();
});

it('feeds that liars list but never send do not prevent a newcomer from receiving the history of others', {
	timeout: 120_000,
}, async () => {
	const room = await createAttackRoom(3, 3);
	const [ann, bob, newcomer] = room.world.nodes;
	for (const node of [ann, bob]) node!.launch();
	await room.world.clock.advance(3000);
	for (let index = 0; index < HISTORY; index++) room.life(0).chatNode.post(`history ${index}`);
	await room.world.clock.advance(2000);
	ann!.host.crash('power');
	ann!.life = undefined;
	// The newcomer is connected to the liars before it is connected to Bob.
	room.world.network.cut('host 1', 'host 2');
	newcomer!.launch();
	await room.world.clock.advance(1000);
	const host = room.addHost(0);
	const pages = 16;
	for (let liar = 0; liar < Math.ceil(MAX_MISSING_FEEDS / (pages * MAX_HAVE_FEEDS)) + 1; liar++) {
		const peer = await room.connect(host, 2, {
			onMessage(message, self) {
				if (message.type === 'ping') pong(self, room, message.id);
			},
		});
		listInvented(peer, 1000 + liar * pages * MAX_HAVE_FEEDS, pages);
		await room.world.clock.advance(300);
	}
	await room.world.clock.advance(2000);
	room.world.network.heal('host 1', 'host 2');
	const all = () => room.texts(2).filter(text => text.startsWith('history')).length === HISTORY;
	expect(await room.timeUntil(all, 120_000)).toBeLessThan(5000);
	// The lying peers stay connected. Because they answered no request in time, the newcomer no longer expects the events
	// that they claimed.
	const isDone = () => room.life(2).chatNode.store.getState().ephemeral.sync.expected === 0;
	expect(await room.timeUntil(isDone, 180_000)).toBeLessThan(120_000);
	await room.world.stopAll();
});

it('a liar that answers with one entry at a time does not prevent a newcomer from receiving the history', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(4, 2);
	const [bob, newcomer] = room.world.nodes;
	bob!.launch();
	await room.world.clock.advance(1000);
	const host = room.addHost(0);
	const author = await room.connect(host, 0);
	openHistory(author);
	const batches = Array.from({length: 200}, (_, index) => author.write([{type: 'posted', text: `history ${index}`}]));
	for (const batch of batches) {
		author.send({type: 'events', batches: [batch]});
		await room.world.clock.advance(50);
	}
	expect(room.texts(0).filter(text => text.startsWith('history'))).toHaveLength(200);
	room.world.network.cut('host 0', 'host 1');
	newcomer!.launch();
	await room.world.clock.advance(1000);
	const bytewise = await room.connect(host, 1, {
		onMessage(message, self) {
			if (message.type === 'ping') pong(self, room, message.id);
			if (message.type !== 'want') return;
			const from = message.ranges.find(({peer}) => peer === author.peer)?.from;
			const batch = batches[(from ?? 1) - 1];
			host.clock.after(3000, () => answerWant(self, message, new Map(batch ? [[author.peer, batch]] : [])));
		},
	});
	openHistory(bytewise, []);
	bytewise.send({type: 'have', kind: 'delta', feeds: [haveOf(batches.at(-1)!)]});
	await room.world.clock.advance(8000);
	room.world.network.heal('host 0', 'host 1');
	const all = () => room.texts(1).filter(text => text.startsWith('history')).length === 200;
	expect(await room.timeUntil(all, 120_000)).toBeLessThan(60_000);
	await room.world.stopAll();
});

it('a node expects no more than MAX_NEW_FEEDS_PER_MINUTE feeds from one connection, and asks for the list again after a minute', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(7, 1);
	room.world.nodes[0]!.launch();
	await room.world.clock.advance(1000);
	let digests = 0;
	const liar = await room.connect(room.addHost(0), 0, {
		onMessage(message, self) {
			if (message.type === 'ping') pong(self, room, message.id);
			if (message.type === 'have' && message.kind === 'digest') digests += 1;
		},
	});
	listInvented(liar, 1000, MAX_NEW_FEEDS_PER_MINUTE / MAX_HAVE_FEEDS + 8);
	await room.world.clock.advance(1000);
	const {expected} = room.life(0).chatNode.store.getState().ephemeral.sync;
	expect(expected).toBe(5 * MAX_NEW_FEEDS_PER_MINUTE);
	expect(digests).toBe(1);
	expect(await room.timeUntil(() => digests > 1, 120_000)).toBeLessThan(120_000);
	expect(liar.isClosed).toBe(false);
	await room.world.stopAll();
});

it('a member that asks for the list of thousands of feeds each second, and reads nothing, does not fill the queue of its connection', {
	timeout: 60_000,
}, async () => {
	const room = await createAttackRoom(8, 1);
	room.world.nodes[0]!.launch();
	await room.world.clock.advance(1000);
	const feeds = Array.from({length: 12 * MAX_HAVE_FEEDS}, (_, index) =>
		createTinyFeed(room.keys, room.world.clock.now(), `feed ${index}`),
	);
	const held = new Map(feeds.map(batch => [batch.peer, batch]));
	const giver = await room.connect(room.addHost(0), 0, {
		onMessage(message, self) {
			if (message.type === 'ping') pong(self, room, message.id);
			if (message.type === 'want') answerWant(self, message, held);
		},
	});
	giver.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
	for (let from = 0; from < feeds.length; from += MAX_HAVE_FEEDS) {
		const part = feeds.slice(from, from + MAX_HAVE_FEEDS).map(haveOf);
		giver.send({type: 'have', kind: 'page', feeds: part, last: from + MAX_HAVE_FEEDS >= feeds.length});
	}

	expect(await room.timeUntil(() => room.texts(0).length === feeds.length, 30_000)).toBeLessThan(30_000);
	const deaf = await room.connect(room.addHost(1), 0);
	deaf.connection.pause();
	for (let second = 0; second < 40; second++) {
		deaf.send({type: 'have', kind: 'digest', digest: new Uint8Array(256 * 8)});
		deaf.send({type: 'ping', id: second + 1});
		await room.world.clock.advance(1000);
	}

	expect(deaf.isClosed).toBe(false);
	expect(room.life(0).traffic.queuedBytes).toBeGreaterThan(SEND_HIGH_WATER_BYTES / 2);
	expect(room.life(0).traffic.queuedBytes).toBeLessThan(SEND_HIGH_WATER_BYTES + 48 * 1024);
	await room.world.stopAll();
});
