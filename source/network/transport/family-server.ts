import {createServer, type Server, type Socket} from 'node:net';
import {LISTEN_BACKLOG} from '../../core/limits.js';

export interface FamilyServerOptions {
	readonly family: 4 | 6;
	/** Maximum number of open connections. The server closes further connections immediately. */
	readonly maxConnections: number;
	accept(socket: Socket): void;
	/** Called when the server has closed a connection because of `maxConnections`. */
	dropped(): void;
	failed(error: unknown): void;
}

/**
 * TCP server of one address family, IPv4 or IPv6. An IPv6 server accepts no IPv4 connections. So the servers of both
 * families can use the same port number.
 */
export interface FamilyServer {
	/** Address at which the server listens, or will listen after `open`. Undefined after `close`. */
	readonly host: string | undefined;
	/**
	 * Listens at `host`, after closing the socket of an earlier call. Resolves with the port. Rejects with the system
	 * error.
	 */
	open(host: string, port: number): Promise<number>;
	/** Stops accepting connections. Connections that are open already stay open. */
	close(): Promise<void>;
}

export function createFamilyServer(options: FamilyServerOptions): FamilyServer {
	let server: Server | undefined;
	let host: string | undefined;

	async function close(): Promise<void> {
		const closing = server;
		server = undefined;
		host = undefined;
		if (closing?.listening) await new Promise(resolve => closing.close(resolve));
	}

	return {
		get host() {
			return host;
		},
		async open(newHost, port) {
			void close();
			const opened = createServer({noDelay: true, pauseOnConnect: true}, options.accept);
			opened.maxConnections = options.maxConnections;
			opened.on('drop', options.dropped);
			server = opened;
			host = newHost;
			try {
				return await listen(opened, newHost, port, options.family === 6);
			} catch (error) {
				if (server === opened) void close();
				throw error;
			} finally {
				opened.on('error', options.failed);
				if (server !== opened && opened.listening) opened.close();
			}
		},
		close,
	};
}

function listen(server: Server, host: string, port: number, ipv6Only: boolean): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({host, port, ipv6Only, backlog: LISTEN_BACKLOG}, () => {
			server.off('error', reject);
			const address = server.address();
			resolve(address !== null && typeof address === 'object' ? address.port : port);
		});
	});
}
