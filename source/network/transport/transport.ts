/**
 * Interface of the encrypted streams between peers, bound to the key of the room (protocol.md, Transport). There are two
 * implementations, TLS and memory, and one acceptance suite (`test/network/transport/transport-acceptance.ts`).
 *
 * Guarantees: bytes arrive in order and without duplicates, or the connection closes. `closed` is called exactly once, as
 * the last callback. No callback runs during a call of `send`, `dial` or `close`. After `close` or `destroy`, later data is
 * dropped and only `closed` is called. `closed(undefined)` does not prove that the peer left on purpose, because the system
 * also closes the connections of a killed process. Only a `bye` message proves that the peer left.
 */
import type {HostAddress} from '../ip-address.js';
import type {SocketFailure} from '../socket-failure.js';

export interface ConnectionHandlers {
	/** Called with received bytes, which may be split at any position. The handler may keep the array. */
	data(chunk: Uint8Array): void;
	/** Called when `send` has returned false and `queuedBytes` has fallen below the high-water mark again. */
	drain(): void;
	/** Called when all bytes passed to `send` have been passed on to the operating system. */
	idle?(): void;
	/** Called when the connection has closed. `error`: text about the failure; undefined after a regular close. */
	closed(error: string | undefined): void;
}

export interface Connection {
	/** True if this node opened the connection, false if it accepted the connection. */
	readonly dialled: boolean;
	/** Address of the remote end. An IPv4-mapped IPv6 address is converted to IPv4. */
	readonly remoteAddress: string;
	readonly remotePort: number;
	/** Address of the local end. */
	readonly localAddress: string;
	/**
	 * 32 bytes that TLS derives from the session (TLS exporter). They are equal at both ends and differ on each
	 * connection.
	 */
	readonly keyingMaterial: Uint8Array;
	/** Number of bytes passed to `send` that are not yet passed to the operating system. */
	readonly queuedBytes: number;
	/** Number of queued bytes from which on `send` returns false. It falls while many connections are open. */
	readonly highWaterBytes: number;
	/**
	 * Sets the handlers. To be called exactly once, immediately after the connection was received. Data that has
	 * arrived already is passed to the handlers afterwards.
	 */
	handle(handlers: ConnectionHandlers): void;
	/**
	 * Queues a frame. If the queue has reached its high-water mark, queues the frame too, but returns false. The caller
	 * should then wait for `drain`. The caller may change the memory of the frame as soon as `queuedBytes` is 0.
	 */
	send(frame: Uint8Array): boolean;
	/** Stops reading from the connection, so that the other end has to slow down (back-pressure). */
	pause(): void;
	resume(): void;
	/** Sends the queued bytes for at most MAX_BYE_FLUSH_MS, then closes the connection. */
	close(): void;
	/** Closes the connection immediately. */
	destroy(): void;
}

/** Reason why a dial failed, for the dial scheduler and the doctor. */
export interface DialFailure {
	readonly code: 'refused' | 'timeout' | 'unreachable' | 'forbidden' | 'handshake' | 'cancelled' | 'other';
	/** Description of the failure for people. */
	readonly text: string;
}

/**
 * Result of a dial. `address`: the address that was connected, or to which the failure refers. Its host is an IP
 * address, even if a host name was dialled.
 */
export type DialResult = {readonly address?: HostAddress} & (
	| {readonly connection: Connection}
	| {readonly failure: DialFailure}
);

export interface Transport {
	/**
	 * Listens and resolves with the port. Calls `accepted` for each incoming connection whose remote end has proved the
	 * secret. Port 0 means that the system refuses the socket now; see `socketFailures`.
	 */
	listen(accepted: (connection: Connection) => void): Promise<{port: number}>;
	/**
	 * Opens a connection to a host name or IP address. Tries `alternatives`, other addresses of the same peer, too. The
	 * first TCP connection that opens wins. No bytes are sent on the others. Never rejects. Resolves within
	 * DIAL_TIMEOUT_MS if no TCP connection opens, otherwise within HELLO_TIMEOUT_MS after one has opened.
	 */
	dial(host: string, port: number, alternatives?: readonly HostAddress[]): Promise<DialResult>;
	/** Number of incoming connections that did not prove the secret, for example port scans. */
	readonly refused: number;
	/**
	 * Port on which connections are accepted now; 0 if no connections are accepted. If the property is missing, it is
	 * the port with which `listen` resolved.
	 */
	readonly port?: number;
	/** Sockets that the system refuses to open or to use. If the function is missing, there are none. */
	socketFailures?(): readonly SocketFailure[];
	/** Stops listening and destroys all open connections. Idempotent. */
	close(): Promise<void>;
}
