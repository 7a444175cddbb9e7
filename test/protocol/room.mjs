/** Keys, beacons, proofs, feeds and digests (protocol.md, sections 2, 3, 7, 12 and 14), computed with `node:crypto` alone. */
import {
	createHash,
	createHmac,
	createPrivateKey,
	createPublicKey,
	hkdfSync,
	scryptSync,
	sign,
	verify,
} from 'node:crypto';

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const ascii = text => Buffer.from(text);
const bytesOf = peer => Buffer.from(peer, 'hex');

export function uint64(value) {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes;
}

/** Section 11: the digits of the safety number of two identity keys. */
export function safetyNumber(...keys) {
	const digitsOf = key => {
		let hash = Buffer.concat([ascii('p2pchat-ink safety number 1'), key]);
		for (let round = 0; round < 5200; round++)
			hash = createHash('sha512')
				.update(Buffer.concat([hash, key]))
				.digest();
		const chunks = [0, 1, 2, 3, 4, 5].map(index =>
			BigInt(`0x${hash.subarray(index * 5, index * 5 + 5).toString('hex')}`),
		);
		return chunks.map(chunk => String(chunk % 100_000n).padStart(5, '0')).join('');
	};
	return keys.map(digitsOf).sort().join('');
}

/** Section 2: derives the keys of a room. */
export function deriveRoom(room, secret = '') {
	const name = room.normalize('NFC');
	const hkdf = (key, label, length) => Buffer.from(hkdfSync('sha256', key, '', `p2pchat-ink ${label}`, length));
	const stretch = () =>
		scryptSync(secret.normalize('NFC'), `p2pchat-ink secret room 1 ${name}`, 32, {
			N: 131_072,
			r: 8,
			p: 1,
			maxmem: 2 ** 28,
		});
	const roomKey = secret === '' ? hkdf(name, 'open room 1', 32) : stretch();
	const tag = hkdf(roomKey, 'room tag 1', 8);
	return {
		roomKey,
		tag,
		psk: hkdf(roomKey, 'psk 1', 32),
		pskIdentity: `p2pchat-ink 1 ${tag.toString('hex')}`,
		beaconKey: hkdf(roomKey, 'beacon key 1', 32),
		isOpen: secret === '',
	};
}

/** Creates an Ed25519 key from a 32-byte seed, which Node accepts only in PKCS #8 (RFC 8410). */
export function createKey(seed) {
	const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
	const key = createPrivateKey({key: der, format: 'der', type: 'pkcs8'});
	const peer = createPublicKey(key).export({format: 'der', type: 'spki'}).subarray(12).toString('hex');
	return {peer, sign: bytes => sign(null, bytes, key)};
}

/** Section 12: the y coordinates of the points of small order. A y of 2^255 - 19 or more is not canonical. */
const SMALL_ORDER = [0n, 1n, 2n ** 255n - 20n];
SMALL_ORDER.push(
	0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
	0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n,
);

export function isWeak(peer) {
	const y = BigInt(`0x${bytesOf(peer).reverse().toString('hex')}`) & (2n ** 255n - 1n);
	return y >= 2n ** 255n - 19n || SMALL_ORDER.includes(y);
}

export function isSigned(peer, bytes, signature) {
	if (isWeak(peer)) return false;
	const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytesOf(peer)]);
	return verify(null, bytes, createPublicKey({key: der, format: 'der', type: 'spki'}), signature);
}

const MAGIC = ascii('p2pi');

/** Section 3: encodes a beacon. `kind`: 0 here, 1 leaving, 2 answer. */
export function encodeBeacon(room, {kind, peer, port, counter, name = '', path}) {
	const fixed = Buffer.alloc(2);
	fixed.writeUInt16BE(port);
	const text = ascii(name);
	const body = Buffer.concat([
		...[MAGIC, Buffer.of(1, kind), room.tag, bytesOf(peer), fixed, uint64(counter)],
		...[Buffer.of(text.length), text, Buffer.of(...(path === undefined ? [] : [path]))],
	]);
	return Buffer.concat([body, hmac(room.beaconKey, body).subarray(0, 16)]);
}

/** Decodes a beacon. Returns undefined if the beacon must be dropped. */
export function decodeBeacon(room, bytes) {
	if (bytes.length > 512 || bytes.length < 73 || !bytes.subarray(0, 4).equals(MAGIC) || bytes[4] !== 1)
		return undefined;
	const body = bytes.subarray(0, -16);
	if (!body.subarray(6, 14).equals(room.tag)) return undefined;
	if (!hmac(room.beaconKey, body).subarray(0, 16).equals(bytes.subarray(-16))) return undefined;
	const nameEnd = 57 + body[56];
	if (body[5] > 2 || body[56] > 64 || nameEnd > body.length) return undefined;
	return {
		kind: body[5],
		peer: body.subarray(14, 46).toString('hex'),
		port: body.readUInt16BE(46),
		counter: Number(body.readBigUInt64BE(48)),
		name: body.subarray(57, nameEnd).toString(),
	};
}

/** Section 7: bytes that the proof of a hello covers. `role`: role of the end that sends the hello. */
function proven(room, keyingMaterial, role) {
	return Buffer.concat([ascii('p2pchat-ink hello 1'), room.tag, keyingMaterial, ascii(role)]);
}

export function proveHello(room, key, keyingMaterial, role) {
	const payload = proven(room, keyingMaterial, role);
	return {signature: key.sign(payload), mac: hmac(room.roomKey, payload, bytesOf(key.peer))};
}

export function isProven(room, {peer, signature, mac}, keyingMaterial, role) {
	const payload = proven(room, keyingMaterial, role);
	return hmac(room.roomKey, payload, peer).equals(mac) && isSigned(peer.toString('hex'), payload, signature);
}

/** Section 12: hash_0 of a feed. */
export function firstHash(room, peer) {
	return sha256(ascii('p2pchat-ink feed 1'), room.tag, bytesOf(peer));
}

export function chain(hash, entries) {
	return entries.reduce((before, entry) => sha256(before, entry), hash);
}

function signedPart(room, peer, seq, hash) {
	return Buffer.concat([ascii('p2pchat-ink batch 1'), room.tag, bytesOf(peer), uint64(seq), hash]);
}

/** Creates a batch as `[peer, first seq, previous hash, entries, signature]`. */
export function signBatch(room, key, firstSeq, previousHash, entries) {
	const lastSeq = firstSeq + entries.length - 1;
	const signature = key.sign(signedPart(room, key.peer, lastSeq, chain(previousHash, entries)));
	return [bytesOf(key.peer), firstSeq, previousHash, entries, signature];
}

export function isSignedBatch(room, [peer, firstSeq, previousHash, entries, signature]) {
	const author = peer.toString('hex');
	const lastSeq = firstSeq + entries.length - 1;
	return isSigned(author, signedPart(room, author, lastSeq, chain(previousHash, entries)), signature);
}

/** Section 14: computes the digest. `feeds`: `{peer, seq, hash}`, in any order. */
export function digestOf(feeds) {
	const digest = Buffer.alloc(2048);
	for (let bucket = 0; bucket < 256; bucket++) {
		const inside = feeds.filter(({peer}) => bytesOf(peer)[0] === bucket).sort((a, b) => (a.peer < b.peer ? -1 : 1));
		if (inside.length === 0) continue;
		const parts = inside.flatMap(({peer, seq, hash}) => [bytesOf(peer), uint64(seq), hash.subarray(0, 8)]);
		sha256(...parts).copy(digest, bucket * 8, 0, 8);
	}
	return digest;
}
