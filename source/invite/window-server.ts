/**
 * HTTP server of the window for guests, on one address of this computer. It answers requests for five paths and refuses
 * everything else. The headers Host and Origin of a request must name this server. Otherwise a page of another site
 * could send requests through a guest's browser, under a host name that resolves to this address (DNS rebinding).
 *
 * A connection has one request at a time, and the client must read the answer within a time limit. So the memory for
 * answers is bounded by the number of connections, which is bounded too.
 */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import type {Clock} from '../core/environment.js';
import {
	MAX_WINDOW_CONNECTIONS,
	MAX_WINDOW_CONNECTIONS_PER_ADDRESS,
	MAX_WINDOW_HEADER_BYTES,
	MAX_WINDOW_REQUEST_BYTES,
	WINDOW_ANSWER_TIMEOUT_MS,
	WINDOW_HEADERS_TIMEOUT_MS,
} from '../core/limits.js';
import {parseIp} from '../core/parse-ip.js';

/** Complete answer to a request, unlike a stream, to which lines are added later. */
export interface Answer {
	readonly status: number;
	readonly type?: 'text/html; charset=utf-8' | 'application/json' | 'application/octet-stream';
	/** The body is sent without a copy, so it must not change afterwards. */
	readonly body?: Uint8Array;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface WindowRequest {
	readonly method: string;
	readonly path: string;
	readonly query: URLSearchParams;
	/** Value that proves who the guest is, from the header Authorization; empty: the header is missing. */
	readonly bearer: string;
	readonly body: string;
	/** Address of the client. */
	readonly address: string;
}

export interface WindowHandler {
	answer(request: WindowRequest): Answer;
	/**
	 * Takes over the response to a request for events, and returns true. Returns an answer to refuse such a request.
	 * Returns undefined for any other request.
	 */
	stream(request: WindowRequest, response: ServerResponse): true | Answer | undefined;
	/** See `InvitationPorts.groupOf`. */
	groupOf(address: string): string;
}

export interface WindowServer {
	readonly host: string;
	close(): Promise<void>;
}

/** Headers of every answer. */
const HEADERS: Readonly<Record<string, string>> = {
	'Cache-Control': 'no-store',
	'X-Content-Type-Options': 'nosniff',
	'X-Frame-Options': 'DENY',
	'Referrer-Policy': 'no-referrer',
	'Cross-Origin-Resource-Policy': 'same-origin',
	'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Listens on an address and any free port. Rejects with the error of the system. */
export async function openWindowServer(address: string, handler: WindowHandler, clock: Clock): Promise<WindowServer> {
	const busySockets = new WeakSet<Socket>();
	const sockets = new Map<string, Set<Socket>>();
	const server = createServer(
		{
			headersTimeout: WINDOW_HEADERS_TIMEOUT_MS,
			requestTimeout: 2 * WINDOW_HEADERS_TIMEOUT_MS,
			keepAliveTimeout: WINDOW_HEADERS_TIMEOUT_MS,
			// Interval at which Node looks for connections whose request headers are late.
			connectionsCheckingInterval: WINDOW_HEADERS_TIMEOUT_MS / 5,
			maxHeaderSize: MAX_WINDOW_HEADER_BYTES,
		},
		serve,
	);
	server.maxConnections = MAX_WINDOW_CONNECTIONS;
	server.maxHeadersCount = 64;
	const isIpv6 = parseIp(address)?.family === 6;
	const ownGroup = handler.groupOf(address);
	server.on('connection', socket => {
		const group = handler.groupOf(socket.remoteAddress ?? '');
		// An IPv6 address can often be reached from the internet, but the window for guests is only for the local network.
		if (isIpv6 && group !== ownGroup) socket.destroy();
		else limitConnections(sockets, socket, group);
	});
	server.on('clientError', (_, socket) => socket.destroy());
	// An IPv6 address is in brackets, as in the header Host that browsers send. It has no zone (`%eth0`).
	const host = `${isIpv6 ? `[${address}]` : address}:${await listen(server, address)}`;

	/** Answers a request. It must not throw for any input of a client, because the error would end the program. */
	function serve(request: IncomingMessage, response: ServerResponse): void {
		const {socket} = request;
		response.on('error', () => {});
		// The connection still has an unanswered request. No browser sends a second one before the answer, so the
		// client is no browser.
		if (busySockets.has(socket)) {
			socket.destroy();
			return;
		}
		busySockets.add(socket);
		const deadline = clock.after(WINDOW_ANSWER_TIMEOUT_MS, () => socket.destroy());
		response.on('close', () => {
			busySockets.delete(socket);
			deadline.cancel();
		});
		respond(request, response).then(
			isStream => isStream && deadline.cancel(),
			() => finish(response, {status: 500}),
		);
	}

	/** Answers a request. Resolves to true if the handler keeps the response open, to write events to it later. */
	async function respond(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
		const isOwn =
			request.headers.host === host &&
			(request.headers.origin === undefined || request.headers.origin === `http://${host}`);
		if (!isOwn) return finish(response, {status: 421});
		const target = parseTarget(request.url ?? '');
		if (!target) return finish(response, {status: 400});
		const body = await readBody(request);
		if (body === undefined) return finish(response, {status: 413});
		const windowRequest: WindowRequest = {
			method: request.method ?? '',
			...target,
			bearer: /^Bearer ([\w-]{1,64})$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
			body,
			address: request.socket.remoteAddress ?? '',
		};
		const streamed = handler.stream(windowRequest, response);
		return streamed === true || finish(response, streamed ?? handler.answer(windowRequest));
	}

	return {
		host,
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const group of sockets.values()) for (const socket of group) socket.destroySoon();
				setTimeout(() => server.closeAllConnections(), 200).unref();
			}),
	};
}

