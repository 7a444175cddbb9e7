import {createServer as createTcpServer, type Server, type Socket} from 'node:net';
import {createServer as createTlsServer, type TLSSocket} from 'node:tls';
import type {Clock} from '../../core/environment.js';
import {
	HELLO_TIMEOUT_MS,
	LISTEN_BACKLOG,
	MAX_CONNECTIONS,
	MAX_PENDING_CONNECTIONS,
	MAX_PENDING_PER_ADDRESS,
	MAX_WAITING_CONNECTIONS,
} from '../../core/limits.js';
import {isLoopback, normaliseAddress} from '../ip-address.js';
import {describeError} from './describe-error.js';
import {createHandshakeLimiter} from './handshake-limiter.js';
import {createHandshakeRate} from './handshake-rate.js';
import {isAuthenticated, serverOptions, type TlsKey} from './tls-connection.js';

export interface TlsListenerOptions extends TlsKey {
	readonly host: string | undefined;
	readonly port: number;
	readonly clock: Clock;
	log(line: string): void;
	/** Called with a socket whose remote end has proved the secret. The socket has an error handler. */
	secured(socket: TLSSocket): void;
	/** Called when an incoming connection closes before `secured` is called for it. */
	refused(): void;
}

export interface TlsListener {
	/** Starts to listen and resolves with the port. Rejects with the system error. */
	listen(): Promise<number>;
	/**
	 * Listens on the first of these local addresses, with the same port, unless it listens on one of them already. Open
	 * connections stay. If it fails, for example because the address is not ready yet, the next call tries again. Does
	 * nothing on a listener that is not bound to one address.
	 */
	rebind(addresses: readonly string[]): void;
	/** Stops listening and destroys the open sockets. */
	close(): Promise<void>;
}

/** Key that is the same for a TCP socket and for the TLS socket that wraps it. */
function connectionKey(socket: Socket): string {
	return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}

/**
 * Listener for TLS connections. It passes only a limited number of accepted TCP connections to the TLS server, so that
 * a flood of connections uses a limited number of file descriptors and handshakes.
 */
export function createTlsListener(options: TlsListenerOptions): TlsListener {
	const {clock, log} = options;
	const limits = {
		active: MAX_PENDING_CONNECTIONS,
		waiting: MAX_WAITING_CONNECTIONS,
		perAddress: MAX_PENDING_PER_ADDRESS,
	};
	const handshakeLimiter = createHandshakeLimiter(limits, isLoopback);
	const handshakeRate = createHandshakeRate();
	const open = new Set<Socket>();
	const pending = new Map<string, (socket: TLSSocket) => void>();
	let closed = false;

	const tlsServer = createTlsServer(serverOptions(options));
	tlsServer.on('tlsClientError', (failure, socket) => {
		log(`refused ${socket.remoteAddress ?? 'a connection'}: ${describeError(failure)}`);
		socket.destroy();
	});
	tlsServer.on('secureConnection', socket => {
		socket.on('error', failure => log(`connection from ${socket.remoteAddress}: ${describeError(failure)}`));
		const proceed = pending.get(connectionKey(socket));
		if (proceed && isAuthenticated(socket)) proceed(socket);
		else socket.destroy();
	});

	function accept(raw: Socket): void {
		const key = connectionKey(raw);
		const address = normaliseAddress(raw.remoteAddress ?? '');
		let secured = false;
		let admitted = false;
		open.add(raw);
		raw.on('error', failure => log(`connection from ${raw.remoteAddress}: ${describeError(failure)}`));
		const timer = clock.after(HELLO_TIMEOUT_MS, () => raw.destroy());
		const settle = () => {
			timer.cancel();
			pending.delete(key);
			handshakeLimiter.release(raw);
		};
		raw.once('close', () => {
			open.delete(raw);
			settle();
			if (admitted && !closed) handshakeRate.ended(address, secured);
			if (!secured && !closed) options.refused();
		});
		pending.set(key, socket => {
			secured = true;
			handshakeRate.ended(address, true);
			settle();
			options.secured(socket);
		});
		const begin = () => raw.destroyed || tlsServer.emit('connection', raw);
		admitted = handshakeRate.take(address, clock.monotonic()) && handshakeLimiter.acquire(raw, address, begin);
		if (!admitted) raw.destroy();
	}

	let server: Server | undefined;
	let boundHost = options.host;
	let port = options.port;

	function openServer(): Promise<number> {
		const opened = createTcpServer({noDelay: true, pauseOnConnect: true}, accept);
		opened.maxConnections = MAX_CONNECTIONS + MAX_PENDING_CONNECTIONS + MAX_WAITING_CONNECTIONS;
		opened.on('drop', options.refused);
		server = opened;
		const binding = boundHost === undefined ? {} : {host: boundHost};
		return new Promise((resolve, reject) => {
			opened.once('error', reject);
			opened.listen({port, backlog: LISTEN_BACKLOG, ...binding}, () => {
				opened.off('error', reject);
				if (closed) opened.close();
				opened.on('error', failure => log(`listening: ${describeError(failure)}`));
				const address = opened.address();
				resolve(address !== null && typeof address === 'object' ? address.port : port);
			});
		});
	}

	return {
		async listen() {
			port = await openServer();
			return port;
		},
		rebind(addresses) {
			const [host] = addresses;
			// A port of 0 means that the first listener is not open yet.
			if (closed || port === 0 || host === undefined || boundHost === undefined) return;
			if (server !== undefined && addresses.includes(boundHost)) return;
			server?.close();
			boundHost = host;
			openServer().then(
				() => log(`listening on ${host}`),
				failure => {
					log(`listening on ${host}: ${describeError(failure)}`);
					server = undefined;
				},
			);
		},
		close: () =>
			new Promise(resolve => {
				closed = true;
				if (server?.listening) server.close(() => resolve());
				else resolve();
				for (const socket of open) socket.destroy();
			}),
	};
}
