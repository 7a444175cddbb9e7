/** Whole nodes on the memory network, fed with mutated and well-formed talk by peers that passed the handshake. */
import {encodeMessage, type Message} from '../../../source/codec/message.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';
import {haveOf} from '../malicious-peer.js';
import {createHostileRoom, expectChat, isConnected, noticesOf} from '../room.js';
import type {FuzzLimits, FuzzResult} from './engine.js';
import {mutate} from './mutate.js';

const MESSAGES_A_CONNECTION = 40;
const CHAT_EVERY = 20;

/** Throws nothing: what breaks a promise is a fault, with the seed and the round that led to it. */
export async function fuzzSessions({seed, inputs: wanted, isOver}: FuzzLimits): Promise<FuzzResult> {
	const random = createSeededRandom(seed);
	const room = await createHostileRoom(seed);
	const faults: {hex: string; error: string}[] = [];
	let inputs = 0;
	let round = 0;

	async function talk(): Promise<void> {
		const mallory = await room.attack({name: `m${round}`});
		const batch = mallory.write([
			{type: 'joined', name: 'm', addresses: [], version: '1'},
			{type: 'posted', text: 'hi'},
		]);
		const {ann, bob} = room;
		const own = {peer: ann.info.peer, seq: random.between(0, 9), hash: random.bytes(8)};
		const messages: Message[] = [
			{type: 'have', kind: 'digest', digest: random.bytes(2048)},
			{type: 'have', kind: 'page', feeds: [haveOf(batch), own], last: random.chance(0.5)},
			{type: 'have', kind: 'delta', feeds: [own, {...own, peer: bob.info.peer}]},
			{type: 'want', id: random.between(0, 3), ranges: [{peer: ann.info.peer, from: random.between(1, 9)}]},
			{type: 'events', batches: [batch]},
			{type: 'events', batches: [batch], answer: random.between(0, 3), done: random.chance(0.5)},
			{type: 'peers', added: [{peer: bob.info.peer, addresses: [{host: '10.0.0.9', port: 9}]}], removed: []},
			{type: 'peers', added: [], removed: [bob.info.peer, ann.info.peer], all: true},
			{type: 'ping', id: 3},
			{type: 'pong', id: 1, clock: random.between(0, 2 ** 40), hlc: {ms: random.between(0, 2 ** 42), counter: 65_535}},
			{type: 'typing'},
		];
		const payloads = messages.map(encodeMessage);
		for (let count = 0; count < MESSAGES_A_CONNECTION && !mallory.isClosed; count++) {
			const payload = random.pick(payloads);
			const bytes = random.chance(0.8) ? payload : mutate(payload, random, payloads);
			if (bytes.length > 0) mallory.sendFrame(bytes);
			inputs++;
			if (random.chance(0.1)) await room.clock.advance(random.between(0, 400));
		}

		await room.clock.advance(30);
		mallory.connection.destroy();
	}

	try {
		while (inputs < wanted && !isOver?.()) {
			round++;
			await talk();
			if (!isConnected(room.ann, room.bob.info.peer)) throw new Error('an honest connection is gone');
			if (round % CHAT_EVERY === 0) await expectChat(room, `round ${round}`);
		}

		if (noticesOf(room.ann).length > 40 + (room.clock.monotonic() / 60_000) * 21) throw new Error('too many notices');
		await room.stop();
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		faults.push({hex: '', error: `seed ${seed}, round ${round}: ${text}`});
	}

	return {inputs, kept: 0, corpus: [], faults};
}
