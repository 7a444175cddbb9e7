import {array, assert as check, nat, property} from 'fast-check';
import {describe, expect, it} from 'vitest';
import {encodeFrame} from '../../../source/codec/frame.js';
import {encodeMessageFrame} from '../../../source/codec/message.js';
import type {HelloMessage, Message} from '../../../source/codec/message-types.js';
import {
	GONE_AFTER_MS,
	HELLO_TIMEOUT_MS,
	LIVENESS_TICK_MS,
	MAX_FRAME_MS,
	MAX_MESSAGES_PER_SECOND,
	MAX_QUEUED_BYTES,
	PING_AFTER_MS,
	SLOW_READER_MS,
	SUSPECT_AFTER_MS,
} from '../../../source/core/limits.js';
import {LOWEST_VERSION, PROTOCOL_VERSION} from '../../../source/network/link/handshake.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {openPeerLink} from '../../../source/network/link/peer-link.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createFakeConnection} from './fake-connection.js';

const SELF = fakePeerId(1);
const OTHER = fakePeerId(2);
const CLOCK_AHEAD_MS = 700;

const own = {
	versions: [LOWEST_VERSION, PROTOCOL_VERSION] as const,
	peer: SELF,
	name: 'Alice',
	port: 4000,
	features: [],
	program: '1.0.0',
	clock: 0,
	hlc: {ms: 0, counter: 0},
};
const proven = {signature: new Uint8Array(64), mac: new Uint8Array(32)};
/** Frame with a message of a type that this version does not know. */
const UNKNOWN = encodeFrame(Buffer.from('\x81\xa4type\xa5later', 'latin1'));
const post = (id: number): Message => ({type: 'want', id, ranges: []});

/** Opens a link to a peer that the test controls. */
function openLink({dialled = false, isProven = true, isTicking = true} = {}) {
	const clock = createFakeClock();
	const far = createFakeConnection({dialled});
	const reports: string[] = [];
	const received: Message[] = [];
	const roles: string[] = [];
	let link: PeerLink | undefined;
	const opened = openPeerLink(
		far.connection,
		{
			self: SELF,
			clock,
			debug: () => {},
			ownHello: () => ({...own, clock: clock.now()}),
			proof: {
				prove(_, role) {
					roles.push(role);
					return proven;
				},
				verify(_, __, role) {
					roles.push(role);
					return isProven;
				},
			},
		},
		{
			verified(verified) {
				link = verified;
				reports.push('verified');
			},
			message: (_, message) => received.push(message),
			metricsChanged: ({status}) => reports.push(`measured ${status}`),
			drained: () => reports.push('drained'),
			closed: (closed, {by, code}) => reports.push(`closed ${closed ? 'known' : 'unknown'} ${by} ${code}`),
		},
	);
	const hello = (more: Partial<HelloMessage> = {}): HelloMessage => ({
		...own,
		...proven,
		type: 'hello',
		peer: OTHER,
		clock: clock.now() + CLOCK_AHEAD_MS,
		...more,
	});
	const tickOn = (): void => {
		opened.tick(0);
		clock.after(LIVENESS_TICK_MS, tickOn);
	};
	if (isTicking) clock.after(LIVENESS_TICK_MS, tickOn);
	const verify = () => {
		far.say(hello());
		if (!link) throw new Error('not verified');
		far.sent.length = 0;
		reports.length = 0;
		return link;
	};
	return {...far, clock, reports, received, roles, opened, hello, verify};
}

/** Advances the clock while the peer sends a ping every second. */
async function advanceAlive(node: ReturnType<typeof openLink>, ms: number): Promise<void> {
	for (let passed = 0; passed < ms; passed += 1000) {
		node.say({type: 'ping', id: passed});
		await node.clock.advance(1000);
	}
}

