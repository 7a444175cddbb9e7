import {expect, test} from 'vitest';
import {type HelloContext, proveHello, verifyHello} from '../../source/feed/hello-proof.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {roomTag, seedOf} from './make-feed.js';

const key = createPeerKey(seedOf(1));
const other = createPeerKey(seedOf(2));
const context: HelloContext = {keys: {roomKey: seedOf(3), tag: roomTag}, keyingMaterial: seedOf(4), role: 'dialler'};
const hello = {peer: key.peer, ...proveHello(key, context)};

test('a hello is valid on the connection for which its author made it', () => {
	expect(verifyHello(hello, context)).toBe('valid');
});

test('a hello is not valid if it is relayed, is sent back to its author, or belongs to another room', () => {
	expect(verifyHello(hello, {...context, keyingMaterial: seedOf(5)})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, role: 'accepter'})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, keys: {roomKey: seedOf(6), tag: roomTag}})).toBe('bad-mac');
	expect(verifyHello(hello, {...context, keys: {roomKey: seedOf(3), tag: seedOf(9).subarray(0, 8)}})).toBe('bad-mac');
});

test('a member of the room cannot forge the hello of another member', () => {
	const forged = {...proveHello(other, context), peer: key.peer};
	expect(verifyHello(forged, context)).toBe('bad-mac');
	expect(verifyHello({...forged, mac: hello.mac}, context)).toBe('bad-signature');
	expect(verifyHello({...hello, mac: hello.mac.subarray(1)}, context)).toBe('bad-mac');
});
