/**
 * Streams between peers, encrypted and bound to the room's key (design.md, 3, Transport). Two implementations, TLS and
 * memory, and one acceptance suite (`test/network/transport-acceptance.ts`).
 *
 * Promises: bytes arrive in order, once, or the connection closes; `closed` is called exactly once, last; nothing is
 * called after it; no callback runs inside `send`, `dial` or `close`. After one's own `close` or `destroy` only `closed`
 * is called, and data that still comes is dropped. A peer that was killed ends properly too: its system closes for it, so
 * who left on purpose is told by `bye`, not by `closed(undefined)`.
 */
export interface ConnectionHandlers {
	/** Bytes as they come, cut anywhere. The buffer is the receiver's to keep. */
	data(chunk: Uint8Array): void;
	/** `queuedBytes` fell below the high-water mark again after `send` returned false. */
	drain(): void;
	/** In plain words; undefined when the other end closed properly. */
	closed(error: string | undefined): void;
}

export interface Connection {
	/** True at the end that dialled. */
	readonly dialled: boolean;
	/** Address of the other end, IPv4-mapped IPv6 normalised. */
	readonly remoteAddress: string;
	readonly remotePort: number;
	/** Address of our end: which of our interfaces carries it. */
	readonly localAddress: string;
	/** 32 bytes of TLS exporter keying material: the same at both ends, different for each connection. */
	readonly keyingMaterial: Uint8Array;
	/** Bytes accepted and not yet handed to the operating system. */
	readonly queuedBytes: number;
	/** Must be called once, at once; data that came before is delivered after it. */
	handle(handlers: ConnectionHandlers): void;
	/** Takes a whole frame. False: above the high-water mark, wait for `drain` (the frame is still accepted). */
	send(frame: Uint8Array): boolean;
	/** Stops and restarts reading (back-pressure). */
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
	/** In plain words. */
	readonly text: string;
}

export type DialResult = {readonly connection: Connection} | {readonly failure: DialFailure};

export interface Transport {
	/** Starts listening; resolves with the port. `accepted` gets connections whose encryption is up (the secret is right). */
	listen(accepted: (connection: Connection) => void): Promise<{port: number}>;
	/** Never rejects. Settles within DIAL_TIMEOUT_MS, or HELLO_TIMEOUT_MS after TCP connected. */
	dial(address: string, port: number): Promise<DialResult>;
	/** How many incoming connections failed before their encryption was up (scans, wrong secrets): for the doctor. */
	readonly refused: number;
	/** Stops listening and destroys what is open; idempotent. */
	close(): Promise<void>;
}
