/**
 * Everything that hangs on a room's name and secret (protocol.md, Keys). Names and secrets are taken in Unicode form NFC,
 * so that the same word typed on two systems is one room.
 */
import {createHmac, hkdfSync, scrypt} from 'node:crypto';
import type {BeaconMac} from '../codec/beacon-datagram.js';
import {bytesToHex} from '../codec/bytes.js';

export interface RoomKeys {
	/** 32 bytes: HKDF of the name, or scrypt of the secret. Also the key of the HMAC in `hello`. */
	readonly roomKey: Uint8Array;
	/** 32 bytes: external PSK of TLS. */
	readonly psk: Uint8Array;
	/** What the dialling end names in the handshake; says the room tag, nothing else. */
	readonly pskIdentity: string;
	/** 32 bytes: authenticates beacons. */
	readonly beaconKey: Uint8Array;
	/** 8 bytes: stands in beacons and under every signature. */
	readonly tag: Uint8Array;
	readonly hasSecret: boolean;
}

export interface RoomChoice {
	readonly room: string;
	readonly secret?: string;
}

/** RFC 7914. About 0.3 s and 128 MiB for each guess. */
const SCRYPT = {N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024};

function deriveKey(key: Uint8Array | string, label: string, length: number): Uint8Array {
	return new Uint8Array(hkdfSync('sha256', key, '', `p2pchat-ink ${label}`, length));
}

function deriveFromSecret(secret: string, room: string): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		scrypt(secret, `p2pchat-ink secret room 1 ${room}`, 32, SCRYPT, (error, key) => {
			if (error) reject(error);
			else resolve(new Uint8Array(key));
		});
	});
}

/** Takes a while when there is a secret, off the main thread. An empty secret is none. */
export async function deriveRoomKeys({room, secret = ''}: RoomChoice): Promise<RoomKeys> {
	const name = room.normalize('NFC');
	const hasSecret = secret !== '';
	const roomKey = hasSecret
		? await deriveFromSecret(secret.normalize('NFC'), name)
		: deriveKey(name, 'open room 1', 32);
	const tag = deriveKey(roomKey, 'room tag 1', 8);
	return {
		roomKey,
		psk: deriveKey(roomKey, 'psk 1', 32),
		pskIdentity: `p2pchat-ink 1 ${bytesToHex(tag)}`,
		beaconKey: deriveKey(roomKey, 'beacon key 1', 32),
		tag,
		hasSecret,
	};
}

/** 16 bytes of HMAC-SHA-256 by the beacon key. */
export function createBeaconMac(keys: Pick<RoomKeys, 'beaconKey'>): BeaconMac {
	return bytes => createHmac('sha256', keys.beaconKey).update(bytes).digest().subarray(0, 16);
}
