import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** Creates a temporary folder for P2PCHAT_HOME. The end of the test removes it. */
export function makeHome(): string {
	const home = mkdtempSync(join(tmpdir(), 'p2pchat-test-'));
	onTestFinished(() => rmSync(home, {recursive: true, force: true}));
	return home;
}

/** Finds a UDP port that is free on this machine at the time of the call. */
export async function findFreeUdpPort(): Promise<number> {
	const socket = createSocket('udp4');
	socket.bind(0, '0.0.0.0');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	await once(socket, 'close');
	return port;
}

/** Finds a TCP port of 127.0.0.1 that is free at the time of the call. */
export async function findFreeTcpPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	return typeof address === 'object' && address ? address.port : 0;
}
