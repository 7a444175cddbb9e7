import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {readFileSync} from 'node:fs';
import {connect} from 'node:net';
import {describe, expect, it} from 'vitest';
import {bytesToHex} from '../../source/codec/bytes.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type RunningNode, startNode} from '../helpers/run-node.js';

const HOST = '127.0.0.1';
const MEMORY_SLACK_KB = 48 * 1024;

const residentKb = ({pid}: RunningNode) =>
	Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Sends bytes and reads until the other end closes or sends nothing for 300 ms. */
async function sendBytes(port: number, bytes: Uint8Array): Promise<void> {
	const socket = connect(port, HOST);
	socket.on('error', () => {});
	socket.setTimeout(300, () => socket.destroy());
	socket.end(bytes);
	socket.resume();
	await new Promise(resolve => socket.once('close', resolve));
}

async function sendDatagrams(port: number, datagrams: readonly Uint8Array[]): Promise<void> {
	const socket = createSocket('udp4');
	for (const bytes of datagrams) await new Promise(resolve => socket.send(bytes, port, HOST, resolve));
	socket.close();
}

/** Runs one TLS handshake with openssl and returns its output. */
function runHandshake(port: number, words: readonly string[]): Promise<string> {
	return new Promise(resolve => {
		const child = execFile(
			'openssl',
			['s_client', '-connect', `${HOST}:${port}`, ...words],
			{timeout: 5000},
			(_error, stdout, stderr) => resolve(stdout + stderr),
		);
		child.stdin?.end();
	});
}

async function startTwo(): Promise<[RunningNode, RunningNode, number]> {
	const port = await findFreeUdpPort();
	const ann = await startNode({home: makeHome(), port, name: 'Ann'});
	const bob = await startNode({home: makeHome(), port, name: 'Bob'});
	await ann.waitFor('Bob', ({type, name}) => type === 'peer' && name === 'Bob');
	return [ann, bob, port];
}

async function expectChatWorks(ann: RunningNode, bob: RunningNode, text: string): Promise<void> {
	ann.post(text);
	await bob.waitFor(text, line => line.text === text);
	bob.post(`${text} too`);
	await ann.waitFor(text, line => line.text === `${text} too`);
}

describe('traffic from outside the room', () => {
	it('traffic from outside the room to the TCP port (a length of 2 GiB, noise, HTTP, a port scan) closes no connection and does not fill the memory', async () => {
		const [ann, bob] = await startTwo();
		await expectChatWorks(ann, bob, 'before');
		const {tcpPort} = ann.lines[0] as {tcpPort: number};
		const before = residentKb(ann);
		const huge = Buffer.concat([Buffer.from([0x7f, 0xff, 0xff, 0xff]), randomBytes(64 * 1024)]);
		const http = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
		const hello = Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff]), randomBytes(64 * 1024)]);
		for (let round = 0; round < 25; round++) {
			await Promise.all(
				[huge, http, hello, randomBytes(4096), Buffer.alloc(0)].map(bytes => sendBytes(tcpPort, bytes)),
			);
		}
		await expectChatWorks(ann, bob, 'after');
		expect(residentKb(ann) - before).toBeLessThan(MEMORY_SLACK_KB);
		for (const node of [ann, bob]) {
			expect(node.child.exitCode).toBeNull();
			expect(node.lines.some(({status}) => status === 'unreachable')).toBe(false);
		}
	});

	it('traffic from outside the room to the UDP port (noise of every length) closes no connection and does not fill the memory', async () => {
		const [ann, bob, port] = await startTwo();
		await expectChatWorks(ann, bob, 'before');
		const before = residentKb(ann);
		const noise = Array.from({length: 4000}, (_, at) => randomBytes(at % 1500));
		await sendDatagrams(port, noise);
		await expectChatWorks(ann, bob, 'after');
		expect(residentKb(ann) - before).toBeLessThan(MEMORY_SLACK_KB);
		expect(
			ann.lines.filter(({type, name}) => type === 'peer' && name !== 'Bob' && !/^[0-9a-f]{8}$/.test(name)),
		).toEqual([]);
	});

	it('a TLS handshake succeeds only with version 1.3 and the key of the room', async () => {
		const [ann] = await startTwo();
		const {tcpPort} = ann.lines[0] as {tcpPort: number};
		const keys = await deriveRoomKeys({room: 'lan'});
		const psk = (key: string) => ['-psk', key, '-psk_identity', keys.pskIdentity];
		const right = await runHandshake(tcpPort, ['-tls1_3', ...psk(bytesToHex(keys.psk))]);
		expect(right).toMatch(/TLSv1\.3, Cipher is TLS_(CHACHA20_POLY1305|AES_128_GCM)_SHA256/);
		expect(await runHandshake(tcpPort, ['-tls1_2', ...psk(bytesToHex(keys.psk))])).toMatch(/Cipher is \(NONE\)/);
		expect(await runHandshake(tcpPort, ['-tls1_3', ...psk('00'.repeat(32))])).toMatch(/Cipher is \(NONE\)/);
		expect(await runHandshake(tcpPort, ['-tls1_3'])).toMatch(/Cipher is \(NONE\)/);
		await ann.waitFor('Bob', ({type, name}) => type === 'peer' && name === 'Bob');
	});
});
