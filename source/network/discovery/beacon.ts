/**
 * Interface of the datagram service that discovery uses. It moves bytes on every eligible interface and knows nothing of
 * their content. There are two implementations: UDP, and memory for tests.
 */
import type {LocalInterface} from '../ip-address.js';

export interface DatagramSource {
	readonly address: string;
	readonly port: number;
}

/** Send statistics of one destination, for the doctor. */
export interface DestinationCounters {
	readonly interface: string;
	readonly address: string;
	/** Where datagrams go: a broadcast or multicast address. */
	readonly destination: string;
	readonly kind: 'broadcast' | 'multicast';
	readonly sent: number;
	readonly failed: number;
	/** Text of the last failure. */
	readonly lastError?: string;
}

export interface Beacon {
	/** Opens the sockets: the shared receiving port and an own ephemeral port. Resolves with both. */
	start(received: (bytes: Uint8Array, source: DatagramSource) => void): Promise<{port: number; ownPort: number}>;
	/** Sends `bytes` by broadcast and `toGroup` (default: the same) by multicast on every interface. Failures are counted. */
	broadcast(bytes: Uint8Array, toGroup?: Uint8Array): void;
	/** Sends a datagram to one address, from the own port. */
	send(bytes: Uint8Array, address: string, port: number): void;
	/** The interfaces as of the last broadcast. */
	interfaces(): readonly LocalInterface[];
	/** One entry for each interface address and destination. */
	counters(): readonly DestinationCounters[];
	/** Idempotent. */
	close(): Promise<void>;
}
