/**
 * Codec of beacons, the datagrams of discovery (protocol.md, Beacon). A beacon has at most MAX_BEACON_BYTES and is
 * authenticated by the beacon key of the room. Integers are big-endian.
 *
 *     0   4  magic "p2pi"
 *     4   1  version; the fields below are those of version 1
 *     5   1  kind: 0 here, 1 leaving, 2 answer
 *     6   8  room tag
 *     14 32  peer id
 *     46  2  TCP port
 *     48  8  counter
 *     56  1  length n of the name, 0 without a name
 *     57  n  name, UTF-8
 *         1  path on which it was sent: 0 unknown, 1 broadcast, 2 multicast; may be missing
 *        64  signature by the feed key of the peer over a label and all bytes before it; may be missing
 *     end 16 MAC of all bytes before it
 */
import type {PeerId} from '../core/event.js';
import {MAX_BEACON_BYTES, MAX_NAME_BYTES} from '../core/limits.js';
import {cleanName} from '../core/text.js';
import {hexToBytes, isEqualBytes, peerIdFromBytes} from './bytes.js';

export type BeaconKind = 'here' | 'leaving' | 'answer';
/**
 * Path on which a beacon was sent: IP broadcast or IP multicast. From it, the receiver learns which of the two works
 * in its network.
 */
export type BeaconPath = 'broadcast' | 'multicast';

export interface BeaconDatagram {
	/** Highest protocol version that the sender supports. */
	readonly version: number;
	/** Room tag, 8 bytes. */
	readonly roomTag: Uint8Array;
	readonly peer: PeerId;
	/** TCP port on which the sender listens. */
	readonly port: number;
	/** Name of the sender. Absent if the room has a secret. */
	readonly name?: string;
	readonly kind: BeaconKind;
	readonly path?: BeaconPath;
	/**
	 * Rises with each announcement of this peer. If the counter has not risen, the beacon is an old one that somebody
	 * sent again, or a copy that arrived on the other path (broadcast or multicast).
	 */
	readonly counter: number;
}

/**
 * Computes the MAC of a beacon: HMAC-SHA-256 with the beacon key of the room, truncated to 16 bytes. Callers pass
 * this function, because the codec imports no cryptography.
 */
export type BeaconMac = (bytes: Uint8Array) => Uint8Array;

/**
 * Signs a beacon with the feed key of its sender, and returns the signature of 64 bytes. `bytes`: the bytes to sign,
 * which begin with a label.
 */
export type BeaconSigner = (bytes: Uint8Array) => Uint8Array;

/** Signature of a beacon, and the signed bytes. This module does not verify the signature. */
export interface BeaconSignature {
	readonly signed: Uint8Array;
	readonly signature: Uint8Array;
}

type DecodedBeacon =
	| {readonly type: 'beacon'; readonly beacon: BeaconDatagram; readonly proof?: BeaconSignature}
	/**
	 * A beacon of another room or secret: its room tag differs from ours, or its MAC is not valid with our beacon key.
	 */
	| {readonly type: 'foreign'; readonly peer: string; readonly leaving: boolean}
	/** A beacon of a version that this program does not support. */
	| {readonly type: 'other-version'; readonly version: number}
	/** The datagram is not a valid beacon. */
	| {readonly type: 'unrecognized'};

/** Version of the layout of beacons that this module reads and writes. */
const LAYOUT_VERSION = 1;
const MAGIC = [0x70, 0x32, 0x70, 0x69];
/** Kinds of beacon. The index of a kind in this array is its byte in the datagram, so new kinds are only appended. */
const KINDS: readonly BeaconKind[] = ['here', 'leaving', 'answer'];
/** Paths of a beacon. The index of a path in this array is its byte in the datagram, so new paths are only appended. */
const PATHS: readonly (BeaconPath | undefined)[] = [undefined, 'broadcast', 'multicast'];

const VERSION_OFFSET = 4;
const KIND_OFFSET = 5;
const TAG_OFFSET = 6;
const PEER_OFFSET = 14;
const PORT_OFFSET = 46;
const COUNTER_OFFSET = 48;
const NAME_OFFSET = 56;
const MAC_BYTES = 16;
const SIGNATURE_BYTES = 64;
const SIGNATURE_LABEL = new TextEncoder().encode('p2pchat-ink beacon 1');
const MIN_DATAGRAM_BYTES = NAME_OFFSET + 1 + MAC_BYTES;

