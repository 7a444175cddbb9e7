import {describe, expect, it} from 'vitest';
import type {HelloMessage} from '../../../source/codec/message.js';
import {
	checkHello,
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

describe('the first message', () => {
	it('of a peer that proves its id is taken, with the highest version both speak', () => {
		const verdict = checkHello(
			{...hello, versions: [LOWEST_VERSION, PROTOCOL_VERSION + 5]},
			contextWith(() => true),
		);
		expect(verdict).toMatchObject({type: 'verified', version: PROTOCOL_VERSION});
	});

	it('is checked against this stream and the role of the other end', () => {
		const asked: unknown[] = [];
		checkHello(
			hello,
			contextWith((_, material, role) => asked.push([material[0], role]) > 0),
		);
		expect(asked).toEqual([[5, 'dialler']]);
	});

	it('must be a hello', () => {
		expect(
			checkHello(
				{type: 'ping', id: 1},
				contextWith(() => true),
			),
		).toMatchObject({code: 'hello-expected'});
	});

	it('fails without a proof, also when it claims to be us', () => {
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

	it('of ourselves is recognised by the peer id', () => {
		expect(
			checkHello(
				{...hello, peer: SELF},
				contextWith(() => true),
			),
		).toEqual({type: 'self'});
	});

	it.each([
		[[PROTOCOL_VERSION + 1, PROTOCOL_VERSION + 2], 'this end needs a newer'],
		[[0, LOWEST_VERSION - 1], 'the other end needs a newer'],
	] as const)('that speaks only %j is told who needs a newer version', (versions, words) => {
		const verdict = checkHello(
			{...hello, versions},
			contextWith(() => true),
		);
		expect(verdict).toMatchObject({type: 'rejected', code: 'version', text: expect.stringContaining(words)});
	});
});
