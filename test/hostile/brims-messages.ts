/** Attacks that fill the limits of one connection: messages, requests, queues (protocol.md, Shares). */

import {encodeFrame} from '../../source/codec/frame.js';
import type {Message} from '../../source/codec/message-types.js';
import {pack} from '../../source/codec/msgpack.js';
import {
	MAX_ALIVE_NAMED_PER_SECOND,
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	MAX_DIGESTS_PER_SECOND,
	MAX_FILE_ASKS_PER_SECOND,
	MAX_FILE_INFOS_PER_SECOND,
	MAX_FRAME_BYTES,
	MAX_HAVES_PER_SECOND,
	MAX_MESSAGES_PER_SECOND,
	MAX_OPEN_WANTS,
	MAX_PEERS_NAMED_PER_SECOND,
	MAX_PINGS_PER_SECOND,
	MAX_TYPING_PER_SECOND,
	MAX_WANT_RANGES,
	MAX_WANTS_PER_SECOND,
	MAX_WHISPERS_PER_SECOND,
	MESSAGE_BURST_SECONDS,
	SEND_HIGH_WATER_BYTES,
} from '../../source/core/limits.js';
import type {FileId} from '../../source/core/shared-file.js';
import type {BrimRoom} from './brim-room.js';
import {type Attack, type Brim, type Fill, inventedPeer, type LimitName} from './brims.js';

const fileOf = (index: number) => index.toString(16).padStart(64, 'f') as FileId;

interface Kind {
	readonly limit: LimitName;
	readonly perSecond: number;
	/** Number of tokens of the rate limiter that one message uses up. */
	readonly weight: number;
	make(index: number): Message;
}

const KINDS: readonly Kind[] = [
	{limit: 'MAX_TYPING_PER_SECOND', perSecond: MAX_TYPING_PER_SECOND, weight: 1, make: () => ({type: 'typing'})},
	{limit: 'MAX_PINGS_PER_SECOND', perSecond: MAX_PINGS_PER_SECOND, weight: 1, make: id => ({type: 'ping', id})},
	{
		limit: 'MAX_HAVES_PER_SECOND',
		perSecond: MAX_HAVES_PER_SECOND,
		weight: 1,
		make: index => ({
			type: 'have',
			kind: 'delta',
			feeds: [{peer: inventedPeer(index % 64), seq: 9 + index, hash: new Uint8Array(8)}],
		}),
	},
	{
		limit: 'MAX_DIGESTS_PER_SECOND',
		perSecond: MAX_DIGESTS_PER_SECOND,
		weight: 1,
		make: index => ({type: 'have', kind: 'digest', digest: new Uint8Array(2048).fill(index)}),
	},
	{
		limit: 'MAX_PEERS_NAMED_PER_SECOND',
		perSecond: MAX_PEERS_NAMED_PER_SECOND,
		weight: 4,
		make: index => ({
			type: 'peers',
			added: [0, 1, 2, 3].map(at => ({peer: inventedPeer(1000 + index * 4 + at), addresses: []})),
			removed: [],
		}),
	},
	{
		limit: 'MAX_ALIVE_NAMED_PER_SECOND',
		perSecond: MAX_ALIVE_NAMED_PER_SECOND,
		weight: 16,
		make: index => ({
			type: 'alive',
			peers: Array.from({length: 16}, (_, at) => ({peer: inventedPeer(2000 + index * 16 + at), ageMs: 0})),
		}),
	},
	{
		limit: 'MAX_WHISPERS_PER_SECOND',
		perSecond: MAX_WHISPERS_PER_SECOND,
		weight: 1,
		make: index => ({type: 'whisper', id: index + 1, text: `whisper ${index} ${'x'.repeat(1000)}`}),
	},
	{
		limit: 'MAX_WHISPERS_PER_SECOND',
		perSecond: MAX_WHISPERS_PER_SECOND,
		weight: 1,
		make: id => ({type: 'whisper-ack', id}),
	},
	{
		limit: 'MAX_FILE_ASKS_PER_SECOND',
		perSecond: MAX_FILE_ASKS_PER_SECOND,
		weight: 1,
		make: index => ({type: 'file-ask', id: index, file: fileOf(index), leaves: true}),
	},
	{
		limit: 'MAX_FILE_INFOS_PER_SECOND',
		perSecond: MAX_FILE_INFOS_PER_SECOND,
		weight: 1,
		make: id => ({type: 'file-info', id, have: true}),
	},
];

/** Sends as many messages of a kind as its rate allows: a burst, then the rate. After the chat it sends another burst. */
async function floodKind(room: BrimRoom, kind: Kind): Promise<Attack> {
	const peer = await room.connect(room.attackerHost(1));
	/** The burst leaves some tokens for the messages with which a connection opens, and for the answers to pings. */
	const burst = kind.perSecond * (MESSAGE_BURST_SECONDS - 0.5) - 4;
	const start = room.clock.monotonic();
	let sent = 0;
	const send = (upTo: number) => {
		for (; (sent + 1) * kind.weight <= upTo; sent++) peer.send(kind.make(sent));
	};
	return {
		repeat: () => send(burst + (kind.perSecond * (room.clock.monotonic() - start) * 0.97) / 1000),
		async fills() {
			const wasClosed = peer.isClosed;
			const allowed = sent * kind.weight;
			send(allowed + 4 * burst + 40);
			await room.clock.advanceUntil(() => peer.isClosed, 20_000);
			const seconds = (room.clock.monotonic() - start) / 1000;
			return [
				{
					what: `${kind.limit}, ${kind.make(0).type}: within the limit`,
					value: wasClosed ? Number.NaN : allowed,
					atLeast: burst * 0.9,
					atMost: kind.perSecond * (MESSAGE_BURST_SECONDS + seconds),
				},
				{
					what: `${kind.limit}, ${kind.make(0).type}: disconnected with "flood" above the limit`,
					value: Number(peer.errorCode === 'flood'),
					atLeast: 1,
					atMost: 1,
				},
			];
		},
	};
}

