/**
 * Golden vectors of fixtures/codec, made from fixed seeds and quoted in protocol.md. `UPDATE_FIXTURES=1` makes
 * vectors.test.ts rewrite them. A change of any byte is a change of the protocol.
 */
import {batchFields} from '../../source/codec/batch.js';
import {type BeaconDatagram, encodeBeacon} from '../../source/codec/beacon-datagram.js';
import {type EntryBody, encodeEntry} from '../../source/codec/entry.js';
import {encodeMessageFrame} from '../../source/codec/message.js';
import type {Message} from '../../source/codec/message-types.js';
import {pack} from '../../source/codec/msgpack.js';
import {chainHash, genesisHash} from '../../source/feed/chain.js';
import {fileIdOf, leafOf} from '../../source/feed/file-id.js';
import {createHaveIndex} from '../../source/feed/have-index.js';
import {proveHello} from '../../source/feed/hello-proof.js';
import {createIdentity} from '../../source/feed/identity.js';
import {createOwnFeed} from '../../source/feed/own-feed.js';
import {createBeaconMac, deriveRoomKeys} from '../../source/feed/room-keys.js';
import {computeSafetyNumber, hashIdentityKey} from '../../source/feed/safety-number.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {plain} from './arbitraries.js';

export interface Vector {
	readonly title: string;
	readonly hex: string;
	readonly value: unknown;
}

/** The time 2026-11-22T14:05:00.000Z, in ms since 1970. */
export const NOON = Date.UTC(2026, 10, 22, 14, 5);
const seed = (byte: number) => new Uint8Array(32).fill(byte);
const vector = (title: string, bytes: Uint8Array, value: unknown): Vector => ({
	title,
	hex: Buffer.from(bytes).toString('hex'),
	value: plain(value),
});

export const lan = await deriveRoomKeys({room: 'lan'});
export const closed = await deriveRoomKeys({room: 'lan', secret: 'correct horse battery staple'});
export const carol = createPeerKey(seed(1));
export const dave = createPeerKey(seed(2));
const identity = createIdentity(seed(3), lan.tag);
const keyingMaterial = seed(4);

/** File of two parts: 131,072 bytes `00`, then 8 bytes `01`. */
const leaves = Buffer.concat([leafOf(new Uint8Array(131_072)), leafOf(new Uint8Array(8).fill(1))]);
const sharedFile = fileIdOf(lan.tag, 131_080, leaves);

export const bodies: readonly EntryBody[] = [
	{
		type: 'joined',
		name: 'Carol',
		addresses: ['192.168.1.7', 'fd00::7'],
		version: '1.0.0',
		identity: identity.signPeer(carol.peer),
	},
	{type: 'joined', name: 'Carol', addresses: [], version: '1.0.0'},
	{type: 'posted', text: 'hello, wörld'},
	{type: 'posted', text: 'waves', action: true},
	{type: 'renamed', name: 'Caroline'},
	{type: 'moved', addresses: ['10.0.0.7']},
	{type: 'lost', subject: dave.peer, absence: 0},
	{type: 'returned', absence: 0},
	{type: 'left'},
	{type: 'posted', text: 'gladly', replyTo: {peer: dave.peer, seq: 2}},
	{type: 'marked', target: {peer: dave.peer, seq: 2}, word: '👍', on: true},
	{type: 'corrected', target: {peer: carol.peer, seq: 2}, text: 'hello, world'},
	{type: 'withdrawn', target: {peer: carol.peer, seq: 2}},
	{type: 'pinned', target: {peer: dave.peer, seq: 2}, on: false},
	{type: 'shared', fileName: 'plan.pdf', size: 131_080, file: sharedFile, note: 'the new one'},
	{type: 'joined', name: 'Carol', addresses: [], version: '1.0.0', keeper: true},
	{type: 'posted', text: 'shows this room over HTTP on the local network', action: true, window: 'opened'},
	{type: 'posted', text: 'no longer shows this room over HTTP', action: true, window: 'closed'},
];