export function streamHeaders(): Readonly<Record<string, string>> {
	return {...HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8'};
}

/**
 * Path and query of a request in origin form (RFC 9112, 3.2.1). The path is not decoded, because no path of this server
 * needs percent-encoding. Undefined for the other forms, and for a path that begins with two slashes, which a URL
 * parser takes for a host.
 */
function parseTarget(target: string): Pick<WindowRequest, 'path' | 'query'> | undefined {
	if (!target.startsWith('/') || target.startsWith('//')) return undefined;
	const [path = '', ...query] = target.split('?');
	return {path, query: new URLSearchParams(query.join('?'))};
}

/** Sends an answer, unless something was sent before. Always returns false, because no stream begins. */
function finish(response: ServerResponse, {status, type, body = NO_BODY, headers}: Answer): false {
	if (response.headersSent || response.destroyed) return false;
	response.writeHead(status, {
		...HEADERS,
		...(type && {'Content-Type': type}),
		'Content-Length': body.length,
		...(status >= 400 && {Connection: 'close'}),
		...headers,
	});
	response.end(body);
	return false;
}

const NO_BODY = new Uint8Array();

/** Reads the body of a request. Undefined if the body is too long, or if the connection ends before its end. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	try {
		for await (const chunk of request) {
			const bytes = Buffer.from(chunk);
			length += bytes.length;
			if (length > MAX_WINDOW_REQUEST_BYTES) return undefined;
			chunks.push(bytes);
		}
	} catch {
		return undefined;
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** Closes a new connection if its group of addresses already has MAX_WINDOW_CONNECTIONS_PER_ADDRESS connections. */
function limitConnections(sockets: Map<string, Set<Socket>>, socket: Socket, key: string): void {
	const group = sockets.get(key) ?? new Set();
	if (group.size >= MAX_WINDOW_CONNECTIONS_PER_ADDRESS) {
		socket.destroy();
		return;
	}
	sockets.set(key, group);
	group.add(socket);
	socket.on('error', () => {});
	socket.on('close', () => {
		group.delete(socket);
		if (group.size === 0 && sockets.get(key) === group) sockets.delete(key);
	});
}

/** Listens on a free port. Resolves to the port. */
function listen(server: Server, address: string): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({host: address, port: 0, backlog: 64, exclusive: true, ipv6Only: true}, () => {
			server.off('error', reject);
			server.on('error', () => {});
			const bound = server.address();
			resolve(typeof bound === 'object' && bound ? bound.port : 0);
		});
	});
}
