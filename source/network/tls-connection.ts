import type {TLSSocket} from 'node:tls';
import {MAX_BYE_FLUSH_MS, SEND_HIGH_WATER_BYTES} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {describeError} from './plain-words.js';
import {normaliseAddress} from './subnets.js';
import type {Connection, ConnectionHandlers} from './transport.js';
import {createWriteQueue} from './write-queue.js';

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
