/** Fuzz target for a peer link with a controlled clock and a proof that is always valid. It splits the stream at random. */

import {encodeMessageFrame} from '../../../source/codec/message.js';
import type {HelloMessage, Message} from '../../../source/codec/message-types.js';
import type {PeerId} from '../../../source/core/event.js';
import {SEND_HIGH_WATER_BYTES} from '../../../source/core/limits.js';
import {openPeerLink} from '../../../source/network/link/peer-link.js';
import type {ConnectionHandlers} from '../../../source/network/transport/transport.js';
import type {SeededRandom} from '../../helpers/seeded-random.js';
import type {FuzzTarget} from './targets.js';

const self = '11'.repeat(32) as PeerId;
const other = '22'.repeat(32) as PeerId;
const hello: HelloMessage = {
	type: 'hello',
	versions: [1, 1],
	peer: other,
	name: 'Eve',
	port: 4000,
	features: ['typing', 'alive'],
	program: '1.0.0',
	clock: 1,
	hlc: {ms: 1, counter: 0},
	signature: new Uint8Array(64),
	mac: new Uint8Array(32),
};
const batch = {
	peer: other,
	firstSeq: 1,
	previousHash: new Uint8Array(32),
	entries: [Uint8Array.of(0xc0)],
	signature: new Uint8Array(64),
};
const messages: readonly Message[] = [
	{type: 'have', kind: 'digest', digest: new Uint8Array(2048)},
	{type: 'have', kind: 'page', feeds: [{peer: other, seq: 3, hash: new Uint8Array(8)}], last: true},
	{type: 'want', id: 1, ranges: [{peer: other, from: 1}]},
	{type: 'events', batches: [batch], answer: 1, done: true},
	{type: 'peers', added: [{peer: other, addresses: [{host: '10.0.0.1', port: 1}]}], removed: [self], all: true},
	{type: 'ping', id: 4},
	{type: 'pong', id: 1, clock: 5, hlc: {ms: 5, counter: 5}},
	{type: 'alive', peers: [{peer: other, ageMs: 4000}]},
	{type: 'typing'},
	{type: 'error', code: 'odd', text: 'text'},
	{type: 'bye', reason: 'leaving'},
];

function run(bytes: Uint8Array, random: SeededRandom): string {
	let handlers: ConnectionHandlers | undefined;
	let closed = 0;
	let verified = false;
	let messagesAfterClose = 0;
	let now = 0;
	const end = () => {
		const ending = handlers;
		handlers = undefined;
		ending?.closed(undefined);
	};
	const seen: string[] = [];
	openPeerLink(
		{
			dialled: false,
			remoteAddress: '10.0.0.9',
			remotePort: 1,
			localAddress: '10.0.0.1',
			keyingMaterial: new Uint8Array(32),
			queuedBytes: 0,
			highWaterBytes: SEND_HIGH_WATER_BYTES,
			handle(connectionHandlers) {
				handlers = connectionHandlers;
			},
			send: () => true,
			pause() {},
			resume() {},
			close: end,
			destroy: end,
		},
		{
			self,
			ownHello: () => ({...hello, peer: self}),
			proof: {prove: () => ({signature: new Uint8Array(64), mac: new Uint8Array(32)}), verify: () => true},
			clock: {now: () => now, monotonic: () => now, after: () => ({cancel() {}})},
			debug: () => {},
		},
		{
			verified() {
				verified = true;
			},
			message(_, {type}) {
				if (!verified) throw new Error('a message was accepted before the hello');
				if (closed > 0) messagesAfterClose++;
				if (seen.length < 3 && seen.at(-1) !== type) seen.push(type);
			},
			metricsChanged() {},
			drained() {},
			closed(_, {code, by}) {
				closed++;
				seen.push(`${by} ${code}`);
			},
		},
	);
	for (let at = 0; at < bytes.length; ) {
		const length = random.between(1, Math.max(1, bytes.length));
		handlers?.data(bytes.slice(at, at + length));
		at += length;
		now += 10;
	}

	end();
	if (closed !== 1) throw new Error(`closed ${closed} times`);
	// When a `bye` or `error` closes the link, the link first reports the close and then delivers that message. So one
	// message may come after the close.
	if (messagesAfterClose > 1) throw new Error('messages were accepted after the link had closed');
	return seen.join();
}

export const linkTarget: FuzzTarget = {
	seeds: [
		encodeMessageFrame(hello),
		...messages.map(message => Buffer.concat([encodeMessageFrame(hello), encodeMessageFrame(message)])),
		Buffer.concat([encodeMessageFrame(hello), ...messages.slice(1, 7).map(encodeMessageFrame)]),
		encodeMessageFrame(messages[8]!),
	],
	run,
};