describe('a new connection', () => {
	it('a new connection starts with the hello of this node, which proves the id of this node for its role as dialler or accepter', () => {
		for (const dialled of [true, false]) {
			const {sent, roles} = openLink({dialled});
			expect(sent).toMatchObject([{type: 'hello', peer: SELF, name: 'Alice'}]);
			expect(roles).toEqual([dialled ? 'dialler' : 'accepter']);
		}
	});

	it('a new connection becomes a link when the hello of the peer is verified for the role of the peer, and sends a ping immediately', () => {
		const {say, hello, reports, sent, roles} = openLink({dialled: true});
		say(hello());
		expect(roles).toEqual(['dialler', 'accepter']);
		expect(reports).toEqual(['verified']);
		expect(sent.map(({type}) => type)).toEqual(['hello', 'ping']);
	});

	it('a new connection learns the peer id of the peer and a first estimate of its clock offset from the hello', () => {
		const link = openLink().verify();
		expect([link.peer, link.hello.name, link.clockOffsetMs, link.roundTripMs]).toEqual([
			OTHER,
			'Alice',
			CLOCK_AHEAD_MS,
			undefined,
		]);
	});

	it('a new connection passes no message to its handlers before the hello, and rejects any other first message with an error text', () => {
		const {say, received, sent, calls, reports, end, hello} = openLink();
		say(post(1), hello(), post(2));
		expect(received).toEqual([]);
		expect(sent.at(-1)).toMatchObject({type: 'error', code: 'hello-expected'});
		expect(calls).toEqual(['close']);
		end();
		expect(reports).toEqual(['closed unknown fault hello-expected']);
	});

	it('a new connection is rejected if the hello has no valid proof', () => {
		const {say, hello, sent, reports} = openLink({isProven: false});
		say(hello());
		expect(sent.at(-1)).toMatchObject({type: 'error', code: 'bad-proof'});
		expect(reports).toEqual([]);
	});

	it('a new connection of this node to itself is closed with a bye, not as a fault', () => {
		const {say, hello, sent, reports, end} = openLink();
		say(hello({peer: SELF}));
		end();
		expect(sent.at(-1)).toEqual({type: 'bye', reason: 'self'});
		expect(reports).toEqual(['closed unknown us self']);
	});

	it('a new connection is reported as closed by the peer, with the error code, if the peer answers with an error', () => {
		const {say, calls, reports, end} = openLink();
		say({type: 'error', code: 'version', text: 'too old'});
		end('reset');
		expect(calls).toEqual(['destroy']);
		expect(reports).toEqual(['closed unknown them version']);
	});

	it('a new connection is closed if no hello arrives in time, even if other bytes arrive', async () => {
		const {clock, reports, end, sayBytes, calls} = openLink();
		await clock.advance(HELLO_TIMEOUT_MS - 1);
		sayBytes(new Uint8Array([0, 0]));
		expect(calls).toEqual([]);
		await clock.advance(1);
		expect(calls).toEqual(['destroy']);
		end();
		expect(reports).toEqual(['closed unknown fault hello-timeout']);
	});
});

describe('a silent link', () => {
	it('a silent link is pinged, becomes suspect, and is closed; each change is reported once', async () => {
		const node = openLink();
		const link = node.verify();
		await node.clock.advance(PING_AFTER_MS + LIVENESS_TICK_MS);
		expect(node.sent.map(({type}) => type)).toEqual(['ping']);
		expect(link.status).toBe('connected');
		await node.clock.advance(SUSPECT_AFTER_MS - PING_AFTER_MS);
		expect([link.status, node.reports]).toEqual(['suspect', ['measured suspect']]);
		await node.clock.advance(GONE_AFTER_MS - SUSPECT_AFTER_MS);
		expect(node.calls).toEqual(['destroy']);
		node.end();
		expect(node.reports).toEqual(['measured suspect', 'closed known network silent']);
	});

	it('a silent link is connected again when one byte arrives, even if the byte is part of an incomplete message', async () => {
		const node = openLink();
		const link = node.verify();
		await node.clock.advance(SUSPECT_AFTER_MS + LIVENESS_TICK_MS);
		node.sayBytes(encodeMessageFrame(post(1)).subarray(0, 3));
		expect([link.status, node.reports]).toEqual(['connected', ['measured suspect', 'measured connected']]);
		await node.clock.advance(SUSPECT_AFTER_MS - LIVENESS_TICK_MS);
		expect(link.status).toBe('connected');
	});

	it('a silent peer is pinged again, and gets the full time to answer, after the timers of this node stalled', async () => {
		const {verify, clock, opened, sent, calls} = openLink({isTicking: false});
		verify();
		await clock.advance(GONE_AFTER_MS * 3);
		opened.resetIdle();
		expect(sent.map(({type}) => type)).toEqual(['ping']);
		await clock.advance(GONE_AFTER_MS - 1);
		opened.tick(0);
		expect(calls).toEqual([]);
		await clock.advance(1);
		opened.tick(0);
		expect(calls).toEqual(['destroy']);
	});

	it('a node that sends nothing else pings a peer every two seconds even if that peer sends all the time, because the pings of that peer may wait in its send queue', async () => {
		const node = openLink();
		node.verify();
		for (let passed = 0; passed < GONE_AFTER_MS; passed += LIVENESS_TICK_MS) {
			node.sayBytes(UNKNOWN);
			await node.clock.advance(LIVENESS_TICK_MS);
		}
		expect(node.sent.map(({type}) => type)).toEqual(['ping', 'ping', 'ping', 'ping']);
	});

	it('a silent link does not become suspect while this node has paused reading', async () => {
		const node = openLink();
		const link = node.verify();
		link.pause();
		await node.clock.advance(GONE_AFTER_MS * 3);
		expect([link.status, node.calls]).toEqual(['connected', ['pause']]);
		link.resume();
		await node.clock.advance(GONE_AFTER_MS + LIVENESS_TICK_MS);
		expect(node.calls).toEqual(['pause', 'resume', 'destroy']);
	});
});