function writeBatches() {
	const feed = createOwnFeed({key: carol, roomTag: lan.tag, identity});
	const event = (index: number) => {
		const body = bodies[index];
		if (!body) throw new RangeError('no such body');
		return {body, at: NOON + index, hlc: {ms: NOON + index, counter: index}};
	};
	return [feed.append([event(1)]), feed.append([event(2), event(3)])] as const;
}

export const batches = writeBatches();

export const beacons: readonly BeaconDatagram[] = [
	{version: 1, roomTag: lan.tag, peer: carol.peer, port: 49_152, name: 'Carol', kind: 'here', counter: 1},
	{version: 1, roomTag: closed.tag, peer: carol.peer, port: 49_152, kind: 'answer', counter: 2 ** 33},
	{version: 1, roomTag: lan.tag, peer: carol.peer, port: 49_152, name: 'Carol', kind: 'leaving', counter: 3},
];

export const signedBeacon: BeaconDatagram = {
	version: 1,
	roomTag: lan.tag,
	peer: carol.peer,
	port: 49_152,
	name: 'Carol',
	kind: 'here',
	path: 'multicast',
	counter: 4,
};

const hlc = {ms: NOON, counter: 5};
const haveCarol = {peer: carol.peer, seq: 3, hash: seed(6).subarray(0, 8)};
const index = createHaveIndex();
index.set(haveCarol);

export const messages: readonly Message[] = [
	{
		type: 'hello',
		versions: [1, 1],
		peer: carol.peer,
		name: 'Carol',
		port: 49_152,
		features: [],
		program: '1.0.0',
		clock: NOON,
		hlc,
		...proveHello(carol, {keys: lan, keyingMaterial, role: 'dialler'}),
	},
	{type: 'have', kind: 'digest', digest: index.digest()},
	{type: 'have', kind: 'page', feeds: [haveCarol], last: true},
	{type: 'have', kind: 'delta', feeds: [haveCarol]},
	{type: 'want', id: 1, ranges: [{peer: carol.peer, from: 1}]},
	{type: 'events', batches: [batches[0]]},
	{type: 'events', batches: [...batches], answer: 1, done: true},
	{
		type: 'peers',
		added: [{peer: dave.peer, addresses: [{host: '192.168.1.8', port: 49_153}]}],
		removed: [carol.peer],
	},
	{type: 'ping', id: 7},
	{type: 'pong', id: 7, clock: NOON, hlc},
	{type: 'typing'},
	{type: 'bye', reason: 'leaving'},
	{type: 'error', code: 'bad-frame', text: 'a frame of 0 bytes'},
	{type: 'alive', peers: [{peer: dave.peer, ageMs: 4000}]},
	{type: 'file-ask', id: 1, file: sharedFile, leaves: true},
	{type: 'file-info', id: 1, leaves, have: Uint8Array.of(2)},
	{type: 'file-want', id: 2, file: sharedFile, part: 1, offset: 0, length: 8},
	{type: 'file-data', id: 2, bytes: new Uint8Array(8).fill(1)},
	{type: 'file-none', id: 2},
	{type: 'file-info', id: 1, have: true},
	{type: 'whisper', id: 2, text: 'only for you'},
	{type: 'whisper-ack', id: 2, refused: [1]},
	{type: 'whisper-ack', id: 0, closed: true},
];

