/** Ed25519 (RFC 8032) from raw keys: `node:crypto` takes them only inside DER, so the fixed prefixes stand here. */
import {createPrivateKey, createPublicKey, type KeyObject, sign, verify} from 'node:crypto';

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

export function isSignatureOf(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
	return signature.length === 64 && verify(null, bytes, key, signature);
}
