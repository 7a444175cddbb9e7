import {expect, test} from 'vitest';
import {createIdentity, verifyIdentity} from '../../source/feed/identity.js';
import {createBeaconMac, deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey, createSignatureVerifier, verifySignature} from '../../source/feed/signing-keys.js';
import {roomTag, seedOf} from './make-feed.js';

const bytes = Uint8Array.of(1, 2, 3);

test('a peer key is determined by its seed, and is random without a seed', () => {
	expect(createPeerKey(seedOf(1)).peer).toBe(createPeerKey(seedOf(1)).peer);
	expect(createPeerKey(seedOf(1)).peer).not.toBe(createPeerKey(seedOf(2)).peer);
	expect(createPeerKey().peer).not.toBe(createPeerKey().peer);
});

test('the seed of test vector 1 of RFC 8032, 7.1, gives the expected public key and signature', () => {
	const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
	const key = createPeerKey(seed);
	expect(key.peer).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
	expect(Buffer.from(key.sign(new Uint8Array(0))).toString('hex')).toBe(
		'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
	);
});

test('a signature is valid only for its key and bytes', () => {
	const key = createPeerKey(seedOf(1));
	const other = createPeerKey(seedOf(2));
	const signature = key.sign(bytes);
	expect(verifySignature(key.peer, bytes, signature)).toBe(true);
	expect(verifySignature(other.peer, bytes, signature)).toBe(false);
	expect(verifySignature(key.peer, Uint8Array.of(1, 2, 4), signature)).toBe(false);
	expect(verifySignature(key.peer, bytes, signature.subarray(1))).toBe(false);
});

test('signatures are verified correctly even if they are of more peers than the cache of public keys can hold', () => {
	const verify = createSignatureVerifier(4);
	const signed = Array.from({length: 10}, (_, index) => createPeerKey(seedOf(index))).map(key => ({
		peer: key.peer,
		signature: key.sign(bytes),
	}));
	expect([...signed, ...signed].every(({peer, signature}) => verify(peer, bytes, signature))).toBe(true);
	expect(verify(signed[0]!.peer, bytes, signed[1]!.signature)).toBe(false);
});

test('an identity is the same at every launch and differs between rooms', () => {
	const {peer} = createPeerKey(seedOf(1));
	const otherRoomTag = Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9);
	const carol = createIdentity(seedOf(5), roomTag);
	expect(createIdentity(seedOf(5), roomTag).identity).toEqual(carol.identity);
	expect(createIdentity(seedOf(5), otherRoomTag).identity.key).not.toBe(carol.identity.key);
	expect(verifyIdentity(carol.signPeer(peer), roomTag, peer)).toEqual(carol.identity);
	expect(verifyIdentity(carol.signPeer(peer), otherRoomTag, peer)).toBeUndefined();
	expect(verifyIdentity(carol.signPeer(peer), roomTag, createPeerKey(seedOf(2)).peer)).toBeUndefined();
	expect(verifyIdentity({key: bytes, signature: bytes}, roomTag, peer)).toBeUndefined();
});

test('room keys depend on name and secret, but not on their Unicode normalisation', async () => {
	const lan = await deriveRoomKeys({room: 'lan'});
	expect(lan.hasSecret).toBe(false);
	expect(await deriveRoomKeys({room: 'lan', secret: ''})).toEqual(lan);
	expect((await deriveRoomKeys({room: 'lab'})).tag).not.toEqual(lan.tag);
	expect(await deriveRoomKeys({room: 'caf\u00E9'})).toEqual(await deriveRoomKeys({room: 'cafe\u0301'}));
	const secret = await deriveRoomKeys({room: 'lan', secret: 'correct horse battery'});
	expect(secret.hasSecret).toBe(true);
	const keys = [lan, secret].flatMap(room => [room.roomKey, room.psk, room.beaconKey]);
	expect(new Set(keys.map(key => Buffer.from(key).toString('hex'))).size).toBe(6);
	expect(secret.tag).toHaveLength(8);
});

test('deriving keys from a secret does not block the event loop', async () => {
	let turns = 0;
	let done = false;
	const keys = deriveRoomKeys({room: 'lan', secret: 'another'}).finally(() => {
		done = true;
	});
	while (!done) {
		turns++;
		await new Promise(resolve => setImmediate(resolve));
	}
	await keys;
	expect(turns).toBeGreaterThan(10);
});

test('the beacon MAC depends on the room', async () => {
	const [lan, lab] = await Promise.all([deriveRoomKeys({room: 'lan'}), deriveRoomKeys({room: 'lab'})]);
	expect(createBeaconMac(lan)(bytes)).toHaveLength(16);
	expect(createBeaconMac(lan)(bytes)).not.toEqual(createBeaconMac(lab)(bytes));
});
