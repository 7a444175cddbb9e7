/** Ed25519 (RFC 8032) from raw keys: `node:crypto` takes them only inside DER, so the fixed prefixes stand here. */
import {createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify} from 'node:crypto';
import {hexToBytes, peerIdFromBytes} from '../codec/bytes.js';
import type {PeerId} from '../core/event.js';

/** PKCS #8 up to the 32-byte seed (RFC 8410, 7). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** SubjectPublicKeyInfo up to the 32-byte key (RFC 8410, 4). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface SigningKey {
	/** 32 bytes. */
	readonly publicKey: Uint8Array;
	/** 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
}

/** `seed`: 32 bytes; the same seed is the same key. */
export function createSigningKey(seed: Uint8Array): SigningKey {
	if (seed.length !== 32) throw new RangeError('An Ed25519 seed holds 32 bytes');
	const key = createPrivateKey({key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8'});
	const der = createPublicKey(key).export({format: 'der', type: 'spki'});
	return {
		publicKey: new Uint8Array(der.subarray(PUBLIC_PREFIX.length)),
		sign: bytes => new Uint8Array(sign(null, bytes, key)),
	};
}

/** Throws when the 32 bytes are no key. */
export function importPublicKey(publicKey: Uint8Array): KeyObject {
	return createPublicKey({key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki'});
}

export function isValidSignature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
	return signature.length === 64 && verify(null, bytes, key, signature);
}

/** The key of a running node: its public half is the peer id, its private half never leaves memory. */

export interface PeerKey {
	readonly peer: PeerId;
	/** Ed25519, 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
}

/** Without `seed` (32 bytes) a new one from the system. */
export function createPeerKey(seed: Uint8Array = randomBytes(32)): PeerKey {
	const {publicKey, sign} = createSigningKey(seed);
	return {peer: peerIdFromBytes(publicKey), sign};
}

export type VerifySignature = (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => boolean;

/** Importing a key costs as much as verifying with it, so those of `maxKeys` peers are kept, the newest. */
export function createSignatureVerifier(maxKeys: number): VerifySignature {
	const keys = new Map<PeerId, KeyObject>();

	function publicKeyOf(peer: PeerId): KeyObject {
		const kept = keys.get(peer);
		if (kept) return kept;
		const key = importPublicKey(hexToBytes(peer));
		const oldest = keys.size < maxKeys ? undefined : keys.keys().next().value;
		if (oldest) keys.delete(oldest);
		keys.set(peer, key);
		return key;
	}

	return (peer, bytes, signature) => {
		try {
			return isValidSignature(publicKeyOf(peer), bytes, signature);
		} catch {
			return false;
		}
	};
}

/** Never throws: a peer id that is no point of the curve signed nothing. */
export const verifySignature = createSignatureVerifier(4096);