function keyVectors(): Vector[] {
	const [first] = batches;
	const start = genesisHash(lan.tag, carol.peer);
	const claim = identity.signPeer(carol.peer);
	const other = createIdentity(seed(5), lan.tag);
	const otherKey = other.signPeer(dave.peer).key;
	return [
		vector('room key of the open room "lan"', lan.roomKey, {room: 'lan'}),
		vector('TLS pre-shared key of it', lan.psk, {room: 'lan', identity: lan.pskIdentity}),
		vector('beacon key of it', lan.beaconKey, {room: 'lan'}),
		vector('tag of it', lan.tag, {room: 'lan'}),
		vector('room key of "lan" with a secret', closed.roomKey, {room: 'lan', secret: 'correct horse battery staple'}),
		vector('tag of it, with the secret', closed.tag, {room: 'lan', secret: 'correct horse battery staple'}),
		vector('peer id of the seed of 32 bytes 01', Buffer.from(carol.peer, 'hex'), {seed: seed(1)}),
		vector('identity key in "lan" of the seed of 32 bytes 03', claim.key, {
			seed: seed(3),
			fingerprint: identity.identity.fingerprint.slice(0, 8),
		}),
		vector('its signature over the peer id', claim.signature, {peer: carol.peer}),
		vector('hash_0 of the feed', start, {peer: carol.peer, roomTag: lan.tag}),
		vector('hash_1 of the feed', chainHash(start, first.entries), {entry: first.entries[0]}),
		vector('signature over hash_1', first.signature, {peer: carol.peer, seq: 1}),
		vector('safety number, hash_5200 of the identity key', hashIdentityKey(claim.key), {key: claim.key}),
		vector('identity key in "lan" of the seed of 32 bytes 05', otherKey, {
			seed: seed(5),
			safetyNumber: computeSafetyNumber(identity.identity.key, other.identity.key),
		}),
		vector('id of a file of two parts', Buffer.from(sharedFile, 'hex'), {size: 131_080, leaves}),
	];
}

/**
 * Ed25519 signatures at the limits of the verification rule (protocol.md, Feeds and batches). Libraries disagree about
 * most of the invalid signatures.
 */
function signatureVectors(): Vector[] {
	const message = Buffer.from('p2pchat-ink');
	const valid = carol.sign(message);
	const scalarPlusOrder = (scalar: Uint8Array) => {
		const order = 2n ** 252n + 27742317777372353535851937790883648493n;
		const value = BigInt(`0x${Buffer.from(scalar).reverse().toString('hex')}`) + order;
		return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
	};
	const key = (hex: string) => Buffer.from(hex, 'hex');
	/**
	 * A signature whose R is the neutral point and whose S is 0. It is valid for every message under a key of order 1 if the
	 * key is not checked.
	 */
	const constant = Buffer.from(`01${'00'.repeat(63)}`, 'hex');
	const one = (title: string, publicKey: Uint8Array, signature: Uint8Array, isValid: boolean) =>
		vector(title, message, {key: publicKey, signature, valid: isValid});
	const own = key(carol.peer);
	const weak = (title: string, hex: string) => one(title, key(hex), constant, false);
	return [
		one('a valid signature', own, valid, true),
		one('S + L in place of S', own, Buffer.concat([valid.subarray(0, 32), scalarPlusOrder(valid.subarray(32))]), false),
		weak('the key of order 1', `01${'00'.repeat(31)}`),
		weak('the key of order 1 with the sign bit set', `01${'00'.repeat(30)}80`),
		weak('the key of order 2', `ec${'ff'.repeat(30)}7f`),
		weak('a key of order 4', '00'.repeat(32)),
		weak('another key of order 4', `${'00'.repeat(31)}80`),
		weak('a key of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
		weak('another key of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'),
		weak('the key of order 1 with y = p + 1', `ee${'ff'.repeat(30)}7f`),
		weak('a key with y = p + 3', `f0${'ff'.repeat(30)}7f`),
	];
}

/** All vectors, by the name of their fixture file without its extension. */
export function makeVectors(): Readonly<Record<string, readonly Vector[]>> {
	return {
		keys: keyVectors(),
		signatures: signatureVectors(),
		entries: bodies.map((body, index) => {
			const at = NOON + index;
			const bytes = encodeEntry(body, at, {ms: at, counter: index});
			return vector(body.type, bytes, {...body, at, ms: at, counter: index});
		}),
		batches: batches.map(batch => vector(`batch of ${batch.entries.length}`, pack(batchFields(batch)), batch)),
		messages: messages.map(message => {
			const title = message.type === 'have' ? `have, ${message.kind}` : message.type;
			return vector(title, encodeMessageFrame(message), message);
		}),
		beacons: beacons.map(beacon => {
			const keys = beacon.name === undefined ? closed : lan;
			return vector(`beacon, ${beacon.kind}`, encodeBeacon(beacon, createBeaconMac(keys)), beacon);
		}),
		'signed-beacons': [
			vector('signed beacon, here', encodeBeacon(signedBeacon, createBeaconMac(lan), carol.sign), signedBeacon),
		],
	};
}
