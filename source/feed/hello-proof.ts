/**
 * What makes a `hello` belong to its sender, its room and this very connection (design.md, 3): a signature by the feed key
 * over label, room tag, TLS keying material and the sender's role, and an HMAC by the room key over the same with the peer
 * id. A hello that is relayed to another connection or sent back to its author fails.
 */
import {createHmac, timingSafeEqual} from 'node:crypto';
import {hexToBytes} from '../codec/bytes.js';
import type {HelloMessage} from '../codec/message.js';
import type {RoomKeys} from './room-keys.js';
import {type PeerKey, verifySignature} from './signing-keys.js';

/** Which end the sender of the hello is. */
export type HelloRole = 'dialler' | 'accepter';

export interface HelloContext {
	readonly keys: Pick<RoomKeys, 'roomKey' | 'tag'>;
	/** 32 bytes of TLS exporter, the same at both ends. */
	readonly keyingMaterial: Uint8Array;
	/** Of the one who says this hello. */
	readonly role: HelloRole;
}

export type HelloProof = Pick<HelloMessage, 'signature' | 'mac'>;
export type HelloValidity = 'valid' | 'bad-mac' | 'bad-signature';

function createHelloPayload({keys, keyingMaterial, role}: HelloContext): Uint8Array {
	return Buffer.concat([Buffer.from('p2pchat-ink hello 1'), keys.tag, keyingMaterial, Buffer.from(role)]);
}

function computeHelloMac(context: HelloContext, payload: Uint8Array, peer: HelloMessage['peer']): Uint8Array {
	return createHmac('sha256', context.keys.roomKey).update(payload).update(hexToBytes(peer)).digest();
}

export function proveHello(key: PeerKey, context: HelloContext): HelloProof {
	const payload = createHelloPayload(context);
	return {signature: key.sign(payload), mac: new Uint8Array(computeHelloMac(context, payload, key.peer))};
}

/** Compares in constant time. */
export function verifyHello(hello: HelloProof & Pick<HelloMessage, 'peer'>, context: HelloContext): HelloValidity {
	const payload = createHelloPayload(context);
	const mac = computeHelloMac(context, payload, hello.peer);
	if (hello.mac.length !== mac.length || !timingSafeEqual(hello.mac, mac)) return 'bad-mac';
	return verifySignature(hello.peer, payload, hello.signature) ? 'valid' : 'bad-signature';
}
