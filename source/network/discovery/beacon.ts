/**
 * Interface of the service that sends and receives the datagrams of discovery, on all selected interfaces. It does not
 * interpret their content. There are two implementations: UDP, and a network in memory for tests.
 */
import type {LocalInterface} from '../ip-address.js';
import type {SocketFailure} from '../socket-failure.js';

export interface DatagramSource {
	readonly address: string;
	readonly port: number;
}

/** Numbers of datagrams that were sent from one local address to one destination, for the doctor. */
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
	/**
	 * Opens the sockets. Resolves with two ports: the discovery port, on which all nodes receive, and the port from
	 * which this node sends.
	 */
	start(received: (bytes: Uint8Array, source: DatagramSource) => void): Promise<{port: number; ownPort: number}>;
	/**
	 * Sends `bytes` by broadcast and `toGroup` by multicast on every interface. Default of `toGroup`: `bytes`. Failures
	 * are counted (`counters`) and not reported to the caller.
	 */
	broadcast(bytes: Uint8Array, toGroup?: Uint8Array): void;
	/** Reads the interfaces and opens missing sockets, like `broadcast`, but sends nothing. */
	refresh?(): void;
	/** Sends a datagram to one address. Its source port is the port from which this node sends its beacons. */
	send(bytes: Uint8Array, address: string, port: number): void;
	/** Selected interfaces according to the last read of the interfaces. Includes interfaces that cannot broadcast. */
	interfaces(): readonly LocalInterface[];
	/** Reason, as text, why the interfaces could not be read for the last beacon. Undefined if they were read. */
	interfaceFailure?(): string | undefined;
	/** Sockets that the system refuses to open now. The next beacon tries to open them again. */
	socketFailures?(): readonly SocketFailure[];
	/** Numbers of sent datagrams, with one entry for each local address and destination. */
	counters(): readonly DestinationCounters[];
	/** Closes all sockets. Idempotent. */
	close(): Promise<void>;
}
