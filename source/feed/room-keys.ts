/**
 * Keys of a room, derived from its name and secret (protocol.md, Keys).
 *
 * Names and secrets are normalised to Unicode form NFC, so that equal words typed on two systems give the same keys.
 */
import {createHmac, hkdfSync, scrypt} from 'node:crypto';
import type {BeaconMac} from '../codec/beacon-datagram.js';
import {bytesToHex} from '../codec/bytes.js';

export interface RoomKeys {
	/**
	 * Key of 32 bytes from which all other keys are derived. It is computed from the room name (HKDF), or from the
	 * secret and the name (scrypt). It is also the key of the HMAC in `hello`.
	 */
	readonly roomKey: Uint8Array;
	/** Pre-shared key of the TLS connections in the room, 32 bytes. */
	readonly psk: Uint8Array;
	/**
	 * Name of the pre-shared key (TLS PSK identity), which the dialler sends in clear. It reveals only the room tag.
	 */
	readonly pskIdentity: string;
	/** Key that authenticates beacons, 32 bytes. */
	readonly beaconKey: Uint8Array;
	/** Room tag, 8 bytes. Every beacon and every signed payload contains it. */
	readonly tag: Uint8Array;
	readonly hasSecret: boolean;
}

interface RoomChoice {
	readonly room: string;
	/** Secret of the room. Undefined or empty for a room without a secret. */
	readonly secret?: string;
}

/** Parameters of scrypt (RFC 7914). Each guess of a secret costs about 0.3 s and 128 MiB. */
const SCRYPT = {N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024};

/** Derives all keys of a room. With a secret it takes about 0.3 s, during which the event loop keeps running. */
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

/** Creates the function that computes the MAC of a beacon: the first 16 bytes of HMAC-SHA-256 with the beacon key. */
export function createBeaconMac(keys: Pick<RoomKeys, 'beaconKey'>): BeaconMac {
	return bytes => createHmac('sha256', keys.beaconKey).update(bytes).digest().subarray(0, 16);
}

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
