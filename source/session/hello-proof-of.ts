import {proveHello, verifyHello} from '../feed/hello-proof.js';
import type {PeerKey} from '../feed/peer-key.js';
import type {RoomKeys} from '../feed/room-keys.js';
import type {HelloProof} from '../network/handshake.js';

/** Binds what the handshake needs to this node's key and room. */
export function helloProofOf(key: PeerKey, keys: RoomKeys): HelloProof {
	return {
		prove: (keyingMaterial, role) => proveHello(key, {keys, keyingMaterial, role}),
		verify: (hello, keyingMaterial, role) => verifyHello(hello, {keys, keyingMaterial, role}) === 'valid',
	};
}
