import {createServer, Socket} from 'node:net';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {MAX_RESOLVED_ADDRESSES} from '../../../source/core/limits.js';
import {LOOPBACK_HOSTS} from '../../../source/network/discovery/local-interfaces.js';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import type {Transport} from '../../../source/network/transport/transport.js';
import {until} from '../../helpers/wait.js';
import {describeTransport} from './transport-acceptance.js';

function freePort(): Promise<number> {
	return new Promise(resolve => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
		});
	});
}

describeTransport('TLS', async () => {
	const transports: Transport[] = [];
	return {
		address: '127.0.0.1',
		create(psk, port) {
			const transport = createTlsTransport({
				psk,
				identity: 'room',
				hosts: {ipv4: '127.0.0.1'},
				...(port === undefined ? {} : {port}),
			});
			transports.push(transport);
			return transport;
		},
		freePort,
		until,
		settled: promise => promise,
		close: async () => void (await Promise.all(transports.map(transport => transport.close()))),
	};
});

describe('a TLS transport that dials', () => {
	const PSK = new Uint8Array(32).fill(7);
	const transports: Transport[] = [];
	const cleanups: (() => void)[] = [];
	afterEach(async () => {
		for (const cleanup of cleanups.splice(0)) cleanup();
		await Promise.all(transports.splice(0).map(transport => transport.close()));
	});

	function create(options: Partial<Parameters<typeof createTlsTransport>[0]> = {}) {
		const transport = createTlsTransport({psk: PSK, identity: 'room', hosts: LOOPBACK_HOSTS, ...options});
		transports.push(transport);
		return transport;
	}

	it('a TLS transport can dial the IPv4 and the IPv6 address of a listener, at the same port', async () => {
		const remote: string[] = [];
		const {port} = await create().listen(connection => void remote.push(connection.remoteAddress));
		for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
			const result = await create().dial(host, port);
			expect(result).toMatchObject({connection: {remoteAddress: host === '::1' ? '::1' : '127.0.0.1'}});
		}
		await until(() => remote.length === 3);
		expect(remote).toEqual(['127.0.0.1', '::1', '127.0.0.1']);
	});

	it('a TLS transport dials the next address of a name if the first one refuses', async () => {
		const {port} = await create().listen(() => {});
		const lookUp = async () => ['127.0.0.9', '127.0.0.1', '127.0.0.1'];
		const result = await create({lookUp}).dial('localhost', port);
		expect(result).toMatchObject({address: {host: '127.0.0.1', port}, connection: {remoteAddress: '127.0.0.1'}});
	});

	it('a TLS transport tries at most MAX_RESOLVED_ADDRESSES addresses of a name', async () => {
		const {port} = await create().listen(() => {});
		const refusing = (count: number) => Array.from({length: count}, (_, index) => `127.0.1.${index + 1}`);
		const dial = (names: readonly string[]) => create({lookUp: async () => [...names]}).dial('localhost', port);
		expect(await dial([...refusing(MAX_RESOLVED_ADDRESSES - 1), '127.0.0.1'])).toHaveProperty('connection');
		expect(await dial([...refusing(MAX_RESOLVED_ADDRESSES), '127.0.0.1'])).toMatchObject({failure: {code: 'refused'}});
	});

	it('a TLS transport dials an alternative address if the first one refuses, and reports which one it used', async () => {
		const {port} = await create().listen(() => {});
		const result = await create().dial('127.0.0.9', port, [{host: '::1', port}]);
		expect(result).toMatchObject({address: {host: '::1', port}, connection: {remoteAddress: '::1'}});
	});

	it('a TLS transport that is bound to loopback dials no address of another computer, even if a name resolves to one', async () => {
		const lookUp = async () => ['10.0.0.1', 'fd00::1', 'fe80::1%lo'];
		const transport = create({lookUp});
		for (const host of ['localhost', '10.0.0.1', 'fd00::1', 'fe80::1%lo', 'chat.example'])
			expect(await transport.dial(host, 9, [{host: '10.0.0.2', port: 9}])).toMatchObject({
				failure: {code: 'unreachable'},
			});
	});

	it('a dial over TLS fails with a reason if the host name does not exist, or if a link-local address lacks its interface', async () => {
		const lookUp = () => Promise.reject(Object.assign(new Error(), {code: 'ENOTFOUND'}));
		const unknown = await create({lookUp}).dial('localhost', 9);
		expect(unknown).toMatchObject({failure: {code: 'unreachable', text: 'no such host name'}});
		const everywhere = create({hosts: {}});
		for (const [host, text] of [
			['fe80::1', 'link-local'],
			['fe80::1%nosuch0', 'no interface'],
		] as const)
			expect(await everywhere.dial(host, 9)).toMatchObject({failure: {text: expect.stringContaining(text)}});
	});

	it.each([
		['ENOBUFS', 'the network buffers are full'],
		['EMFILE', 'too many open files'],
	])(
		'a TLS transport whose dials are refused with %s ends each dial with the reason, lists the failure, and dials again as soon as the system allows it',
		async (code, reason) => {
			const {port} = await create().listen(() => {});
			const transport = create();
			const connect = vi.spyOn(Socket.prototype, 'connect');
			cleanups.push(() => connect.mockRestore());
			connect.mockImplementation(function (this: Socket) {
				return this.destroy(Object.assign(new Error(), {code}));
			});
			expect(await transport.dial('127.0.0.1', port)).toMatchObject({failure: {code: 'other', text: reason}});
			expect(transport.socketFailures?.()).toEqual([{socket: 'TCP to others', reason}]);
			connect.mockRestore();
			expect(await transport.dial('127.0.0.1', port)).toHaveProperty('connection');
			expect(transport.socketFailures?.()).toEqual([]);
		},
	);
});
