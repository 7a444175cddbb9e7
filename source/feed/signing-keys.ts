/**
 * Ed25519 keys (RFC 8032): the key of a running node, signatures and their verification.
 *
 * The functions of this module take and return keys as raw bytes. `node:crypto` accepts keys only in DER, so this
 * module adds fixed DER prefixes.
 */
import {createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify} from 'node:crypto';
import {bytesToHex, hexToBytes, peerIdFromBytes} from '../codec/bytes.js';
import type {PeerId} from '../core/event.js';
import {LruMap} from '../core/lru-map.js';

/** Feed key pair of a running node. The public key is its peer id; the private key is never written to disk. */
export interface PeerKey {
	readonly peer: PeerId;
	/** Returns the Ed25519 signature of `bytes`, 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
}

interface SigningKey {
	/** Ed25519 public key, 32 bytes. */
	readonly publicKey: Uint8Array;
	/** Returns the Ed25519 signature of `bytes`, 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
}

/** PKCS #8 bytes before the 32-byte seed (RFC 8410, section 7). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** SubjectPublicKeyInfo bytes before the 32-byte key (RFC 8410, section 4). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SEED_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Maximum number of imported public keys in the cache. Each takes about 1 KiB. */
const MAX_CACHED_KEYS = 4096;

/** Creates the feed key of a node from a seed of 32 bytes. Without `seed` it uses random bytes. */
export function createPeerKey(seed: Uint8Array = randomBytes(SEED_BYTES)): PeerKey {
	const {publicKey, sign} = createSigningKey(seed);
	return {peer: peerIdFromBytes(publicKey), sign};
}

/** Derives a key pair from a seed of 32 bytes. Throws RangeError for a seed of another length. */
export function createSigningKey(seed: Uint8Array): SigningKey {
	if (seed.length !== SEED_BYTES) throw new RangeError(`An Ed25519 seed has ${SEED_BYTES} bytes`);
	const key = createPrivateKey({key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8'});
	const der = createPublicKey(key).export({format: 'der', type: 'spki'});
	return {
		publicKey: new Uint8Array(der.subarray(PUBLIC_PREFIX.length)),
		sign: bytes => new Uint8Array(sign(null, bytes, key)),
	};
}

/**
 * The y coordinates of the eight points of small order on the curve (keys for which anybody can make valid
 * signatures), each as 32 bytes, little-endian, in hexadecimal.
 */
const SMALL_ORDER_Y = [
	`00${'00'.repeat(31)}`,
	`01${'00'.repeat(31)}`,
	`ec${'ff'.repeat(30)}7f`,
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];
/** Bytes 1 to 30 of every key whose y coordinate is not reduced (y >= p, where p = 2^255 - 19), in hexadecimal. */
const NON_CANONICAL_MIDDLE = 'ff'.repeat(30);

/**
 * Whether an Ed25519 public key, in hexadecimal, is weak: a valid signature does not prove who made it. If its point has a
 * small order, anybody can make a valid signature without the private key. If its encoding is not canonical (y >= p), some
 * libraries accept the key and others refuse it.
 */
export function isWeakKey(key: string): boolean {
	const lastByte = Number.parseInt(key.slice(62), 16) & 0x7f;
	const y = key.slice(0, 62) + lastByte.toString(16).padStart(2, '0');
	if (SMALL_ORDER_Y.includes(y)) return true;
	return lastByte === 0x7f && key.slice(2, 62) === NON_CANONICAL_MIDDLE && Number.parseInt(key.slice(0, 2), 16) >= 0xed;
}

/** Imports a public key of 32 bytes. Throws if it is weak or not a point of the curve. */
export function importPublicKey(publicKey: Uint8Array): KeyObject {
	if (isWeakKey(bytesToHex(publicKey))) throw new RangeError('This Ed25519 key is weak');
	return createPublicKey({key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki'});
}

/**
 * Whether an Ed25519 signature is valid; false for a signature of the wrong length. OpenSSL requires S < L and compares
 * the encoding of R (RFC 8032, 5.1.7, without the cofactor). protocol.md prescribes this rule, so that all nodes agree.
 */
export function isValidSignature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
	return signature.length === SIGNATURE_BYTES && verify(null, bytes, key, signature);
}

/**
 * Creates a function that verifies the signature of a peer. It never throws: a peer id that is weak or not a point of
 * the curve has no valid signature. It caches imported keys, because importing a key costs as much as verifying with it.
 */
export function createSignatureVerifier(maxKeys: number) {
	const keys = new LruMap<PeerId, KeyObject>(maxKeys, {touchOnGet: true});

	function publicKeyOf(peer: PeerId): KeyObject {
		const cached = keys.get(peer);
		if (cached) return cached;
		const key = importPublicKey(hexToBytes(peer));
		keys.set(peer, key);
		return key;
	}

	return (peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean => {
		try {
			return isValidSignature(publicKeyOf(peer), bytes, signature);
		} catch {
			return false;
		}
	};
}

/**
 * Verifies the signature of a peer. All parts of the program use this function, so that they share its cache of
 * imported keys.
 */
export const verifySignature = createSignatureVerifier(MAX_CACHED_KEYS);