describe('a ping', () => {
	it('a ping measures the round-trip time and the clock offset of the peer', async () => {
		const {clock, verify, say, reports} = openLink();
		const link = verify();
		const wall = clock.now();
		await clock.advance(40);
		say({type: 'pong', id: 1, clock: wall + 20 + 5000, hlc: {ms: 0, counter: 0}});
		expect(reports).toEqual(['measured connected']);
		expect([link.roundTripMs, link.clockOffsetMs]).toEqual([40, 5000]);
	});

	it('neither an answer to another ping nor a second answer counts as a measurement of a ping', async () => {
		const node = openLink();
		node.say(node.hello());
		const ping = node.sent.at(-1);
		if (ping?.type !== 'ping') throw new Error('no ping');
		const pong = (id: number): Message => ({type: 'pong', id, clock: node.clock.now(), hlc: {ms: 0, counter: 0}});
		node.say(pong(ping.id + 1));
		expect(node.reports).toEqual(['verified']);
		node.say(pong(ping.id));
		await node.clock.advance(1000);
		node.say(pong(ping.id));
		expect(node.reports).toEqual(['verified', 'measured connected']);
	});

	it('a ping is answered with the current clock of this node', async () => {
		const node = openLink();
		node.verify();
		await node.clock.advance(1234);
		node.say({type: 'ping', id: 77});
		expect(node.sent.at(-1)).toMatchObject({type: 'pong', id: 77, clock: node.clock.now()});
	});
});

describe('a message to a peer that does not read', () => {
	it('a message to a peer that does not read is dropped while more than 8 MiB are queued, if the message would be useless later', () => {
		const node = openLink();
		const link = node.verify();
		node.queue(MAX_QUEUED_BYTES + 1);
		expect(link.send({type: 'typing'})).toBe(false);
		link.send(post(1));
		expect(node.sent.map(({type}) => type)).toEqual(['want']);
	});

	it('a link closes if more than 16 MiB are queued for a peer that does not read', () => {
		const node = openLink();
		const link = node.verify();
		node.queue(2 * MAX_QUEUED_BYTES + 1);
		expect(link.send(post(1))).toBe(false);
		expect([node.sent, node.calls]).toEqual([[], ['destroy']]);
		node.end();
		expect(node.reports).toEqual(['closed known fault slow-reader']);
	});

	it('a link closes if the peer reads nothing for a minute, even if the peer sends pings', async () => {
		const node = openLink();
		node.verify();
		node.queue(1000);
		await advanceAlive(node, SLOW_READER_MS - 1000);
		expect(node.calls).toEqual([]);
		await advanceAlive(node, 3000);
		expect(node.calls).toEqual(['destroy']);
	});

	it('a peer that reads only a little is not disconnected, and neither is a peer that reads nothing while the timers of this node stall', async () => {
		const node = openLink();
		node.verify();
		for (let left = 5; left > 0; left--) {
			node.queue(left * 1000);
			await advanceAlive(node, SLOW_READER_MS / 2);
		}

		await advanceAlive(node, SLOW_READER_MS / 4);
		node.opened.resetIdle();
		await advanceAlive(node, SLOW_READER_MS / 2);
		expect(node.calls).toEqual([]);
	});
});

