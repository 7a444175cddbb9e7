/** Tests the TLS transport against clients and servers that do not follow the protocol. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {connect as connectTcp, createServer as createTcpServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {connect as connectTls, createServer as createTlsServer} from 'node:tls';
import {afterEach, describe, expect, it} from 'vitest';
import type {Clock} from '../../../source/core/environment.js';
import {
	DIAL_TIMEOUT_MS,
	HELLO_TIMEOUT_MS,
	MAX_PENDING_CONNECTIONS,
	MAX_WAITING_CONNECTIONS,
} from '../../../source/core/limits.js';
import {clientOptions} from '../../../source/network/transport/tls-connection.js';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import type {Connection, Transport} from '../../../source/network/transport/transport.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {until} from '../../helpers/wait.js';
import {recordEvents} from './transport-acceptance.js';

const HOST = '127.0.0.1';
const PSK = new Uint8Array(32).fill(7);
const KEY = {psk: PSK, identity: 'room'};
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function createTransport(options: Partial<Parameters<typeof createTlsTransport>[0]> = {}): Transport {
	const transport = createTlsTransport({...KEY, hosts: {ipv4: HOST}, ...options});
	cleanups.push(() => transport.close());
	return transport;
}

async function listen(options: Partial<Parameters<typeof createTlsTransport>[0]> = {}) {
	const transport = createTransport(options);
	const accepted: Connection[] = [];
	const {port} = await transport.listen(connection => void accepted.push(connection));
	return {transport, accepted, port};
}

/** A plain TCP client, and whether its connection was closed. */
interface RawClient {
	readonly socket: Socket;
	closed: boolean;
}

async function connectRawClient(port: number): Promise<RawClient> {
	const socket = connectTcp(port, HOST);
	const client = {socket, closed: false};
	cleanups.push(() => socket.destroy());
	socket.on('error', () => {});
	socket.on('data', () => {});
	socket.on('close', () => {
		client.closed = true;
	});
	await new Promise<void>(resolve => socket.once('connect', resolve));
	return client;
}

function serve(server: Server): Promise<number> {
	cleanups.push(() => server.close());
	server.on('connection', socket => cleanups.push(() => socket.destroy()));
	return new Promise(resolve => {
		server.listen(0, HOST, () => {
			const address = server.address();
			resolve(address !== null && typeof address === 'object' ? address.port : 0);
		});
	});
}

async function expectStillOpen(port: number, accepted: Connection[]): Promise<void> {
	const before = accepted.length;
	const result = await createTransport().dial(HOST, port);
	expect(result).toHaveProperty('connection');
	await until(() => accepted.length === before + 1);
}

