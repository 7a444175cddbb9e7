/** The HTTP server of the window, with clients that violate HTTP. Real sockets on loopback, fake clock. */
import {connect, type Socket} from 'node:net';
import {networkInterfaces} from 'node:os';
import {expect, onTestFinished, test} from 'vitest';
import {
	MAX_WINDOW_CONNECTIONS,
	MAX_WINDOW_CONNECTIONS_PER_ADDRESS,
	MAX_WINDOW_HEADER_BYTES,
	MAX_WINDOW_REQUEST_BYTES,
	WINDOW_ANSWER_TIMEOUT_MS,
} from '../../source/core/limits.js';
import {openWindowServer, streamHeaders, type WindowHandler} from '../../source/invite/window-server.js';
import {createFakeClock} from '../helpers/fake-clock.js';

async function openServer(handler: Partial<WindowHandler> = {}, address = '127.0.0.1') {
	const clock = createFakeClock();
	const answered: string[] = [];
	const server = await openWindowServer(
		address,
		{
			answer(request) {
				answered.push(request.path);
				return {status: 200, body: Buffer.from('here')};
			},
			stream: () => undefined,
			groupOf: address => address,
			...handler,
		},
		clock,
	);
	onTestFinished(() => server.close());
	return {server, clock, answered};
}

function dial(host: string): Socket {
	const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
	socket.on('error', () => {});
	onTestFinished(() => void socket.destroy());
	return socket;
}

const closed = (socket: Socket) => new Promise<void>(resolve => socket.once('close', () => resolve()));

/** Sends bytes as they are. Resolves to what the server sent until it closed the connection. */
async function exchange(host: string, bytes: string): Promise<string> {
	const socket = dial(host);
	let text = '';
	socket.on('data', part => {
		text += part.toString('latin1');
	});
	const end = closed(socket);
	socket.write(bytes, 'latin1');
	await end;
	return text;
}

const ask = (host: string, line: string, ...headers: string[]) =>
	exchange(host, `${[line, `Host: ${host}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`);

test('the window for guests refuses an HTTP request whose target is no path, and continues to answer other requests', async () => {
	const {server, answered} = await openServer();
	const {host} = server;
	for (const target of ['//', '//evil.example/', '//:x', `http://${host}/`, 'http://[', 'ftp:', '*', 'a:b', '\\\\evil'])
		expect(await ask(host, `GET ${target} HTTP/1.1`), target).toMatch(/^HTTP\/1\.1 400 |^$/);
	expect(answered).toEqual([]);
	for (const target of ['/%', '/?%zz&%', '/%00', '/?a?b', '/./..//', '/#'])
		expect(await ask(host, `GET ${target} HTTP/1.1`), target).toMatch(/^HTTP\/1\.1 200 /);
	expect(answered).toEqual(['/%', '/', '/%00', '/', '/./..//', '/#']);
});

test('the window for guests continues to answer requests after unknown methods, upgrades, CONNECT, Expect headers and bytes that are not HTTP', async () => {
	const {server} = await openServer();
	const {host} = server;
	for (const bytes of [
		'\0\0\0\0',
		'GET\r\n\r\n',
		'FROB / HTTP/1.1\r\n\r\n',
		`CONNECT evil.example:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
		`CONNECT // HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
		'GET // HTTP/0.9\r\n\r\n',
		`GET / HTTP/9.9\r\nHost: ${host}\r\n\r\n`,
		`GET / HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\nContent-Length: -1\r\n\r\n`,
		`POST /guest HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
		'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
		`GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(9000)}\r\n\r\n`,
	])
		await exchange(host, bytes);
	for (const line of ['OPTIONS * HTTP/1.1', 'TRACE / HTTP/1.1', 'GET / HTTP/1.0'])
		for (const header of ['Upgrade: websocket', 'Upgrade: h2c', 'Expect: 100-continue', 'Expect: the impossible'])
			await ask(host, line, header);
	expect(await ask(host, 'GET / HTTP/1.1')).toMatch(/^HTTP\/1\.1 200 /);
});

test('the window for guests answers a request with status 500 if the program throws an error while it handles the request', async () => {
	const fail = () => {
		throw new TypeError('a defect');
	};
	for (const handler of [{answer: fail}, {stream: fail}]) {
		const {server} = await openServer(handler);
		expect(await ask(server.host, 'GET / HTTP/1.1')).toMatch(/^HTTP\/1\.1 500 /);
	}
});

test('an HTTP client of the window for guests that sends a request before it has read the previous answer gets one answer and is disconnected', async () => {
	const {server, answered} = await openServer();
	const one = `GET / HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`;
	await exchange(server.host, one.repeat(1000));
	expect(answered.length).toBeLessThanOrEqual(1);
});

test('an HTTP client of the window for guests may send several requests on one connection, each after it has read the answer to the one before', async () => {
	const {server, answered} = await openServer();
	const socket = dial(server.host);
	for (let count = 1; count <= 20; count++) {
		const read = new Promise(resolve => socket.once('data', resolve));
		socket.write(`GET /${count} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
		await read;
	}
	expect(answered).toHaveLength(20);
});

