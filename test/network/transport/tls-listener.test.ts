import {connect, createServer, Server} from 'node:net';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {createSocketFailures} from '../../../source/network/socket-failure.js';
import {
	createTlsListener,
	type TlsListener,
	type TlsListenerOptions,
} from '../../../source/network/transport/tls-listener.js';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {until} from '../../helpers/wait.js';

const PSK = new Uint8Array(32).fill(7);
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function createListener(host: string, options: Partial<TlsListenerOptions> = {}): TlsListener {
	const listener = createTlsListener({
		psk: PSK,
		identity: 'room',
		hosts: {ipv4: host},
		port: 0,
		clock: createFakeClock(),
		failures: createSocketFailures(createFakeClock()),
		log: () => {},
		secured: () => {},
		refused: () => {},
		...options,
	});
	cleanups.push(() => listener.close());
	return listener;
}

function accepts(address: string, port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, address, () => resolve(socket.destroy() !== undefined));
		socket.once('error', () => resolve(false));
	});
}

async function untilAccepted(address: string, port: number, beforeEach = () => {}): Promise<void> {
	let accepted = false;
	await until(() => {
		beforeEach();
		void accepts(address, port).then(result => {
			accepted ||= result;
		});
		return accepted;
	});
}

describe('a listener that is bound to one address', () => {
	it('a TCP listener that is bound to one address moves to the new address when the address of the computer changes, and keeps its port', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		listener.rebind({ipv4: '127.0.0.3'});
		await untilAccepted('127.0.0.3', port);
		expect(await accepts('127.0.0.2', port)).toBe(false);
	});

	it('a TCP listener that is bound to one address stays there as long as the computer has this address', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		listener.rebind({ipv4: '127.0.0.2'});
		listener.rebind({});
		expect([await accepts('127.0.0.2', port), await accepts('127.0.0.3', port)]).toEqual([true, false]);
	});

	it('a TCP listener that is bound to one address tries again at the next call of `rebind` if the new address cannot be used yet', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		const other: Server = createServer();
		await new Promise<void>(resolve => void other.listen(port, '127.0.0.3', resolve));
		listener.rebind({ipv4: '127.0.0.3'});
		await new Promise(resolve => other.close(resolve));
		await untilAccepted('127.0.0.3', port, () => listener.rebind({ipv4: '127.0.0.3'}));
	});
});

const REFUSED_HOST = '127.0.0.9';
const originalListen = Server.prototype.listen;

/**
 * Makes each attempt of a server to listen on REFUSED_HOST fail with the error `code`. Returns a function that allows
 * such attempts again.
 */
function refuseListening(code: string): () => void {
	const spy = vi.spyOn(Server.prototype, 'listen');
	let isRefused = true;
	spy.mockImplementation(function (this: Server, ...words: unknown[]) {
		const [options] = words as [{host?: string}];
		if (!isRefused || options?.host !== REFUSED_HOST) return Reflect.apply(originalListen, this, words);
		queueMicrotask(() => this.emit('error', Object.assign(new Error(), {code})));
		return this;
	});
	cleanups.push(async () => spy.mockRestore());
	return () => {
		isRefused = false;
	};
}

const REFUSALS = [
	['EMFILE', 'too many open files'],
	['ENFILE', 'too many open files'],
	['ENOBUFS', 'the network buffers are full'],
	['ENOMEM', 'the system has no free memory'],
	['EACCES', 'permission denied'],
] as const;

