/**
 * Ed25519 keys (RFC 8032): the key of a running node, signatures and their verification.
 *
 * Keys are raw bytes here. `node:crypto` accepts keys only in DER, so this module adds fixed DER prefixes.
 */
import {createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify} from 'node:crypto';
import {hexToBytes, peerIdFromBytes} from '../codec/bytes.js';
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
/** Maximum number of imported keys in the cache, of about 1 KiB each. */
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

/** Imports a public key of 32 bytes. Throws if the bytes are not a point of the curve. */
export function importPublicKey(publicKey: Uint8Array): KeyObject {
	return createPublicKey({key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki'});
}

/** Whether an Ed25519 signature is valid; false for a signature of the wrong length. */
export function isValidSignature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
	return signature.length === SIGNATURE_BYTES && verify(null, bytes, key, signature);
}

/**
 * Creates a function that verifies the signature of a peer. It never throws: a peer id that is not a point of the curve
 * has no valid signature. It caches imported keys, because importing a key costs as much as verifying with it.
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

/** Signature verifier that all parts of the process share. */
export const verifySignature = createSignatureVerifier(MAX_CACHED_KEYS);
