/** The key of a running node: its public half is the peer id, its private half never leaves memory. */
import {type KeyObject, randomBytes} from 'node:crypto';
import {bytesOfHex, peerIdOfBytes} from '../codec/bytes.js';
import type {PeerId} from '../core/ids.js';
import {createSigningKey, importPublicKey, isSignatureOf} from './ed25519.js';

export interface PeerKey {
	readonly peer: PeerId;
	/** Ed25519, 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
}

/** Without `seed` (32 bytes) a new one from the system. */
export function createPeerKey(seed: Uint8Array = randomBytes(32)): PeerKey {
	const {publicKey, sign} = createSigningKey(seed);
	return {peer: peerIdOfBytes(publicKey), sign};
}

/** Importing a key costs as much as verifying with it, so the keys seen last are kept. */
const MAX_CACHED_KEYS = 4096;
const cachedKeys = new Map<PeerId, KeyObject>();

function publicKeyOf(peer: PeerId): KeyObject {
	const cached = cachedKeys.get(peer);
	if (cached) return cached;
	const key = importPublicKey(bytesOfHex(peer));
	if (cachedKeys.size >= MAX_CACHED_KEYS) {
		const oldest = cachedKeys.keys().next();
		if (!oldest.done) cachedKeys.delete(oldest.value);
	}
	cachedKeys.set(peer, key);
	return key;
}

/** Never throws: a peer id that is no point of the curve signed nothing. */
export function verifySignature(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
	try {
		return isSignatureOf(publicKeyOf(peer), bytes, signature);
	} catch {
		return false;
	}
}
