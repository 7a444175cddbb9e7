import {connect, createServer, type Server} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {createTlsListener, type TlsListener} from '../../../source/network/transport/tls-listener.js';
import {createTlsTransport} from '../../../source/network/transport/tls-transport.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {until} from '../../helpers/wait.js';

const PSK = new Uint8Array(32).fill(7);
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function createListener(host: string): TlsListener {
	const listener = createTlsListener({
		psk: PSK,
		identity: 'room',
		hosts: {ipv4: host},
		port: 0,
		clock: createFakeClock(),
		log: () => {},
		secured: () => {},
		refused: () => {},
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
	it('a listener of one address moves to the new address when the computer gets one, and keeps its port', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		listener.rebind({ipv4: '127.0.0.3'});
		await untilAccepted('127.0.0.3', port);
		expect(await accepts('127.0.0.2', port)).toBe(false);
	});

	it('a listener of one address stays at its address as long as the computer has it', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		listener.rebind({ipv4: '127.0.0.2'});
		listener.rebind({});
		expect([await accepts('127.0.0.2', port), await accepts('127.0.0.3', port)]).toEqual([true, false]);
	});

	it('a listener of one address tries again with the next call if the new address cannot be used yet', async () => {
		const listener = createListener('127.0.0.2');
		const port = await listener.listen();
		const other: Server = createServer();
		await new Promise<void>(resolve => void other.listen(port, '127.0.0.3', resolve));
		listener.rebind({ipv4: '127.0.0.3'});
		await new Promise(resolve => other.close(resolve));
		await untilAccepted('127.0.0.3', port, () => listener.rebind({ipv4: '127.0.0.3'}));
	});
});

it('a transport that is bound to loopback never listens elsewhere', async () => {
	const transport = createTlsTransport({psk: PSK, identity: 'room', hosts: {ipv4: '127.0.0.1'}});
	cleanups.push(() => transport.close());
	const {port} = await transport.listen(() => {});
	transport.rebind({ipv4: '127.0.0.3'});
	expect([await accepts('127.0.0.1', port), await accepts('127.0.0.3', port)]).toEqual([true, false]);
});
