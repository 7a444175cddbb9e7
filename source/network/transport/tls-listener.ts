import type {Socket} from 'node:net';
import {createServer as createTlsServer, type TLSSocket} from 'node:tls';
import type {Clock} from '../../core/environment.js';
import {
	HELLO_TIMEOUT_MS,
	MAX_CONNECTIONS,
	MAX_PENDING_CONNECTIONS,
	MAX_PENDING_PER_ADDRESS,
	MAX_WAITING_CONNECTIONS,
} from '../../core/limits.js';
import {systemErrorCode} from '../../core/system-error.js';
import {describeError} from '../describe-error.js';
import {isLoopback, type ListenHosts, normaliseAddress} from '../ip-address.js';
import {isAddressMissing, isTriedAgain, type SocketFailures} from '../socket-failure.js';
import {createFamilyServer, type FamilyServer} from './family-server.js';
import {createHandshakeLimiter} from './handshake-limiter.js';
import {createHandshakeRate} from './handshake-rate.js';
import {isAuthenticated, serverOptions, type TlsKey} from './tls-connection.js';

export interface TlsListenerOptions extends TlsKey {
	readonly hosts: ListenHosts;
	readonly port: number;
	/** See `TlsTransportOptions.keepsTrying`. */
	readonly keepsTrying?: boolean | undefined;
	readonly clock: Clock;
	/**
	 * Records the sockets that the system refuses. Not recorded are sockets of an address family that this computer
	 * does not have.
	 */
	readonly failures: SocketFailures;
	log(line: string): void;
	/**
	 * Whether a connection is accepted that was made to this address of this computer. Default: connections to all
	 * addresses are accepted.
	 */
	readonly isOwnSelected?: ((localAddress: string) => boolean) | undefined;
	/** Called with a socket whose remote end has proved the secret. The socket already has an error handler. */
	secured(socket: TLSSocket): void;
	/** Called when an incoming connection closes before its remote end has proved the secret (`secured`). */
	refused(): void;
}

export interface TlsListener {
	/**
	 * Starts to listen and resolves with the port. Rejects with the system error. With `keepsTrying`, resolves with 0
	 * instead if the reason of the system may be temporary. The next call of `rebind` then tries again.
	 */
	listen(): Promise<number>;
	/**
	 * Moves the listening sockets to other addresses of this computer, with the same port, and opens the sockets that
	 * could not be opened before. If `hosts` has no address of a family, the family keeps its address, because this
	 * address may become usable again. Open connections stay open. No timer tries again: the caller calls `rebind`
	 * whenever it has read the interfaces.
	 */
	rebind(hosts: ListenHosts): void;
	/** Port on which connections are accepted now; 0 if no connections are accepted. */
	readonly port: number;
	/** Stops listening and destroys the accepted connections. */
	close(): Promise<void>;
}

/** Maximum number of further ports that are tried until one is free for both IPv4 and IPv6. */
const MAX_PORT_TRIES = 8;

/** Name of the listening socket of an address family, in texts for the user. */
const socketOf = (family: 4 | 6) => `TCP over IPv${family}`;

/** Key of a connection. It is the same for the TCP socket and for the TLS socket that wraps it. */
function connectionKey(socket: Socket): string {
	return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}

/**
 * Creates a listener for TLS connections. Only a limited number of the accepted TCP connections begin a TLS handshake,
 * so that a flood of connections cannot use up the file descriptors and the processor.
 */
export function createTlsListener(options: TlsListenerOptions): TlsListener {
	const {clock, log, failures} = options;
	const limits = {
		active: MAX_PENDING_CONNECTIONS,
		waiting: MAX_WAITING_CONNECTIONS,
		perAddress: MAX_PENDING_PER_ADDRESS,
	};
	const handshakeRate = createHandshakeRate();
	const handshakeLimiter = createHandshakeLimiter(limits, isLoopback, address => handshakeRate.strangerGroup(address));
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
		if (open.size >= maxConnections || options.isOwnSelected?.(normaliseAddress(raw.localAddress ?? '')) === false) {
			raw.destroy();
			options.refused();
			return;
		}

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

	const maxConnections = MAX_CONNECTIONS + MAX_PENDING_CONNECTIONS + MAX_WAITING_CONNECTIONS;
	const createServer = (family: 4 | 6) =>
		createFamilyServer({
			family,
			maxConnections,
			accept(socket) {
				failures.works(socketOf(family));
				accept(socket);
			},
			dropped: options.refused,
			failed(failure) {
				log(`listening: ${describeError(failure)}`);
				failures.refused(socketOf(family), 'accept', failure);
			},
		});
	const ipv4 = createServer(4);
	const ipv6 = createServer(6);
	let {port} = options;
	/** Addresses to listen on. `rebind` can change them while the system refuses the sockets. */
	let {hosts} = options;
	let state: 'closed' | 'opening' | 'refused' | 'listening' = 'closed';

	/** Opens a server at an address. Resolves with the error if it fails, otherwise with undefined. */
	async function tryOpen(server: FamilyServer, host: string): Promise<unknown> {
		try {
			port = await server.open(host, port);
			failures.works(socketOf(server === ipv4 ? 4 : 6));
			log(`listening on ${host} port ${port}`);
			return undefined;
		} catch (error) {
			log(`listening on ${host}: ${describeError(error)}`);
			failures.refused(socketOf(server === ipv4 ? 4 : 6), 'open', error);
			return error;
		}
	}

	/**
	 * Listens with IPv4 and IPv6 on one port. Rejects with the system error if the port is taken, or if neither family
	 * can listen.
	 */
	async function listen(triesLeft = MAX_PORT_TRIES): Promise<number> {
		const isForNow = (error: unknown) => options.keepsTrying === true && isTriedAgain(error, options.port);
		state = 'opening';
		const error4 = hosts.ipv4 === undefined ? undefined : await tryOpen(ipv4, hosts.ipv4);
		if (error4 !== undefined && !isForNow(error4) && !isAddressMissing(error4)) throw error4;
		const error6 = hosts.ipv6 === undefined ? undefined : await tryOpen(ipv6, hosts.ipv6);
		if (systemErrorCode(error6) === 'EADDRINUSE') {
			await ipv4.close();
			if (options.port !== 0 || triesLeft === 0) throw error6;
			port = 0;
			return listen(triesLeft - 1);
		}

		if (ipv4.host === undefined && ipv6.host === undefined) {
			if (!isForNow(error4) && !isForNow(error6)) throw error4 ?? error6 ?? new Error('no address to listen on');
			state = 'refused';
			return 0;
		}
		if (closed) await Promise.all([ipv4.close(), ipv6.close()]);
		state = closed ? 'closed' : 'listening';
		return port;
	}

	/**
	 * Tries again to listen after the system refused the sockets. The node is already running, so a further failure
	 * must not end it.
	 */
	function retry(): void {
		listen().catch(() => {
			state = 'refused';
		});
	}

	return {
		listen: () => listen(),
		rebind(newHosts) {
			hosts = {...hosts, ...newHosts};
			if (closed) return;
			if (state === 'refused') retry();
			if (state !== 'listening') return;
			if (newHosts.ipv4 !== undefined && ipv4.host !== newHosts.ipv4) void tryOpen(ipv4, newHosts.ipv4);
			if (newHosts.ipv6 !== undefined && ipv6.host !== newHosts.ipv6) void tryOpen(ipv6, newHosts.ipv6);
		},
		get port() {
			return state === 'listening' ? port : 0;
		},
		async close() {
			closed = true;
			for (const socket of open) socket.destroy();
			await Promise.all([ipv4.close(), ipv6.close()]);
		},
	};
}