describe('a listening TLS transport', () => {
	const noise = Buffer.concat(
		Array.from({length: 512}, (_, index) => createHash('sha256').update(`${index}`).digest()),
	);
	it.each([
		['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
		['random bytes', noise],
		['a truncated TLS record', Buffer.from('160301ffff0100fffb0303', 'hex')],
		['an unencrypted frame of our own protocol', Buffer.from('00000005a568656c6c', 'hex')],
	])('a listening TLS transport disconnects a client that sends %s, and continues to listen', async (_what, bytes) => {
		const {transport, accepted, port} = await listen();
		const {socket, closed} = await connectRawClient(port);
		socket.write(bytes);
		if (!closed) socket.end();
		await until(() => transport.refused === 1);
		expect(accepted).toEqual([]);
		await expectStillOpen(port, accepted);
		expect(transport.refused).toBe(1);
	});

	it('a listening TLS transport continues to listen after a port scan', async () => {
		const {transport, accepted, port} = await listen();
		for (let index = 0; index < 50; index++) (await connectRawClient(port)).socket.resetAndDestroy();
		await until(() => transport.refused === 50);
		await expectStillOpen(port, accepted);
	});

	it('a listening TLS transport limits the total time of a handshake that arrives slowly', async () => {
		const clock = createFakeClock();
		const {transport, port} = await listen({clock});
		const client = await connectRawClient(port);
		client.socket.write(Buffer.from('160301', 'hex'));
		await until(() => clock.pending === 1);
		await clock.advance(HELLO_TIMEOUT_MS - 1);
		client.socket.write(Buffer.from('02', 'hex'));
		expect(client.closed).toBe(false);
		await clock.advance(1);
		await until(() => client.closed && transport.refused === 1);
		expect(clock.pending).toBe(0);
	});

	it('a listening TLS transport limits half-open connections, and accepts waiting peers when slots are free', async () => {
		const clock = createFakeClock();
		const {transport, accepted, port} = await listen({clock});
		const clients: RawClient[] = [];
		const most = MAX_PENDING_CONNECTIONS + MAX_WAITING_CONNECTIONS;
		for (let index = 0; index < most + 20; index++) clients.push(await connectRawClient(port));
		await until(() => transport.refused === 20);
		for (const {socket} of clients.slice(0, 5)) socket.destroy();
		await until(() => transport.refused === 25);
		const friend = createTransport().dial(HOST, port);
		await clock.advance(HELLO_TIMEOUT_MS);
		expect(await friend).toHaveProperty('connection');
		await until(() => accepted.length === 1 && transport.refused === most + 20);
		expect(clock.pending).toBe(0);
	});

	it('a listening TLS transport resumes no sessions, so that a session ticket opens no second connection', async () => {
		const {transport, accepted, port} = await listen();
		const sessions: Buffer[] = [];
		const first = connectTls({...clientOptions(KEY), host: HOST, port});
		cleanups.push(() => first.destroy());
		first.on('error', () => {});
		first.on('session', session => void sessions.push(session));
		await until(() => accepted.length === 1 && sessions.length > 0);
		const {pskCallback: _secret, ...noSecret} = clientOptions(KEY);
		let outcome = '';
		const second = connectTls({...noSecret, host: HOST, port, session: sessions[0]!});
		second.on('error', () => {
			outcome = 'refused';
		});
		second.on('secureConnect', () => {
			outcome = 'in';
		});
		await until(() => outcome !== '');
		expect(outcome).toBe('refused');
		await until(() => transport.refused === 1);
		expect(accepted).toHaveLength(1);
	});

	it('a listening TLS transport refuses older TLS versions and key identities of other rooms', async () => {
		const {transport, accepted, port} = await listen();
		const other = createTransport({identity: 'another room'});
		expect(await other.dial(HOST, port)).toMatchObject({failure: {code: 'handshake'}});
		let failed = false;
		const old = connectTls({
			host: HOST,
			port,
			ciphers: 'PSK',
			minVersion: 'TLSv1.2',
			maxVersion: 'TLSv1.2',
			pskCallback: () => KEY,
			checkServerIdentity: () => undefined,
		});
		old.on('error', () => {
			failed = true;
		});
		await until(() => failed && transport.refused === 2);
		expect(accepted).toEqual([]);
	});

	it('a listening TLS transport does not use more memory after a thousand failed handshakes', {
		timeout: 60_000,
	}, async () => {
		const {transport, port} = await listen();
		const memory: number[] = [];
		for (let round = 0; round < 20; round++) {
			const clients: RawClient[] = [];
			for (let index = 0; index < 50; index++) clients.push(await connectRawClient(port));
			for (const {socket} of clients) socket.end('GET / HTTP/1.0\r\n\r\n');
			await until(() => clients.every(({closed}) => closed) && transport.refused === (round + 1) * 50);
			memory.push(process.memoryUsage.rss());
		}
		expect(memory.at(-1)! - memory[4]!).toBeLessThan(32 * 1024 * 1024);
	});
});

describe('a dialling TLS transport', () => {
	function makeCertificate(): {key: Buffer; cert: Buffer} {
		const folder = mkdtempSync(join(tmpdir(), 'p2pchat-ink-'));
		cleanups.push(() => rmSync(folder, {recursive: true}));
		const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
		const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
		execFileSync('openssl', [...request, '-subj', `/CN=${HOST}`, '-keyout', key, '-out', cert], {stdio: 'ignore'});
		return {key: readFileSync(key), cert: readFileSync(cert)};
	}

	it('a dialling TLS transport rejects a server with a certificate but without the secret', async () => {
		const server = createTlsServer({...makeCertificate(), minVersion: 'TLSv1.3'});
		server.on('secureConnection', socket => socket.on('error', () => {}));
		const port = await serve(server);
		expect(await createTransport().dial(HOST, port)).toMatchObject({failure: {code: 'handshake'}});
	});

	it('a dialling TLS transport stops dialling a silent server after the handshake timeout', async () => {
		const clock = createFakeClock();
		const connected: Socket[] = [];
		const port = await serve(createTcpServer(socket => void connected.push(socket)));
		const timers: number[] = [];
		const after: Clock['after'] = (ms, run) => {
			timers.push(ms);
			return clock.after(ms, run);
		};
		const dial = createTransport({clock: {...clock, after}}).dial(HOST, port);
		await until(() => connected.length === 1 && timers.length === 2);
		expect(timers).toEqual([DIAL_TIMEOUT_MS, HELLO_TIMEOUT_MS]);
		await clock.advance(HELLO_TIMEOUT_MS - 1);
		expect(await Promise.race([dial, 'still dialling'])).toBe('still dialling');
		await clock.advance(1);
		expect(await dial).toMatchObject({failure: {code: 'timeout'}});
		expect(clock.pending).toBe(0);
	});

	it('a dialling TLS transport reports a failed handshake if the server closes the connection', async () => {
		const port = await serve(createTcpServer(socket => socket.destroy()));
		expect(await createTransport().dial(HOST, port)).toMatchObject({failure: {code: 'handshake'}});
	});

	it.each([0, -1, 65_536, 1.5, Number.NaN])(
		'a dialling TLS transport refuses port %s with a readable error',
		async port => {
			expect(await createTransport().dial(HOST, port)).toMatchObject({failure: {code: 'other'}});
		},
	);

	it('a dialling TLS transport reports a broken connection with a readable error', async () => {
		const {accepted, port} = await listen();
		let proxied: Socket | undefined;
		const proxy = await serve(
			createTcpServer(socket => {
				proxied = socket;
				const onward = connectTcp(port, HOST);
				for (const end of [socket, onward]) end.on('error', () => {});
				socket.pipe(onward).pipe(socket);
			}),
		);
		const result = await createTransport().dial(HOST, proxy);
		if (!('connection' in result)) throw new Error(result.failure.text);
		await until(() => accepted.length === 1);
		const end = recordEvents(result.connection);
		proxied?.unpipe().pause();
		result.connection.send(new Uint8Array(16 * 1024 * 1024));
		await until(() => (proxied?.readableLength ?? 0) > 0);
		// The operating system resets a connection that is closed with unread bytes.
		proxied?.destroy();
		await until(() => end.closed);
		expect(end.error).toBe('connection reset');
	});

	it('a dialling TLS transport reports a broken connection when bytes are altered in transit', async () => {
		const {accepted, port} = await listen();
		let alter = false;
		const proxy = await serve(
			createTcpServer(socket => {
				const onward = connectTcp(port, HOST);
				for (const end of [socket, onward]) end.on('error', () => {});
				socket.pipe(onward);
				onward.on('data', bytes => {
					if (alter) bytes[bytes.length - 1]! ^= 1;
					socket.write(bytes);
				});
			}),
		);
		const result = await createTransport().dial(HOST, proxy);
		if (!('connection' in result)) throw new Error(result.failure.text);
		await until(() => accepted.length === 1);
		const end = recordEvents(result.connection);
		accepted[0]!.send(Buffer.from('true'));
		await until(() => end.text() === 'true');
		alter = true;
		accepted[0]!.send(Buffer.from('false'));
		await until(() => end.closed);
		expect([end.text(), end.error]).toEqual(['true', 'the encryption failed']);
	});
});
