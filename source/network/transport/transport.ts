/**
 * Interface of the encrypted streams between peers, bound to the key of the room (protocol.md, Transport). There are two
 * implementations, TLS and memory, and one acceptance suite (`test/network/transport/transport-acceptance.ts`).
 *
 * Guarantees: bytes arrive in order and once, or the connection closes. `closed` is called exactly once, as the last call. No
 * callback runs inside `send`, `dial` or `close`. After an own `close` or `destroy` only `closed` is called; data that still
 * arrives is dropped. The system closes the connections of a killed process, so only a `bye` tells that a peer left on
 * purpose, and `closed(undefined)` does not.
 */
export interface ConnectionHandlers {
	/** Received bytes, split at any position. The receiver may keep the buffer. */
	data(chunk: Uint8Array): void;
	/** `queuedBytes` fell below the high-water mark again after `send` returned false. */
	drain(): void;
	/** `error`: why the connection broke; undefined if the other end closed it. */
	closed(error: string | undefined): void;
}

export interface Connection {
	/** True at the end that dialled. */
	readonly dialled: boolean;
	/** Address of the other end, IPv4-mapped IPv6 normalised. */
	readonly remoteAddress: string;
	readonly remotePort: number;
	/** Address of the own end. */
	readonly localAddress: string;
	/** 32 bytes of TLS exporter keying material: the same at both ends, different for each connection. */
	readonly keyingMaterial: Uint8Array;
	/** Bytes accepted and not yet handed to the operating system. */
	readonly queuedBytes: number;
	/** Must be called once, at once. Data that arrived before is delivered afterwards. */
	handle(handlers: ConnectionHandlers): void;
	/** Queues a whole frame. Returns false above the high-water mark: wait for `drain`; the frame is queued all the same. */
	send(frame: Uint8Array): boolean;
	/** Stops reading, for back-pressure. */
	pause(): void;
	resume(): void;
	/** Sends what is queued, at most MAX_BYE_FLUSH_MS, then closes. */
	close(): void;
	/** Closes at once. */
	destroy(): void;
}

/** Why a dial failed, for the backoff and for the doctor. */
export interface DialFailure {
	readonly code: 'refused' | 'timeout' | 'unreachable' | 'forbidden' | 'handshake' | 'cancelled' | 'other';
	/** Description of the failure. */
	readonly text: string;
}

export type DialResult = {readonly connection: Connection} | {readonly failure: DialFailure};

export interface Transport {
	/** Listens and resolves with the port. `accepted` receives connections whose other end has proved the secret. */
	listen(accepted: (connection: Connection) => void): Promise<{port: number}>;
	/** Never rejects. Settles within DIAL_TIMEOUT_MS, or HELLO_TIMEOUT_MS after TCP connected. */
	dial(address: string, port: number): Promise<DialResult>;
	/** Number of incoming connections that failed before that: port scans, wrong secrets. */
	readonly refused: number;
	/** Stops listening and destroys the open connections. Idempotent. */
	close(): Promise<void>;
}
