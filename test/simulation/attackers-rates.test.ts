/**
 * Members that send as much as they can, with many keys (protocol.md, Limits). The work of the honest nodes takes time in
 * this room, so that a flood costs them something.
 */
import {expect, it} from 'vitest';
import type {EntryBody} from '../../source/codec/entry.js';
import {encodeFrame} from '../../source/codec/frame.js';
import {pack} from '../../source/codec/msgpack.js';
import {type Batch, lastSeq} from '../../source/core/batch.js';
import {LIVE_AUTHORS_AT_FULL_PACE, LIVE_FREE_SHARE, MAX_LIVE_EVENTS_PER_SECOND} from '../../source/core/limits.js';
import {type BrimRoom, type ChatResult, createBrimRoom} from '../hostile/brim-room.js';
import type {MaliciousPeer} from '../hostile/malicious-peer.js';

const BATCHES_PER_ANSWER = 10;

/** Delays of the messages in a room without attackers. */
async function quietChat(): Promise<ChatResult> {
	const room = await createBrimRoom();
	const result = await room.chat();
	await room.stop();
	return result;
}

const medianOf = ({delays}: ChatResult) => delays[delays.length / 2] ?? Number.NaN;

interface Author extends MaliciousPeer {
	push(batch: Batch): void;
}

/** Connects a member that pushes its events, and serves the ones that the node dropped. */
async function connectAuthor(room: BrimRoom, host: number): Promise<Author> {
	const batches: Batch[] = [];
	const peer = await room.connect(room.attackerHost(host), {
		onMessage(message, self) {
			if (message.type !== 'want') return;
			const from = message.ranges[0]?.from ?? 1;
			for (const batch of batches.filter(one => lastSeq(one) >= from).slice(0, BATCHES_PER_ANSWER))
				self.send({type: 'events', batches: [batch], answer: message.id});
			self.send({type: 'events', batches: [], answer: message.id, done: true});
		},
	});
	return Object.assign(peer, {
		push(batch: Batch) {
			batches.push(batch);
			peer.send({type: 'events', batches: [batch]});
		},
	});
}

it('many keys that each post as fast as they may together get the rate of a few authors and their free allowances, and people are heard', {
	timeout: 120_000,
}, async () => {
	const room = await createBrimRoom();
	const liars: Author[] = [];
	for (let index = 0; index < 3 * LIVE_AUTHORS_AT_FULL_PACE; index++) liars.push(await connectAuthor(room, index));
	const authors = new Set(liars.map(({peer}) => peer));
	const posts = (): number =>
		room.ann.chatNode.store
			.getState()
			.timeline.pages.flat()
			.filter(row => row.type === 'posted' && authors.has(row.peer)).length;
	const bodies = Array.from({length: MAX_LIVE_EVENTS_PER_SECOND / 10}, (): EntryBody => ({type: 'posted', text: 'x'}));
	let ticks = 0;
	let half = 0;
	const result = await room.chat(() => {
		// The allowed bursts are used up in the first half of the attack, so the test counts the posts of the second half
		// only.
		if (++ticks === 50) half = posts();
		for (const liar of liars) liar.push(liar.write(bodies));
	});
	const perSecond = (posts() - half) / 5;
	await room.stop();
	expect(perSecond).toBeGreaterThan(MAX_LIVE_EVENTS_PER_SECOND);
	const free = liars.length * LIVE_FREE_SHARE;
	expect(perSecond).toBeLessThan((LIVE_AUTHORS_AT_FULL_PACE + free) * MAX_LIVE_EVENTS_PER_SECOND);
	expect(result.broken).toBe(0);
	expect(result.p99).toBeLessThanOrEqual(2 * (await quietChat()).p99);
});

it('messages of people are shown without delay while many keys send more than a node can read', {
	timeout: 120_000,
}, async () => {
	const room = await createBrimRoom();
	const nonsense = encodeFrame(pack({type: 'nonsense', more: ''.padEnd(400, 'x')}));
	const liars: MaliciousPeer[] = [];
	for (let index = 0; index < 40; index++) liars.push(await room.connect(room.attackerHost(index), {isDeaf: true}));
	const flood = Buffer.concat(Array.from({length: 200}, () => nonsense));
	let ticks = 0;
	const result = await room.chat(() => {
		ticks += 1;
		for (const liar of liars) {
			liar.sendRaw(flood);
			if (ticks % 30 === 0) liar.send({type: 'ping', id: ticks});
		}
	});
	await room.stop();
	expect(result.broken).toBe(0);
	const quiet = await quietChat();
	expect(result.p99).toBeLessThanOrEqual(2 * quiet.p99);
	// A node handles the messages of peers who send little first. Without this rule, the median delay is 90 % longer.
	expect(medianOf(result)).toBeLessThan(1.4 * medianOf(quiet));
});
