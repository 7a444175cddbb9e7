import type {LocalInterface} from '../ip-address.js';

/**
 * Datagrams on every eligible interface: bytes only, no meaning (design.md, 3, Discovery). Two implementations, UDP and
 * memory.
 */
export interface DatagramSource {
	readonly address: string;
	readonly port: number;
}

/** Counters of one destination, for the doctor. */
export interface DestinationCounters {
	readonly interface: string;
	readonly address: string;
	/** Where datagrams go: a broadcast or multicast address. */
	readonly destination: string;
	readonly kind: 'broadcast' | 'multicast';
	readonly sent: number;
	readonly failed: number;
	/** In words, of the last failure. */
	readonly lastError?: string;
}

export interface Beacon {
	/** Opens the sockets: a shared receiving port and an ephemeral port of our own. Resolves with both. */
	start(received: (bytes: Uint8Array, source: DatagramSource) => void): Promise<{port: number; ownPort: number}>;
	/** One beat: on every interface by broadcast, and `toGroup` (else the same) by multicast. Failures are counted, never thrown. */
	broadcast(bytes: Uint8Array, toGroup?: Uint8Array): void;
	/** To one address, from our own port. */
	send(bytes: Uint8Array, address: string, port: number): void;
	/** As read at the last beat. */
	interfaces(): readonly LocalInterface[];
	counters(): readonly DestinationCounters[];
	/** Idempotent. */
	close(): Promise<void>;
}
