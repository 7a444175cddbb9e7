/**
 * Proof in a `hello` that binds the hello to its sender, room and connection (protocol.md, Handshake).
 *
 * The feed key signs a label, the room tag, TLS keying material and the role of the sender. An HMAC with the room key
 * covers the same bytes and the peer id. If somebody relays a hello to another connection, or sends it back to its
 * sender, the proof is not valid there.
 */
import {createHmac, timingSafeEqual} from 'node:crypto';
import {hexToBytes} from '../codec/bytes.js';
import type {HelloMessage} from '../codec/message-types.js';
import type {RoomKeys} from './room-keys.js';
import {type PeerKey, verifySignature} from './signing-keys.js';

/** Role of the sender of the hello: it dialled the connection, or accepted it. */
type HelloRole = 'dialler' | 'accepter';

export interface HelloContext {
	readonly keys: Pick<RoomKeys, 'roomKey' | 'tag'>;
	/**
	 * 32 bytes that TLS derives from the connection (RFC 8446, 7.5). They are equal at both ends, and different for
	 * every connection.
	 */
	readonly keyingMaterial: Uint8Array;
	/** Role of the sender of the hello. */
	readonly role: HelloRole;
}

export type HelloProof = Pick<HelloMessage, 'signature' | 'mac'>;
type HelloValidity = 'valid' | 'bad-mac' | 'bad-signature';

/** Creates the proof for a `hello` that this node sends. */
export function proveHello(key: PeerKey, context: HelloContext): HelloProof {
	const payload = createHelloPayload(context);
	return {signature: key.sign(payload), mac: new Uint8Array(computeHelloMac(context, payload, key.peer))};
}

/** Verifies the proof of a received hello. Compares the HMAC in constant time. */
export function verifyHello(hello: HelloProof & Pick<HelloMessage, 'peer'>, context: HelloContext): HelloValidity {
	const payload = createHelloPayload(context);
	const mac = computeHelloMac(context, payload, hello.peer);
	if (hello.mac.length !== mac.length || !timingSafeEqual(hello.mac, mac)) return 'bad-mac';
	return verifySignature(hello.peer, payload, hello.signature) ? 'valid' : 'bad-signature';
}

function createHelloPayload({keys, keyingMaterial, role}: HelloContext): Uint8Array {
	return Buffer.concat([Buffer.from('p2pchat-ink hello 1'), keys.tag, keyingMaterial, Buffer.from(role)]);
}

function computeHelloMac(context: HelloContext, payload: Uint8Array, peer: HelloMessage['peer']): Uint8Array {
	return createHmac('sha256', context.keys.roomKey).update(payload).update(hexToBytes(peer)).digest();
}
