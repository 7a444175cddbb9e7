import type {EventEmitter} from 'node:events';

import type {StrangerBatch, StrangerKey, StrangerRoom} from './room.mjs';

export interface StrangerEvent {
	readonly peer: string;
	readonly seq: number;
	readonly kind: string;
	readonly values: readonly unknown[];
}

export interface IndependentClient {
	readonly peer: string;
	readonly room: StrangerRoom;
	readonly key: StrangerKey;
	readonly feeds: {
		seqOf(peer: string): number;
		hashOf(peer: string, seq: number): Buffer;
		from(peer: string, seq: number): StrangerBatch[];
		isFrozen(peer: string): boolean;
		timeline(): StrangerEvent[];
	};
	/** Emits `verified` (peer), `closed` (peer, ending), `taken` (peer, seq), `acknowledged` (peer, seq), `fork` (peer), `ping`. */
	readonly events: EventEmitter;
	/** Author -> batches that a test makes the client send in place of the author's feed. */
	readonly forged: Map<string, StrangerBatch[]>;
	readonly tcpPort: number;
	dial(port: number): void;
	sendTo(peer: string, message: object): void;
	peers(): string[];
	connectionCount(peer: string): number;
	pings(): number;
	post(text: string): void;
	leave(): Promise<void>;
}

export function createIndependentClient(options?: {
	readonly udpPort?: number;
	readonly name?: string;
	readonly room?: string;
	readonly secret?: string;
	readonly beacons?: boolean;
	readonly seed?: Uint8Array;
}): Promise<IndependentClient>;
