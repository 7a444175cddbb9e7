/** The datagram of discovery (protocol.md, Beacon): at most MAX_BEACON_BYTES, authenticated by the room's beacon key. */
import type {PeerId} from '../core/ids.js';

export type BeaconKind = 'here' | 'leaving' | 'answer';

export interface BeaconDatagram {
	/** Highest protocol version spoken. */
	readonly version: number;
	/** 8 bytes. */
	readonly roomTag: Uint8Array;
	readonly peer: PeerId;
	/** TCP port. */
	readonly port: number;
	/** Left out in a room with a secret. */
	readonly name?: string;
	readonly kind: BeaconKind;
	/** Rises with each datagram of this peer: what is not newer is a replay. */
	readonly counter: number;
}

/** Computes the MAC over the bytes before it: HMAC-SHA-256 by the beacon key, cut to 16 bytes. Passed in: codec has no crypto. */
export type BeaconMac = (bytes: Uint8Array) => Uint8Array;

export type DecodedBeacon =
	| {readonly type: 'beacon'; readonly beacon: BeaconDatagram}
	/** Ours in form, but of another room or secret (tag or MAC differ). */
	| {readonly type: 'stranger'; readonly peer: string}
	/** Ours in form, of a version we do not speak. */
	| {readonly type: 'other-version'; readonly version: number}
	/** Not ours at all. */
	| {readonly type: 'noise'};

export declare function encodeBeacon(beacon: BeaconDatagram, mac: BeaconMac): Uint8Array;
/** Never throws. */
export declare function decodeBeacon(bytes: Uint8Array, roomTag: Uint8Array, mac: BeaconMac): DecodedBeacon;
