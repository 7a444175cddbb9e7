export interface StrangerRoom {
	readonly roomKey: Buffer;
	readonly tag: Buffer;
	readonly psk: Buffer;
	readonly pskIdentity: string;
	readonly beaconKey: Buffer;
	readonly isOpen: boolean;
}

export interface StrangerKey {
	readonly peer: string;
	sign(bytes: Uint8Array): Buffer;
}

/** Batch as `[peer, first seq, previous hash, entries, signature]`. */
export type StrangerBatch = [Buffer, number, Buffer, Buffer[], Buffer];

export interface StrangerBeacon {
	readonly kind: number;
	readonly peer: string;
	readonly port: number;
	readonly counter: number;
	readonly name?: string;
	readonly path?: number;
}

export function deriveRoom(room: string, secret?: string): StrangerRoom;
export function safetyNumber(...keys: readonly Uint8Array[]): string;
export function createKey(seed: Uint8Array): StrangerKey;
export function encodeBeacon(room: StrangerRoom, beacon: StrangerBeacon): Buffer;
export function decodeBeacon(room: StrangerRoom, bytes: Buffer): StrangerBeacon | undefined;
export function proveHello(
	room: StrangerRoom,
	key: StrangerKey,
	keyingMaterial: Uint8Array,
	role: string,
): {readonly signature: Buffer; readonly mac: Buffer};
export function isProven(
	room: StrangerRoom,
	hello: {readonly peer: Buffer; readonly signature: Buffer; readonly mac: Buffer},
	keyingMaterial: Uint8Array,
	role: string,
): boolean;
export function firstHash(room: StrangerRoom, peer: string): Buffer;
export function chain(hash: Buffer, entries: readonly Buffer[]): Buffer;
export function signBatch(
	room: StrangerRoom,
	key: StrangerKey,
	firstSeq: number,
	previousHash: Buffer,
	entries: Buffer[],
): StrangerBatch;
export function isWeak(peer: string): boolean;
export function isSigned(peer: string, bytes: Uint8Array, signature: Uint8Array): boolean;
export function isSignedBatch(room: StrangerRoom, batch: StrangerBatch): boolean;
export function digestOf(
	feeds: readonly {readonly peer: string; readonly seq: number; readonly hash: Buffer}[],
): Buffer;