/** Encodes a beacon, with a signature if `sign` is given. Throws RangeError for a name above MAX_NAME_BYTES. */
export function encodeBeacon(beacon: BeaconDatagram, mac: BeaconMac, sign?: BeaconSigner): Uint8Array {
	const name = new TextEncoder().encode(beacon.name ?? '');
	if (name.length > MAX_NAME_BYTES) throw new RangeError(`A name holds at most ${MAX_NAME_BYTES} bytes`);
	const path = PATHS.indexOf(beacon.path);
	const pathEnd = NAME_OFFSET + 1 + name.length + (path > 0 || sign ? 1 : 0);
	const bytes = new Uint8Array(pathEnd + (sign ? SIGNATURE_BYTES : 0) + MAC_BYTES);
	const view = new DataView(bytes.buffer);
	bytes.set(MAGIC);
	bytes[VERSION_OFFSET] = beacon.version;
	bytes[KIND_OFFSET] = KINDS.indexOf(beacon.kind);
	bytes.set(beacon.roomTag, TAG_OFFSET);
	bytes.set(hexToBytes(beacon.peer), PEER_OFFSET);
	view.setUint16(PORT_OFFSET, beacon.port);
	view.setBigUint64(COUNTER_OFFSET, BigInt(beacon.counter));
	bytes[NAME_OFFSET] = name.length;
	bytes.set(name, NAME_OFFSET + 1);
	if (path > 0) bytes[NAME_OFFSET + 1 + name.length] = path;
	if (sign) bytes.set(sign(withLabel(bytes.subarray(0, pathEnd))).subarray(0, SIGNATURE_BYTES), pathEnd);
	const end = bytes.length - MAC_BYTES;
	bytes.set(mac(bytes.subarray(0, end)).subarray(0, MAC_BYTES), end);
	return bytes;
}

function withLabel(bytes: Uint8Array): Uint8Array {
	const labelled = new Uint8Array(SIGNATURE_LABEL.length + bytes.length);
	labelled.set(SIGNATURE_LABEL);
	labelled.set(bytes, SIGNATURE_LABEL.length);
	return labelled;
}

/** Reads the signature of a beacon; undefined if the beacon has none. `end`: position of the MAC. */
function readSignature(bytes: Uint8Array, end: number): BeaconSignature | undefined {
	const start = NAME_OFFSET + 1 + (bytes[NAME_OFFSET] ?? 0) + 1;
	if (end - start < SIGNATURE_BYTES) return undefined;
	return {signed: withLabel(bytes.subarray(0, start)), signature: bytes.slice(start, start + SIGNATURE_BYTES)};
}

/**
 * Decodes a datagram. Never throws. Unknown bytes before the MAC are ignored, because later versions may add fields
 * there.
 */
export function decodeBeacon(bytes: Uint8Array, roomTag: Uint8Array, mac: BeaconMac): DecodedBeacon {
	if (bytes.length > MAX_BEACON_BYTES || bytes.length < VERSION_OFFSET + 1) return {type: 'unrecognized'};
	if (!MAGIC.every((byte, index) => bytes[index] === byte)) return {type: 'unrecognized'};
	const version = bytes[VERSION_OFFSET] ?? 0;
	if (version !== LAYOUT_VERSION) return {type: 'other-version', version};
	if (bytes.length < MIN_DATAGRAM_BYTES) return {type: 'unrecognized'};
	const peer = peerIdFromBytes(bytes.subarray(PEER_OFFSET, PORT_OFFSET));
	const end = bytes.length - MAC_BYTES;
	const sameRoom = isEqualBytes(bytes.subarray(TAG_OFFSET, PEER_OFFSET), roomTag);
	if (!sameRoom || !isEqualMac(mac(bytes.subarray(0, end)), bytes.subarray(end)))
		return {type: 'foreign', peer, leaving: KINDS[bytes[KIND_OFFSET] ?? 0] === 'leaving'};
	const beacon = readFields(bytes, end);
	if (!beacon || (beacon.port === 0 && beacon.kind !== 'leaving')) return {type: 'unrecognized'};
	const proof = readSignature(bytes, end);
	return {type: 'beacon', beacon, ...(proof && {proof})};
}

/**
 * Compares two MACs in constant time. Otherwise the time of the comparison would reveal how many bytes are right, and
 * a sender could guess a MAC byte by byte.
 */
function isEqualMac(a: Uint8Array, b: Uint8Array): boolean {
	let difference = 0;
	for (let index = 0; index < MAC_BYTES; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
	return difference === 0;
}

/** Reads the fields of a beacon whose MAC is valid. Returns undefined if a field is out of range. */
function readFields(bytes: Uint8Array, end: number): BeaconDatagram | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const kind = KINDS[bytes[KIND_OFFSET] ?? 0];
	const counter = Number(view.getBigUint64(COUNTER_OFFSET));
	const nameEnd = NAME_OFFSET + 1 + (bytes[NAME_OFFSET] ?? 0);
	if (!kind || !Number.isSafeInteger(counter) || nameEnd > Math.min(end, NAME_OFFSET + 1 + MAX_NAME_BYTES))
		return undefined;
	const path = nameEnd < end ? PATHS[bytes[nameEnd] ?? 0] : undefined;
	const name = cleanName(new TextDecoder().decode(bytes.subarray(NAME_OFFSET + 1, nameEnd)));
	return {
		version: bytes[VERSION_OFFSET] ?? 0,
		roomTag: bytes.slice(TAG_OFFSET, PEER_OFFSET),
		peer: peerIdFromBytes(bytes.subarray(PEER_OFFSET, PORT_OFFSET)),
		port: view.getUint16(PORT_OFFSET),
		...(name === '' ? {} : {name}),
		kind,
		...(path === undefined ? {} : {path}),
		counter,
	};
}
