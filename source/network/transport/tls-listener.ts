import type {Socket} from 'node:net';
import {createServer as createTlsServer, type TLSSocket} from 'node:tls';
import type {Clock, Timer} from '../../core/environment.js';
import {
	HELLO_TIMEOUT_MS,
	MAX_CONNECTIONS,
	MAX_PENDING_CONNECTIONS,
	MAX_PENDING_PER_ADDRESS,
	MAX_WAITING_CONNECTIONS,
	SOCKET_RETRY_MS,
} from '../../core/limits.js';
import {systemErrorCode} from '../../core/system-error.js';
import {isLoopback, type ListenHosts, normaliseAddress} from '../ip-address.js';
import {isTriedAgain, type SocketFailure} from '../socket-failure.js';
import {describeError} from './describe-error.js';
import {createFamilyServer, type FamilyServer} from './family-server.js';
import {createHandshakeLimiter} from './handshake-limiter.js';
import {createHandshakeRate} from './handshake-rate.js';
import {isAuthenticated, serverOptions, type TlsKey} from './tls-connection.js';

export interface TlsListenerOptions extends TlsKey {
	readonly hosts: ListenHosts;
	readonly port: number;
	/** See `TlsTransportOptions`. */
	readonly keepsTrying?: boolean | undefined;
	readonly clock: Clock;
	log(line: string): void;
	/** Whether connections to this address of this computer are accepted. Default: they are, for every address. */
	readonly isOwnSelected?: ((localAddress: string) => boolean) | undefined;
	/** Called with a socket whose remote end has proved the secret. The socket has an error handler. */
	secured(socket: TLSSocket): void;
	/** Called when an incoming connection closes before `secured` is called for it. */
	refused(): void;
}

export interface TlsListener {
	/**
	 * Starts to listen and resolves with the port. Rejects with the system error. With `keepsTrying`, it resolves with 0 if the
	 * system refuses the sockets for now, and tries again every SOCKET_RETRY_MS.
	 */
	listen(): Promise<number>;
	/**
	 * Moves to other bind addresses, with the same port. If `hosts` has no address of a family, the family keeps its
	 * previous address, because this address may become usable again. Open connections stay. If listening fails, for
	 * example because the address is not ready yet, the next call of `rebind` tries again.
	 */
	rebind(hosts: ListenHosts): void;
	/** Port on which connections are accepted now; 0 if no connections are accepted. */
	readonly port: number;
	/** Address families in which listening failed. Families that the computer does not have are left out. */
	readonly failures: readonly SocketFailure[];
	/** Stops listening and destroys the open sockets. */
	close(): Promise<void>;
}

/** Maximum number of further ports that are tried to find one that is free in both families. */
const MAX_PORT_TRIES = 8;
/** Errors that mean that the computer does not have this family, or does not have the address now. */
const FAMILY_IS_MISSING: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT', 'EINVAL']);

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
			accept,
			dropped: options.refused,
			failed: failure => log(`listening: ${describeError(failure)}`),
		});
	const ipv4 = createServer(4);
	const ipv6 = createServer(6);
	const failures = new Map<FamilyServer, SocketFailure>();
	let {port} = options;
	/** Addresses to listen on. They can change while the system refuses the sockets. */
	let {hosts} = options;
	let isListening = false;
	let retryTimer: Timer | undefined;

	/** Opens a server. Returns the error if it fails. */
	async function tryOpen(server: FamilyServer, host: string): Promise<unknown> {
		try {
			port = await server.open(host, port);
			failures.delete(server);
			log(`listening on ${host} port ${port}`);
			return undefined;
		} catch (error) {
			log(`listening on ${host}: ${describeError(error)}`);
			if (FAMILY_IS_MISSING.has(systemErrorCode(error) ?? '')) failures.delete(server);
			else
				failures.set(server, {socket: `TCP over ${server === ipv4 ? 'IPv4' : 'IPv6'}`, reason: describeError(error)});
			return error;
		}
	}

	/**
	 * Listens in both families on one port. Rejects with the system error if the port is taken, or listening fails in both
	 * families.
	 */
	async function listen(triesLeft = MAX_PORT_TRIES): Promise<number> {
		const isForNow = (error: unknown) => options.keepsTrying === true && isTriedAgain(error, options.port);
		const error4 = hosts.ipv4 === undefined ? undefined : await tryOpen(ipv4, hosts.ipv4);
		if (error4 !== undefined && !isForNow(error4) && !FAMILY_IS_MISSING.has(systemErrorCode(error4) ?? ''))
			throw error4;
		const error6 = hosts.ipv6 === undefined ? undefined : await tryOpen(ipv6, hosts.ipv6);
		if (systemErrorCode(error6) === 'EADDRINUSE') {
			await ipv4.close();
			if (options.port !== 0 || triesLeft === 0) throw error6;
			port = 0;
			return listen(triesLeft - 1);
		}

		if (ipv4.host === undefined && ipv6.host === undefined) {
			if (!isForNow(error4) && !isForNow(error6)) throw error4 ?? error6 ?? new Error('no address to listen on');
			retryLater();
			return 0;
		}
		if (closed) await Promise.all([ipv4.close(), ipv6.close()]);
		isListening = true;
		return port;
	}

	/** Tries to listen again later. The node is already running then, so a failure must not end it. */
	function retryLater(): void {
		if (!closed) retryTimer = clock.after(SOCKET_RETRY_MS, () => void listen().catch(retryLater));
	}

	return {
		listen: () => listen(),
		rebind(newHosts) {
			hosts = {...hosts, ...newHosts};
			if (closed || !isListening) return;
			if (newHosts.ipv4 !== undefined && ipv4.host !== newHosts.ipv4) void tryOpen(ipv4, newHosts.ipv4);
			if (newHosts.ipv6 !== undefined && ipv6.host !== newHosts.ipv6) void tryOpen(ipv6, newHosts.ipv6);
		},
		get port() {
			return isListening ? port : 0;
		},
		get failures() {
			return [...failures.values()];
		},
		async close() {
			closed = true;
			retryTimer?.cancel();
			for (const socket of open) socket.destroy();
			await Promise.all([ipv4.close(), ipv6.close()]);
		},
	};
}