describe('a system that refuses sockets for now', () => {
	it.each(REFUSALS)(
		'a listener with `keepsTrying` starts in spite of %s, and listens as soon as the system allows it',
		async (code, reason) => {
			const allow = refuseListening(code);
			const failures = createSocketFailures(createFakeClock());
			const listener = createListener(REFUSED_HOST, {failures, keepsTrying: true});
			expect([await listener.listen(), listener.port]).toEqual([0, 0]);
			expect(failures.list()).toEqual([{socket: 'TCP over IPv4', reason}]);
			listener.rebind({ipv4: REFUSED_HOST});
			await new Promise(setImmediate);
			expect(listener.port).toBe(0);
			allow();
			listener.rebind({ipv4: REFUSED_HOST});
			await until(() => listener.port > 0);
			expect([failures.list(), await accepts(REFUSED_HOST, listener.port)]).toEqual([[], true]);
		},
	);

	it.each(REFUSALS)(
		'a running listener whose new address is refused with %s reports this, and listens there as soon as the system allows it',
		async (code, reason) => {
			const allow = refuseListening(code);
			const failures = createSocketFailures(createFakeClock());
			const listener = createListener('127.0.0.2', {failures});
			const port = await listener.listen();
			listener.rebind({ipv4: REFUSED_HOST});
			await until(() => failures.list().length > 0);
			expect(failures.list()).toEqual([{socket: 'TCP over IPv4', reason}]);
			allow();
			listener.rebind({ipv4: REFUSED_HOST});
			await until(() => failures.list().length === 0);
			expect([listener.port, await accepts(REFUSED_HOST, port)]).toEqual([port, true]);
		},
	);

	it.each(REFUSALS)(
		'a running listener that fails to accept a connection with %s reports this, and accepts the next connection',
		async (code, reason) => {
			const servers: Server[] = [];
			const spy = vi.spyOn(Server.prototype, 'listen');
			spy.mockImplementation(function (this: Server, ...words: unknown[]) {
				servers.push(this);
				return Reflect.apply(originalListen, this, words);
			});
			cleanups.push(async () => spy.mockRestore());
			const failures = createSocketFailures(createFakeClock());
			const listener = createListener('127.0.0.2', {failures});
			const port = await listener.listen();
			servers[0]?.emit('error', Object.assign(new Error(), {code}));
			expect(failures.list()).toEqual([{socket: 'TCP over IPv4', reason}]);
			expect(await accepts('127.0.0.2', port)).toBe(true);
			await until(() => failures.list().length === 0);
		},
	);

	it('a listener with `keepsTrying` continues to try when another program takes the port in the meantime', async () => {
		const allow = refuseListening('EMFILE');
		const holder = createServer();
		await new Promise<void>(resolve => void holder.listen(0, '127.0.0.8', resolve));
		const {port} = holder.address() as {port: number};
		const failures = createSocketFailures(createFakeClock());
		const listener = createListener(REFUSED_HOST, {failures, port, keepsTrying: true});
		await listener.listen();
		await new Promise<void>(resolve => void holder.close(() => resolve()));
		const other = createServer();
		await new Promise<void>(resolve => void other.listen({port, host: '0.0.0.0'}, resolve));
		allow();
		listener.rebind({ipv4: REFUSED_HOST});
		await until(() => failures.list()[0]?.reason.includes('used by another program') ?? false);
		await new Promise<void>(resolve => void other.close(() => resolve()));
		await until(() => {
			listener.rebind({ipv4: REFUSED_HOST});
			return listener.port === port;
		});
	});

	it.each([
		['EMFILE', false, 0],
		['EADDRINUSE', true, 20_123],
		['EACCES', true, 80],
	])('the start of a listener fails with %s at once (keeps trying: %s, port %i)', async (code, keepsTrying, port) => {
		refuseListening(code);
		await expect(createListener(REFUSED_HOST, {port, keepsTrying}).listen()).rejects.toMatchObject({code});
	});

	it('a closed listener makes no further attempts to listen', async () => {
		const allow = refuseListening('EMFILE');
		const listener = createListener(REFUSED_HOST, {keepsTrying: true});
		await listener.listen();
		await listener.close();
		allow();
		listener.rebind({ipv4: REFUSED_HOST});
		await new Promise(setImmediate);
		expect(listener.port).toBe(0);
	});
});

it('a transport that is bound to loopback never listens elsewhere', async () => {
	const transport = createTlsTransport({psk: PSK, identity: 'room', hosts: {ipv4: '127.0.0.1'}});
	cleanups.push(() => transport.close());
	const {port} = await transport.listen(() => {});
	transport.rebind({ipv4: '127.0.0.3'});
	expect([await accepts('127.0.0.1', port), await accepts('127.0.0.3', port)]).toEqual([true, false]);
});
