import {createServer, type Server, type Socket} from 'node:net';
import {LISTEN_BACKLOG} from '../../core/limits.js';

export interface FamilyServerOptions {
	readonly family: 4 | 6;
	/** Maximum number of open connections. */
	readonly maxConnections: number;
	accept(socket: Socket): void;
	/** Called when a connection is closed because of `maxConnections`. */
	dropped(): void;
	failed(error: unknown): void;
}

/**
 * TCP server of one address family. An IPv6 server accepts no IPv4 connections, so that the servers of both families
 * can use one port number.
 */
export interface FamilyServer {
	/** Address at which the server listens or will listen. Undefined if it is closed. */
	readonly host: string | undefined;
	/** Closes the previous socket, if any, and listens. Resolves with the port. Rejects with the system error. */
	open(host: string, port: number): Promise<number>;
	/** Stops accepting connections. Open connections stay open. */
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
