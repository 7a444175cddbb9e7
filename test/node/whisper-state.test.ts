/** What a node remembers about whispers, and when it sends them again, with connections that only record messages. */
import {describe, expect, it} from 'vitest';
import type {WhisperAckMessage, WhisperMessage} from '../../source/codec/message-types.js';
import type {ObservationBody, PeerId} from '../../source/core/event.js';
import {MAX_WHISPERERS, WHISPER_RETRY_MS} from '../../source/core/limits.js';
import type {PeerLink} from '../../source/network/link/peer-link.js';
import {createWhispers} from '../../source/node/whispers.js';
import {fakePeerId} from '../helpers/fake-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';

type Sent = WhisperMessage | WhisperAckMessage;

function setUp() {
	const clock = createFakeClock();
	const links = new Map<PeerId, PeerLink>();
	const left = new Set<PeerId>();
	const written: ObservationBody[] = [];
	const whispers = createWhispers({
		self: fakePeerId(1),
		isOn: true,
		clock,
		linkOf: peer => links.get(peer),
		labelFor: () => 'Bob',
		isIgnored: () => false,
		hasReader: () => true,
		hasLeft: peer => left.has(peer),
		isLogSaved: () => true,
		isLogFull: () => false,
		write: body => void written.push(body),
		publish() {},
		onLogFull() {},
	});
	/** Connects a peer. The array collects the messages that are sent to the peer. */
	function connect(peer: PeerId, remoteAddress = '10.0.0.2'): {link: PeerLink; sent: Sent[]} {
		const sent: Sent[] = [];
		const parts = {
			peer,
			remoteAddress,
			features: new Set(['whispers']),
			send: (message: Sent) => void sent.push(message),
		};
		const link = parts as unknown as PeerLink;
		links.set(peer, link);
		whispers.linked(link);
		return {link, sent};
	}
	return {clock, links, left, written, whispers, connect};
}

const whisper = (id: number): WhisperMessage => ({type: 'whisper', id, text: `text ${id}`});

describe('the state of whispers', () => {
	it('whispers that wait for a new connection are sent on it once, and a second time only after the full time limit for an answer', async () => {
		const {clock, links, whispers, connect} = setUp();
		const bob = fakePeerId(2);
		connect(bob);
		for (const text of ['a', 'b', 'c']) expect(whispers.send(bob, text)).toHaveProperty('id');
		links.delete(bob);
		await clock.advance(60_000);
		const {sent} = connect(bob);
		expect(sent).toHaveLength(3);
		await clock.advance(WHISPER_RETRY_MS - 1000);
		expect(sent).toHaveLength(3);
		await clock.advance(2000);
		expect(sent).toHaveLength(6);
	});

	it('a whisper that arrives again is answered again, because the first answer may be lost, but a whisper after a gap is not answered', () => {
		const {written, whispers, connect} = setUp();
		const {link, sent} = connect(fakePeerId(2));
		for (const id of [1, 1, 3]) whispers.message(link, whisper(id));
		expect(sent).toEqual([
			{type: 'whisper-ack', id: 1},
			{type: 'whisper-ack', id: 1},
		]);
		expect(written).toHaveLength(1);
	});

	it('a peer that said that it takes no whispers counts as refusing them only until it connects again or takes this back', () => {
		const {whispers, connect} = setUp();
		const bob = fakePeerId(2);
		const {link} = connect(bob);
		whispers.message(link, {type: 'whisper-ack', id: 7, closed: true});
		expect(whispers.send(bob, 'x')).toHaveProperty('refused');
		const next = connect(bob);
		expect(whispers.send(bob, 'x')).toEqual({id: 1});
		whispers.message(next.link, {type: 'whisper-ack', id: 0, closed: true});
		whispers.message(next.link, {type: 'whisper-ack', id: 0});
		expect(whispers.send(bob, 'y')).toEqual({id: 2});
	});

	it('the number of the last whisper is remembered for a limited number of peers, and is never forgotten for a connected peer', () => {
		const {links, left, written, whispers, connect} = setUp();
		const bob = connect(fakePeerId(2));
		whispers.message(bob.link, whisper(1));
		for (let number = 0; number < 3 * MAX_WHISPERERS; number++) {
			const peer = fakePeerId(100 + number);
			whispers.message(connect(peer).link, whisper(1));
			if (number % 2 === 0) left.add(peer);
			links.delete(peer);
		}
		expect(whispers.whisperers).toBeLessThanOrEqual(MAX_WHISPERERS);
		whispers.message(bob.link, whisper(1));
		whispers.message(bob.link, whisper(2));
		expect(written.filter(body => 'subject' in body && body.subject === fakePeerId(2))).toMatchObject([
			{id: 1},
			{id: 2},
		]);
	});

	it.each([
		['address', () => '10.0.0.66'],
		['IPv6 prefix', (number: number) => `fd00::${number.toString(16)}`],
	])(
		'new keys of one %s that whisper and leave do not make a node forget a peer of another address',
		(_, addressOf) => {
			const {links, written, whispers, connect} = setUp();
			const away = fakePeerId(2);
			whispers.message(connect(away).link, whisper(1));
			links.delete(away);
			for (let number = 0; number < 2 * MAX_WHISPERERS; number++) {
				const peer = fakePeerId(100 + number);
				whispers.message(connect(peer, addressOf(number)).link, whisper(1));
				links.delete(peer);
			}
			expect(whispers.whisperers).toBe(MAX_WHISPERERS);
			whispers.message(connect(away).link, whisper(2));
			expect(written.at(-1)).toMatchObject({subject: away, id: 2});
		},
	);

	it('peers that left are forgotten before a peer that is only disconnected', () => {
		const {links, left, written, whispers, connect} = setUp();
		const away = fakePeerId(2);
		whispers.message(connect(away).link, whisper(1));
		links.delete(away);
		for (let number = 0; number < 3 * MAX_WHISPERERS; number++) {
			const peer = fakePeerId(100 + number);
			whispers.message(connect(peer).link, whisper(1));
			left.add(peer);
			links.delete(peer);
		}
		const {link} = connect(away);
		whispers.message(link, whisper(2));
		expect(written.at(-1)).toMatchObject({subject: away, id: 2});
	});
});
