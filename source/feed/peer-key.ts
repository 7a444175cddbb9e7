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

export type VerifySignature = (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => boolean;

/** Importing a key costs as much as verifying with it, so those of `maxKeys` peers are kept, the newest. */
export function createSignatureVerifier(maxKeys: number): VerifySignature {
	const keys = new Map<PeerId, KeyObject>();

	function publicKeyOf(peer: PeerId): KeyObject {
		const kept = keys.get(peer);
		if (kept) return kept;
		const key = importPublicKey(bytesOfHex(peer));
		const oldest = keys.size < maxKeys ? undefined : keys.keys().next().value;
		if (oldest) keys.delete(oldest);
		keys.set(peer, key);
		return key;
	}

	return (peer, bytes, signature) => {
		try {
			return isSignatureOf(publicKeyOf(peer), bytes, signature);
		} catch {
			return false;
		}
	};
}

/** Never throws: a peer id that is no point of the curve signed nothing. */
export const verifySignature = createSignatureVerifier(4096);
