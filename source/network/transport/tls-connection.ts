import {constants} from 'node:crypto';
import type {ConnectionOptions, TLSSocket, TlsOptions} from 'node:tls';
import type {Clock, Timer} from '../../core/environment.js';
import {MAX_BYE_FLUSH_MS} from '../../core/limits.js';
import {describeError} from '../describe-error.js';
import {normaliseAddress} from '../ip-address.js';
import type {SendBudget} from './send-budget.js';
import type {Connection, ConnectionHandlers} from './transport.js';
import {createWriteQueue} from './write-queue.js';

/** Pre-shared key with which both ends prove that they have the secret of the room. */
export interface TlsKey {
	/** Pre-shared key of the room, as bytes. */
	readonly psk: Uint8Array;
	/**
	 * Name of the key. The TLS handshake sends the name unencrypted, so it contains nothing that beacons do not show.
	 */
	readonly identity: string;
}

/**
 * TLS options of both ends: only TLS 1.3, with an external pre-shared key (PSK) and a key exchange ((EC)DHE). Both
 * ciphers use SHA-256, because an external PSK is bound to one hash. No certificate authority is trusted, so the
 * handshake with a server that does not have the secret fails.
 */
const COMMON = {
	ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
	minVersion: 'TLSv1.3',
	maxVersion: 'TLSv1.3',
	ca: [],
} as const;

/**
 * TLS options of the accepting end. Sessions cannot be resumed: with SSL_OP_NO_TICKET, a ticket contains only the id of
 * a session, and this end stores no sessions.
 */
export function serverOptions({psk, identity}: TlsKey): TlsOptions {
	return {
		...COMMON,
		ca: [],
		secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
		pskCallback: (_socket, clientIdentity) => (clientIdentity === identity ? psk : null),
	};
}

export function clientOptions({psk, identity}: TlsKey): ConnectionOptions {
	return {...COMMON, ca: [], pskCallback: () => ({psk, identity})};
}

const EXPORTER_LABEL = 'EXPORTER-p2pchat-ink';
const EXPORTER_CONTEXT = Buffer.from('p2pchat-ink connection 1');
const KEYING_BYTES = 32;

/**
 * Whether the TLS handshake proved that both ends have the secret. OpenSSL reports a handshake with a pre-shared key as
 * a resumed session, and other sessions are never resumed here. A server that sent a certificate did not use the key.
 */
export function isAuthenticated(socket: TLSSocket): boolean {
	return socket.isSessionReused() && Object.keys(socket.getPeerCertificate()).length === 0;
}

export interface TlsConnectionOptions {
	readonly dialled: boolean;
	readonly clock: Clock;
	/** Budget shared by all connections of the transport. */
	readonly budget: SendBudget;
	/** Calls `flush` once, asynchronously, after the current turn of the event loop. */
	schedule(flush: () => void): void;
}

/**
 * Creates a connection from a TLS socket whose handshake is complete. The caller has already added an error handler to
 * the socket.
 */
export function createTlsConnection(socket: TLSSocket, options: TlsConnectionOptions): Connection {
	const {dialled, clock, budget, schedule} = options;
	let handlers: ConnectionHandlers | undefined;
	let error: string | undefined;
	let closing = false;
	let isClosed = false;
	let deadline: Timer | undefined;

	const queue = createWriteQueue(
		{
			write: (bytes, done) => socket.write(bytes, failure => failure || done()),
			drained: () => closing || isClosed || handlers?.drain(),
			emptied: () => closing || isClosed || handlers?.idle?.(),
			ended: () => socket.end(),
			schedule,
		},
		() => budget.highWaterBytes,
	);
	budget.opened();

	/** Destroys the socket after MAX_BYE_FLUSH_MS, in case the peer has not read all queued bytes by then. */
	function limitFlush(): void {
		deadline ??= clock.after(MAX_BYE_FLUSH_MS, () => socket.destroy());
	}

	// After a record that cannot be decrypted, Node.js leaves the socket open. The socket is destroyed here, because
	// later data must not be processed.
	socket.on('error', failure => {
		error ??= describeError(failure);
		socket.destroy();
	});
	socket.on('end', limitFlush);
	socket.once('close', () => {
		isClosed = true;
		budget.closed();
		deadline?.cancel();
		queue.end();
		handlers?.closed(closing ? undefined : error);
	});

	return {
		dialled,
		remoteAddress: normaliseAddress(socket.remoteAddress ?? ''),
		remotePort: socket.remotePort ?? 0,
		localAddress: normaliseAddress(socket.localAddress ?? ''),
		keyingMaterial: new Uint8Array(socket.exportKeyingMaterial(KEYING_BYTES, EXPORTER_LABEL, EXPORTER_CONTEXT)),
		get queuedBytes() {
			return queue.bytes;
		},
		get highWaterBytes() {
			return budget.highWaterBytes;
		},
		handle(newHandlers) {
			if (handlers) throw new Error('handle is called once');
			handlers = newHandlers;
			if (isClosed) queueMicrotask(() => newHandlers.closed(closing ? undefined : error));
			else socket.on('data', chunk => closing || newHandlers.data(chunk));
		},
		send: frame => !isClosed && queue.add(frame),
		pause: () => void socket.pause(),
		resume: () => void socket.resume(),
		close() {
			if (closing || isClosed) return;
			closing = true;
			limitFlush();
			queue.end();
			socket.resume();
		},
		destroy() {
			closing = true;
			socket.destroy();
		},
	};
}