describe('a received message', () => {
	it('a received message is decoded correctly, whatever chunks the stream is split into', () => {
		const messages = [1, 2, 3, 4].map(post);
		check(
			property(array(nat(200), {maxLength: 12}), cuts => {
				const node = openLink();
				const stream = Buffer.concat([node.hello(), ...messages].map(encodeMessageFrame));
				const places = [...cuts, stream.length].map(at => Math.min(at, stream.length)).sort((a, b) => a - b);
				let from = 0;
				for (const to of places) {
					if (to > from) node.sayBytes(stream.subarray(from, to));
					from = Math.max(from, to);
				}

				expect(node.received).toEqual(messages);
			}),
		);
	});

	it('a received message is passed to the handlers even if broken framing follows it and closes the connection', () => {
		const node = openLink();
		node.verify();
		node.sayBytes(Buffer.concat([encodeMessageFrame(post(1)), new Uint8Array(8)]));
		expect(node.received).toEqual([post(1)]);
		expect(node.sent.at(-1)).toMatchObject({type: 'error', code: 'bad-frame'});
		expect(node.calls).toEqual(['close']);
	});

	it('a received message above MAX_MESSAGES_PER_SECOND is read only in the next second', async () => {
		const node = openLink();
		node.verify();
		await node.clock.advance(1000);
		const many = (count: number) => node.sayBytes(Buffer.concat(Array.from({length: count}, () => UNKNOWN)));
		many(MAX_MESSAGES_PER_SECOND);
		expect(node.calls).toEqual([]);
		await node.clock.advance(300);
		many(1);
		many(1);
		expect(node.calls).toEqual(['pause']);
		await node.clock.advance(699);
		expect(node.calls).toEqual(['pause']);
		await node.clock.advance(1);
		expect(node.calls).toEqual(['pause', 'resume']);
		many(MAX_MESSAGES_PER_SECOND);
		expect(node.calls).toEqual(['pause', 'resume']);
	});

	it('a link closes if a received message stays incomplete, unless this node has paused reading', async () => {
		const node = openLink();
		const link = node.verify();
		const half = encodeMessageFrame(post(1)).subarray(0, 5);
		node.sayBytes(half);
		link.pause();
		await node.clock.advance(MAX_FRAME_MS * 2);
		expect(node.calls).toEqual(['pause']);
		link.resume();
		for (let passed = 0; passed < MAX_FRAME_MS + 1000; passed += 4000) {
			await node.clock.advance(4000);
			if (node.calls.length === 2) node.sayBytes(new Uint8Array(0));
		}

		expect(node.sent.at(-1)).toMatchObject({type: 'error', code: 'slow-frame'});
	});

	it('a received message is ignored after a bye, but the bye itself is passed to the handlers', () => {
		const node = openLink();
		node.verify();
		node.say(post(1), {type: 'bye', reason: 'leaving'}, post(2));
		expect(node.received).toEqual([post(1), {type: 'bye', reason: 'leaving'}]);
		node.end();
		expect([node.calls, node.reports]).toEqual([['close'], ['closed known them leaving']]);
	});

	it('a received message is dropped after this node has closed the link', () => {
		const node = openLink();
		const link = node.verify();
		link.close('duplicate');
		node.say(post(1));
		node.drain();
		expect([node.received, node.reports]).toEqual([[], []]);
		expect(node.sent).toEqual([{type: 'bye', reason: 'duplicate'}]);
		expect(link.send(post(2))).toBe(false);
		expect(node.sent).toHaveLength(1);
	});

	it('a link closes if the messages of one kind exceed the rate limit of this kind', () => {
		const node = openLink();
		node.verify();
		node.say(...Array.from({length: 1000}, (): Message => ({type: 'typing'})));
		expect(node.sent.at(-1)).toMatchObject({type: 'error', code: 'flood'});
		expect(node.received.length).toBeLessThan(1000);
	});
});

describe('several pauses of a link', () => {
	it('a link that was paused several times reads again only after as many calls of `resume`', () => {
		const node = openLink();
		const link = node.verify();
		link.pause();
		link.pause();
		link.resume();
		expect(node.calls).toEqual(['pause']);
		link.resume();
		expect(node.calls).toEqual(['pause', 'resume']);
	});
});

it('the end of a connection is reported once and leaves no timer', () => {
	for (const [error, code] of [
		['reset by peer', 'reset'],
		[undefined, 'ended'],
	] as const) {
		const {verify, end, reports, clock} = openLink({isTicking: false});
		verify();
		end(error);
		end('again');
		expect(reports).toEqual([`closed known network ${code}`]);
		expect(clock.pending).toBe(0);
	}
});
