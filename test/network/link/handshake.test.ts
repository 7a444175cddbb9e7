import {describe, expect, it} from 'vitest';
import type {HelloMessage} from '../../../source/codec/message-types.js';
import {
	checkHello,
	commonFeatures,
	FEATURES,
	type HandshakeContext,
	LOWEST_VERSION,
	PROTOCOL_VERSION,
} from '../../../source/network/link/handshake.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const SELF = fakePeerId(1);
const hello: HelloMessage = {
	type: 'hello',
	versions: [LOWEST_VERSION, PROTOCOL_VERSION],
	peer: fakePeerId(2),
	name: 'Bob',
	port: 4000,
	features: [],
	program: '1.0.0',
	clock: 0,
	hlc: {ms: 0, counter: 0},
	signature: new Uint8Array(64),
	mac: new Uint8Array(32),
};

function contextWith(isProven: HandshakeContext['proof']['verify']): HandshakeContext {
	const prove = () => ({signature: hello.signature, mac: hello.mac});
	return {self: SELF, keyingMaterial: new Uint8Array(32).fill(5), role: 'dialler', proof: {prove, verify: isProven}};
}

describe('the first message on a connection', () => {
	it('the first message on a connection is accepted from a peer that proves its id, even if the peer also supports later protocol versions', () => {
		const check = checkHello(
			{...hello, versions: [LOWEST_VERSION, PROTOCOL_VERSION + 5]},
			contextWith(() => true),
		);
		expect(check).toMatchObject({type: 'verified', hello: {peer: hello.peer}});
	});

	it('the first message on a connection is verified against the keying material of this connection and the role of the peer', () => {
		const verified: unknown[] = [];
		checkHello(
			hello,
			contextWith((_, material, role) => verified.push([material[0], role]) > 0),
		);
		expect(verified).toEqual([[5, 'dialler']]);
	});

	it('the first message on a connection must be a hello', () => {
		expect(
			checkHello(
				{type: 'ping', id: 1},
				contextWith(() => true),
			),
		).toMatchObject({code: 'hello-expected'});
	});

	it('the first message on a connection is rejected without a valid proof, even if it contains the peer id of this node', () => {
		expect(
			checkHello(
				hello,
				contextWith(() => false),
			),
		).toMatchObject({type: 'rejected', code: 'bad-proof'});
		expect(
			checkHello(
				{...hello, peer: SELF},
				contextWith(() => false),
			),
		).toMatchObject({code: 'bad-proof'});
	});

	it('the first message on a connection reveals by its peer id that this node dialled itself', () => {
		expect(
			checkHello(
				{...hello, peer: SELF},
				contextWith(() => true),
			),
		).toEqual({type: 'self'});
	});

	it.each([
		[
			[PROTOCOL_VERSION + 1, PROTOCOL_VERSION + 2],
			`the end that speaks ${LOWEST_VERSION}-${PROTOCOL_VERSION} needs a newer`,
		],
		[[0, LOWEST_VERSION - 1], `the end that speaks 0-${LOWEST_VERSION - 1} needs a newer`],
	] as const)(
		'the first message on a connection is rejected if it offers only the versions %j, with a text that names the outdated end',
		(versions, text) => {
			const check = checkHello(
				{...hello, versions},
				contextWith(() => true),
			);
			expect(check).toMatchObject({type: 'rejected', code: 'version', text: expect.stringContaining(text)});
		},
	);
});

describe('the features of a connection', () => {
	it('a connection has the features that both ends name, and unknown names of features are skipped', () => {
		expect([...commonFeatures(['later-feature', 'typing'])]).toEqual(['typing']);
		expect([...commonFeatures([...FEATURES, 'later-feature'])]).toEqual([...FEATURES]);
		expect(commonFeatures([]).size).toBe(0);
	});
});
