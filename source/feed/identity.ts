/**
 * Identity of a user in one room, which stays the same in all launches of the program (protocol.md, Entries).
 *
 * HKDF derives the key of the identity from a seed of the OS user and the room tag, so that others cannot link the
 * identities of one user in two rooms. The key of the identity signs only peer ids: a signature says that the peer
 * belongs to this user.
 */
import {createHash, hkdfSync} from 'node:crypto';
import {bytesToHex, hexToBytes} from '../codec/bytes.js';
import type {IdentityClaim} from '../codec/entry.js';
import type {Identity, PeerId} from '../core/event.js';
import {createSigningKey, importPublicKey, isValidSignature} from './signing-keys.js';

export interface RoomIdentity {
	readonly identity: Identity;
	/** Claim for the `joined` entry of `peer`: it says that this identity belongs to the user of `peer`. */
	signPeer(peer: PeerId): IdentityClaim;
}

/** Derives the identity of a room. `seed`: 32 bytes that never leave this machine. */
export function createIdentity(seed: Uint8Array, roomTag: Uint8Array): RoomIdentity {
	const roomSeed = hkdfSync('sha256', seed, roomTag, 'p2pchat-ink identity key 1', 32);
	const {publicKey, sign} = createSigningKey(new Uint8Array(roomSeed));
	return {
		identity: createIdentityRecord(publicKey),
		signPeer: peer => ({key: publicKey, signature: sign(claimPayload(roomTag, peer))}),
	};
}

/**
 * Verifies the claim that a peer belongs to the user with an identity, and returns the identity. Undefined if the
 * claim is not valid for this peer in this room. Never throws.
 */
export function verifyIdentity(claim: IdentityClaim, roomTag: Uint8Array, peer: PeerId): Identity | undefined {
	try {
		const key = importPublicKey(claim.key);
		return isValidSignature(key, claimPayload(roomTag, peer), claim.signature)
			? createIdentityRecord(claim.key)
			: undefined;
	} catch {
		return undefined;
	}
}

function claimPayload(roomTag: Uint8Array, peer: PeerId): Uint8Array {
	return Buffer.concat([Buffer.from('p2pchat-ink identity 1'), roomTag, hexToBytes(peer)]);
}

function createIdentityRecord(key: Uint8Array): Identity {
	return {key: bytesToHex(key), fingerprint: createHash('sha256').update(key).digest('hex').slice(0, 16)};
}