export const messageBrims: readonly Brim[] = [
	{
		title: 'messages of each kind, on one connection for each kind',
		limits: ['MESSAGE_BURST_SECONDS', ...new Set(KINDS.map(({limit}) => limit))],
		async attack(room) {
			const attacks: Attack[] = [];
			for (const kind of KINDS) attacks.push(await floodKind(room, kind));
			return {
				repeat() {
					for (const attack of attacks) attack.repeat?.();
				},
				async fills() {
					const all: Fill[] = [];
					for (const attack of attacks) all.push(...(await attack.fills()));
					return all;
				},
			};
		},
	},
	{
		title: 'requests for history',
		limits: ['MAX_WANTS_PER_SECOND', 'MAX_WANT_RANGES'],
		async attack(room) {
			let open = 0;
			let sent = 0;
			let budget = MAX_WANTS_PER_SECOND * (MESSAGE_BURST_SECONDS - 0.5);
			const peer = await room.connect(room.attackerHost(1), {
				onMessage(message) {
					if (message.type !== 'events' || message.answer === undefined || !message.done) return;
					open -= 1;
					send();
				},
			});
			const send = () => {
				while (open < MAX_OPEN_WANTS && sent < budget && !peer.isClosed) {
					sent += 1;
					open += 1;
					const length = sent % 16 === 0 ? MAX_WANT_RANGES : 1;
					const ranges = Array.from({length}, (_, index) => ({
						peer: room.nodes[index % 3]?.peer ?? inventedPeer(0),
						from: 1 + index,
					}));
					peer.send({type: 'want', id: sent, ranges});
				}
			};
			return {
				repeat() {
					budget += MAX_WANTS_PER_SECOND / 10 - 0.2;
					send();
				},
				fills: () => [
					{
						what: 'wants',
						value: peer.isClosed ? Number.NaN : sent,
						atLeast: MAX_WANTS_PER_SECOND * MESSAGE_BURST_SECONDS,
						atMost: MAX_WANTS_PER_SECOND * (MESSAGE_BURST_SECONDS + 13),
					},
				],
			};
		},
	},
	{
		title: 'open requests of a peer that does not read',
		limits: ['MAX_OPEN_WANTS', 'SEND_HIGH_WATER_BYTES', 'MAX_ANSWER_BYTES'],
		async attack(room) {
			const peer = await room.connect(room.attackerHost(1));
			for (let index = 0; index < 40; index++) room.ann.chatNode.post(`before ${index} ${'x'.repeat(16_000)}`);
			await room.clock.advance(8000);
			peer.connection.pause();
			for (let id = 1; id <= MAX_OPEN_WANTS; id++)
				peer.send({type: 'want', id, ranges: [{peer: room.ann.peer, from: 1}]});
			return {
				fills: () => [
					{
						what: 'queued bytes',
						value: peer.isClosed ? Number.NaN : room.ann.mostQueued(),
						atLeast: SEND_HIGH_WATER_BYTES,
						atMost: SEND_HIGH_WATER_BYTES + MAX_ANSWER_BYTES + MAX_BATCH_BYTES,
					},
				],
			};
		},
	},
	{
		title: 'frames of the greatest size, more than a node reads in a second',
		limits: ['MAX_FRAME_BYTES', 'MAX_MESSAGES_PER_SECOND'],
		async attack(room) {
			let pongs = 0;
			const small = await room.connect(room.attackerHost(1), {
				onMessage(message) {
					if (message.type === 'pong' && message.id >= 1000) pongs += 1;
				},
			});
			const large = await room.connect(room.attackerHost(2));
			const nonsense = encodeFrame(pack({type: 'nonsense', more: ''.padEnd(400, 'x')}));
			const huge = pack({type: 'nonsense', more: ''.padEnd(MAX_FRAME_BYTES - 40, 'x')});
			let sent = 0;
			return {
				repeat() {
					small.sendRaw(Buffer.concat(Array.from({length: 400}, () => nonsense)));
					sent += 400;
					// One ping for every MAX_MESSAGES_PER_SECOND messages, which is what Ann reads in one second.
					if (sent % MAX_MESSAGES_PER_SECOND === 0) small.send({type: 'ping', id: 1000 + sent});
					if (sent % 1200 === 0) large.sendFrame(huge);
				},
				fills: () => [
					{what: 'seconds of messages read in 10 s', value: pongs, atLeast: 8, atMost: 12},
					{what: 'pauses of reading', value: room.ann.pauses(), atLeast: 10, atMost: Number.POSITIVE_INFINITY},
				],
			};
		},
	},
];
