/**
 * Fuzzer for nodes on the memory network with a fake clock. Several peers that passed the handshake send mutated and
 * well-formed messages at the same time. They also split frames, stop reading, connect twice with one key and disconnect.
 */
import {encodeFrame} from '../../../source/codec/frame.js';
import {encodeMessage} from '../../../source/codec/message.js';
import type {Message} from '../../../source/codec/message-types.js';
import type {Batch} from '../../../source/core/batch.js';
import {createPeerKey, type PeerKey} from '../../../source/feed/signing-keys.js';
import {createSeededRandom, type SeededRandom} from '../../helpers/seeded-random.js';
import {haveOf, type MaliciousPeer} from '../malicious-peer.js';
import {createHostileRoom, expectChat, type HostileRoom, isConnected, noticesOf, textsOf} from '../room.js';
import type {FuzzLimits, FuzzResult} from './engine.js';
import {mutate} from './mutate.js';

/**
 * Number of rounds in one room. A new room then replaces it, because the growing roster and history slow down the test.
 */
const ROUNDS_PER_ROOM = 25;
const STEPS_PER_ROUND = 600;
const CHAT_EVERY = 5;
const MAX_EVENTS = 20_000;
/** Number of keys. Keys are reused, because creating one costs more than everything else. A ban ends with its room. */
const KEYS = 200;

interface Actor {
	readonly peer: MaliciousPeer;
	readonly payloads: readonly Uint8Array[];
	/** Fraction of the messages that are mutated. */
	readonly mutationRate: number;
}

function createMessages({ann, bob}: HostileRoom, batch: Batch, random: SeededRandom): Message[] {
	const own = {peer: ann.info.peer, seq: random.between(0, 9), hash: random.bytes(8)};
	const hlc = {ms: random.between(0, 2 ** 42), counter: 65_535};
	return [
		{type: 'have', kind: 'digest', digest: random.bytes(2048)},
		{type: 'have', kind: 'page', feeds: [haveOf(batch), own], last: random.chance(0.5)},
		{type: 'have', kind: 'delta', feeds: [own, {...own, peer: bob.info.peer}]},
		{type: 'want', id: random.between(0, 3), ranges: [{peer: ann.info.peer, from: random.between(1, 9)}]},
		{type: 'events', batches: [batch]},
		{type: 'events', batches: [batch], answer: random.between(0, 30), done: random.chance(0.5)},
		{type: 'events', batches: [], answer: random.between(0, 30), done: true},
		{type: 'peers', added: [{peer: bob.info.peer, addresses: [{host: '10.0.0.9', port: 9}]}], removed: []},
		{type: 'peers', added: [], removed: [bob.info.peer, ann.info.peer], all: true},
		{type: 'ping', id: 3},
		{type: 'pong', id: 1, clock: random.between(0, 2 ** 40), hlc},
		{type: 'alive', peers: [{peer: bob.info.peer, ageMs: random.pick([0, 5000, 2 ** 40])}]},
		{type: 'typing'},
	];
}

async function connectActor(room: HostileRoom, key: PeerKey, random: SeededRandom, round: number): Promise<Actor> {
	const peer = await room.attack({name: `m${round}`, key});
	const hlc = () => ({ms: room.clock.now() + random.pick([0, 0, -1e6, 1e6, 1e9, 1e12]), counter: random.between(0, 9)});
	const bodies = Array.from({length: random.between(1, 4)}, () => ({type: 'posted' as const, text: 'hi'}));
	const batch = peer.write([{type: 'joined', name: 'm', addresses: [], version: '1'}, ...bodies], hlc);
	return {
		peer,
		payloads: createMessages(room, batch, random).map(encodeMessage),
		mutationRate: random.pick([0, 0.002, 0.01, 0.05, 0.3]),
	};
}

/** Performs one random action of a peer. Returns true if it sent bytes. */
function act({peer, payloads, mutationRate}: Actor, random: SeededRandom): boolean {
	const kind = random.between(0, 400);
	if (kind === 0) peer.connection.pause();
	else if (kind === 1) peer.connection.resume();
	else if (kind === 2) peer.connection.destroy();
	else {
		const payload = random.pick(payloads);
		const bytes = random.chance(mutationRate) ? mutate(payload, random, payloads) : payload;
		if (bytes.length === 0) return false;
		const frame = encodeFrame(bytes);
		if (kind > 40) peer.sendRaw(frame);
		else {
			const cut = random.between(0, frame.length);
			peer.sendRaw(frame.subarray(0, cut));
			peer.sendRaw(frame.subarray(cut));
		}
		return true;
	}

	return false;
}

/** Runs the fuzzer. Never throws: the result contains a failure with its seed and round. */
export async function fuzzPeerLinks({seed, inputs: maxInputs, isOver}: FuzzLimits): Promise<FuzzResult> {
	const random = createSeededRandom(seed);
	const keys = Array.from({length: KEYS}, () => createPeerKey(random.bytes(32)));
	const faults: {hex: string; error: string}[] = [];
	let inputs = 0;
	let round = 0;

	async function runRound(room: HostileRoom): Promise<void> {
		const key = random.pick(keys);
		const actors: Actor[] = [];
		for (let count = random.between(1, 4); count > 0; count--)
			actors.push(await connectActor(room, random.chance(0.3) ? key : random.pick(keys), random, round));
		for (let step = 0; step < STEPS_PER_ROUND && inputs < maxInputs; step++) {
			const actor = random.pick(actors);
			if (!actor.peer.isClosed && act(actor, random)) inputs++;
			if (random.chance(0.02)) await room.clock.advance(random.between(0, 400));
			if (actors.every(({peer}) => peer.isClosed)) break;
		}

		await room.clock.advance(30);
		for (const {peer} of actors) peer.connection.destroy();
		if (!isConnected(room.ann, room.bob.info.peer)) throw new Error('an honest connection was lost');
		if (round % CHAT_EVERY === 0) await expectChat(room, `round ${round}`);
	}

	async function runRoom(): Promise<void> {
		const room = await createHostileRoom(seed + round);
		for (let rounds = 0; rounds < ROUNDS_PER_ROOM && inputs < maxInputs && !isOver?.(); rounds++) {
			round++;
			await runRound(room);
		}

		await room.clock.advance(2000);
		await expectChat(room, 'at the end');
		const {ann, bob} = room;
		if (textsOf(ann).length > MAX_EVENTS) throw new Error('more events were accepted than the limit');
		if (textsOf(ann).join() !== textsOf(bob).join()) throw new Error('Ann and Bob have different events');
		if (noticesOf(ann).length > 40 + (room.clock.monotonic() / 60_000) * 21) throw new Error('too many notices');
		await room.stop();
	}

	try {
		while (inputs < maxInputs && !isOver?.()) await runRoom();
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		faults.push({hex: '', error: `seed ${seed}, round ${round}: ${text}`});
	}

	return {inputs, kept: 0, corpus: [], faults};
}
