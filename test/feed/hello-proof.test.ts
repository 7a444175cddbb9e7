import {expect, test} from 'vitest';
import {type HelloContext, proveHello, verifyHello} from '../../source/feed/hello-proof.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {roomTag, seedOf} from './make-feed.js';

const key = createPeerKey(seedOf(1));
const other = createPeerKey(seedOf(2));
const context: HelloContext = {keys: {roomKey: seedOf(3), tag: roomTag}, keyingMaterial: seedOf(4), role: 'dialler'};
const hello = {peer: key.peer, ...proveHello(key, context)};

test('a hello on its own connection is valid', () => {
	expect(verifyHello(hello, context)).toBe('valid');
});

test('a hello relayed to another connection, reflected, or of another room is not', () => {
	expect(verifyHello(hello, {...context, keyingMaterial: seedOf(5)})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, role: 'accepter'})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, keys: {roomKey: seedOf(6), tag: roomTag}})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, keys: {roomKey: seedOf(3), tag: seedOf(9).subarray(0, 8)}})).toBe('bad-mac');
});

test('nobody who is in the room speaks for another', () => {
	const pretended = {...proveHello(other, context), peer: key.peer};
	expect(verifyHello(pretended, context)).toBe('bad-mac');
	expect(verifyHello({...pretended, mac: hello.mac}, context)).toBe('bad-signature');
	expect(verifyHello({...hello, mac: hello.mac.subarray(1)}, context)).toBe('bad-mac');
});