test('an HTTP client of the window for guests that does not read its answer is disconnected after two minutes, and the program makes no copy of the answer for it', async () => {
	const body = Buffer.alloc(32 * 1024 * 1024);
	const {server, clock} = await openServer({answer: () => ({status: 200, body})});
	const before = process.memoryUsage().arrayBuffers;
	const sockets = Array.from({length: 8}, () => dial(server.host).pause());
	for (const socket of sockets) socket.write(`GET / HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
	await Promise.all(sockets.map(socket => new Promise(resolve => socket.once('readable', resolve))));
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(body.length);
	await clock.advance(WINDOW_ANSWER_TIMEOUT_MS);
	for (const socket of sockets) socket.resume();
	await Promise.all(sockets.map(closed));
	const read = sockets.map(({bytesRead}) => bytesRead);
	expect(Math.max(...read)).toBeLessThan(body.length);
});

test('the time limit for reading an answer of the window does not apply to the stream of changes, which stays open', async () => {
	let write: ((text: string) => unknown) | undefined;
	const {server, clock} = await openServer({
		stream(_, response) {
			response.writeHead(200, streamHeaders());
			write = text => response.write(text);
			write('one');
			return true;
		},
	});
	const socket = dial(server.host);
	const next = () => new Promise<string>(resolve => socket.once('data', part => resolve(part.toString())));
	const first = next();
	socket.write(`GET /events HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
	await first;
	await clock.advance(2 * WINDOW_ANSWER_TIMEOUT_MS);
	const second = next();
	write?.('two');
	expect(await second).toContain('two');
	expect(clock.pending).toBe(0);
});

const hasIpv6 = networkInterfaces().lo?.some(({address}) => address === '::1') ?? false;

test.skipIf(!hasIpv6)(
	'a window for guests on an IPv6 address answers its own network, and closes connections from other networks',
	async () => {
		let isForeign = false;
		const {server} = await openServer({groupOf: () => (isForeign ? String(Math.random()) : 'own network')}, '::1');
		const get = async () => {
			const socket = connect(Number(server.host.split(']:')[1]), '::1');
			onTestFinished(() => void socket.destroy());
			socket.on('error', () => {});
			socket.write(`GET / HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`);
			return new Promise<string>(resolve => {
				socket.once('data', bytes => resolve(bytes.toString().slice(0, 15)));
				socket.once('close', () => resolve('closed'));
			});
		};
		expect(await get()).toBe('HTTP/1.1 200 OK');
		isForeign = true;
		expect(await get()).toBe('closed');
	},
);

test('the clients of one address get at most MAX_WINDOW_CONNECTIONS_PER_ADDRESS connections to the window for guests, and other clients are served', async () => {
	const {server} = await openServer();
	const {host} = server;
	const port = Number(host.split(':')[1]);
	/**
	 * Opens a connection and sends one request. Resolves to whether the server answers, and so keeps the connection.
	 */
	const isKept = (localAddress: string) =>
		new Promise<boolean>(resolve => {
			const socket = connect({host: '127.0.0.1', port, localAddress});
			socket.on('error', () => {});
			socket.once('close', () => resolve(false));
			// The server closes a connection above the limit at once, so it does not answer the request.
			socket.once('data', () => resolve(true));
			socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
			onTestFinished(() => void socket.destroy());
		});
	const kept = async (localAddress: string, count: number) =>
		(await Promise.all(Array.from({length: count}, () => isKept(localAddress)))).filter(Boolean).length;
	expect(await kept('127.0.0.66', MAX_WINDOW_CONNECTIONS_PER_ADDRESS + 12)).toBe(MAX_WINDOW_CONNECTIONS_PER_ADDRESS);
	expect(await ask(host, 'GET / HTTP/1.1')).toMatch(/^HTTP\/1\.1 200 /);
	let all = MAX_WINDOW_CONNECTIONS_PER_ADDRESS;
	for (let number = 1; all < MAX_WINDOW_CONNECTIONS; number++)
		all += await kept(`127.0.1.${number}`, MAX_WINDOW_CONNECTIONS_PER_ADDRESS);
	expect(all).toBe(MAX_WINDOW_CONNECTIONS);
	expect(await kept('127.0.2.1', 1)).toBe(0);
});

test('the window for guests refuses a request whose body is above the limit, and answers one whose body is at the limit', async () => {
	const {server, answered} = await openServer();
	const post = (length: number) => {
		const lines = ['POST / HTTP/1.1', `Host: ${server.host}`, 'Connection: close', `Content-Length: ${length}`];
		return exchange(server.host, `${lines.join('\r\n')}\r\n\r\n${'x'.repeat(length)}`);
	};
	expect(await post(MAX_WINDOW_REQUEST_BYTES + 1)).toMatch(/^HTTP\/1\.1 413 /);
	expect(answered).toEqual([]);
	expect(await post(MAX_WINDOW_REQUEST_BYTES)).toMatch(/^HTTP\/1\.1 200 /);
});

test('the window for guests gives no answer to a request whose headers are above the limit, and answers one whose headers are just below the limit', async () => {
	const {server, answered} = await openServer();
	const get = (length: number) => ask(server.host, 'GET / HTTP/1.1', `X: ${'x'.repeat(length)}`);
	expect(await get(MAX_WINDOW_HEADER_BYTES)).toBe('');
	expect(answered).toEqual([]);
	expect(await get(MAX_WINDOW_HEADER_BYTES - 200)).toMatch(/^HTTP\/1\.1 200 /);
});
