/**
 * Interface of the datagram service that discovery uses. It sends and receives bytes on all selected interfaces and
 * does not interpret them. There are two implementations: UDP, and an in-memory network for tests.
 */
import type {LocalInterface} from '../ip-address.js';
import type {SocketFailure} from '../socket-failure.js';

export interface DatagramSource {
	readonly address: string;
	readonly port: number;
}

/** Counts of the datagrams that were sent to one destination, for the doctor. */
export interface DestinationCounters {
	readonly interface: string;
	readonly address: string;
	/** Broadcast or multicast address to which datagrams are sent. */
	readonly destination: string;
	readonly kind: 'broadcast' | 'multicast';
	readonly sent: number;
	readonly failed: number;
	/** Text of the last failure. */
	readonly lastError?: string;
}

export interface Beacon {
	/** Opens the sockets and resolves with their ports: the shared receiving port, and the source port of this node. */
	start(received: (bytes: Uint8Array, source: DatagramSource) => void): Promise<{port: number; ownPort: number}>;
	/** Sends `bytes` by broadcast and `toGroup` (default: `bytes`) by multicast on every interface. Counts failures. */
	broadcast(bytes: Uint8Array, toGroup?: Uint8Array): void;
	/** Reads the interfaces and opens missing sockets, as `broadcast` does, without sending. */
	refresh?(): void;
	/** Sends a datagram to one address, from the source port of this node. */
	send(bytes: Uint8Array, address: string, port: number): void;
	/** Selected interfaces according to the last read, including those that cannot broadcast. */
	interfaces(): readonly LocalInterface[];
	/** Text that says why the interfaces could not be read for the last broadcast. Undefined if they were read. */
	interfaceFailure?(): string | undefined;
	/** Sockets that the system refuses to open now. The next broadcast tries to open them again. */
	socketFailures?(): readonly SocketFailure[];
	/** Send statistics, one entry for each interface address and destination. */
	counters(): readonly DestinationCounters[];
	/** Closes all sockets. Idempotent. */
	close(): Promise<void>;
}
