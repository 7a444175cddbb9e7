import {constants} from 'node:crypto';
import type {ConnectionOptions, TLSSocket, TlsOptions} from 'node:tls';
import type {Clock, Timer} from '../../core/environment.js';
import {MAX_BYE_FLUSH_MS, SEND_HIGH_WATER_BYTES} from '../../core/limits.js';
import {normaliseAddress} from '../ip-address.js';
import {describeError} from './describe-error.js';
import type {Connection, ConnectionHandlers} from './transport.js';
import {createWriteQueue} from './write-queue.js';

/** What both ends must hold. */
export interface TlsKey {
	/** The room's pre-shared key. */
	readonly psk: Uint8Array;
	/** Which key: sent in clear, so it tells no more than a beacon does. */
	readonly identity: string;
}

/**
 * TLS 1.3 by external PSK with (EC)DHE and nothing else. Both ciphers use SHA-256: an external PSK is bound to it. No
 * certificate authority is trusted and certificate checks stay on, so a server with a certificate and no secret fails.
 */
const COMMON = {
	ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
	minVersion: 'TLSv1.3',
	maxVersion: 'TLSv1.3',
	ca: [],
} as const;

/** SSL_OP_NO_TICKET: what looks like a ticket is then only a number that no cache knows, so nothing can be resumed. */
export function serverOptions({psk, identity}: TlsKey): TlsOptions {
	return {
		...COMMON,
		ca: [],
		secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
		pskCallback: (_socket, given) => (given === identity ? psk : null),
	};
}

export function clientOptions({psk, identity}: TlsKey): ConnectionOptions {
	return {...COMMON, ca: [], pskCallback: () => ({psk, identity})};
}

const EXPORTER_LABEL = 'EXPORTER-p2pchat-ink';
const EXPORTER_CONTEXT = Buffer.from('p2pchat-ink connection 1');
const KEYING_BYTES = 32;

/**
 * True only for a handshake by the shared secret: the server resumes nothing else (no tickets are honoured), and one
 * that shows a certificate knows no secret.
 */
export function isAuthenticated(socket: TLSSocket): boolean {
	return socket.isSessionReused() && Object.keys(socket.getPeerCertificate()).length === 0;
}

export interface TlsConnectionOptions {
	readonly dialled: boolean;
	readonly clock: Clock;
	/** Calls `flush` once, soon, outside the caller's stack. */
	schedule(flush: () => void): void;
}

/** A connection over a TLS socket whose handshake is done. The socket must have an error handler already. */
export function createTlsConnection(socket: TLSSocket, {dialled, clock, schedule}: TlsConnectionOptions): Connection {
	let handlers: ConnectionHandlers | undefined;
	let error: string | undefined;
	let closing = false;
	let gone = false;
	let deadline: Timer | undefined;

	const queue = createWriteQueue(
		{
			write: (bytes, done) => socket.write(bytes, failure => failure || done()),
			drained: () => closing || gone || handlers?.drain(),
			ended: () => socket.end(),
			schedule,
		},
		SEND_HIGH_WATER_BYTES,
	);

	/** A reader that does not take the rest is not waited for. */
	function limitFlush(): void {
		deadline ??= clock.after(MAX_BYE_FLUSH_MS, () => socket.destroy());
	}

	// Node reports a record that cannot be decrypted and leaves the socket open: nothing may come after it.
	socket.on('error', failure => {
		error ??= describeError(failure);
		socket.destroy();
	});
	socket.on('end', limitFlush);
	socket.once('close', () => {
		gone = true;
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
		handle(given) {
			if (handlers) throw new Error('handle is called once');
			handlers = given;
			if (gone) queueMicrotask(() => given.closed(closing ? undefined : error));
			else socket.on('data', chunk => closing || given.data(chunk));
		},
		send: frame => !gone && queue.add(frame),
		pause: () => void socket.pause(),
		resume: () => void socket.resume(),
		close() {
			if (closing || gone) return;
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
