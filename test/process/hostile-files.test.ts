/** A malicious peer, over a real connection, that shares a file and answers requests for it. */
import {createHash, randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {partCount, partLength, partSize} from '../../source/core/shared-file.js';
import {fileIdOf, leafOf} from '../../source/feed/file-id.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createTlsTransport} from '../../source/network/transport/tls-transport.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {answerWant, connectMalicious, openHistory} from '../hostile/malicious-peer.js';

const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const size = 3 * 128 * 1024 + 1;
const content = randomBytes(size);
const partOf = (part: number) => {
	const from = part * partSize(size);
	return content.subarray(from, from + partLength(size, part));
};
const leaves = Buffer.concat(Array.from({length: partCount(size)}, (_, part) => leafOf(partOf(part))));

it('an author who sends wrong bytes stays connected, the receiving user reads why nothing arrives, and an honest node completes the file', async () => {
	const keys = await deriveRoomKeys({room: 'lan'});
	const [port, downloads, source] = [await findFreeUdpPort(), makeHome(), makeHome()];
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]});
	const file = fileIdOf(keys.tag, size, leaves);
	let wrong = 0;
	const mallory = await connectMalicious({
		transport: createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: '127.0.0.1'}}),
		host: '127.0.0.1',
		port: bob.lines.find(({type}) => type === 'ready')?.tcpPort,
		keys,
		now: Date.now,
		hello: {features: ['files']},
		onMessage(message, peer) {
			if (message.type === 'want') answerWant(peer, message, new Map([[peer.peer, batch]]));
			if (message.type === 'ping')
				peer.send({type: 'pong', id: message.id, clock: Date.now(), hlc: {ms: Date.now(), counter: 0}});
			if (message.type === 'file-ask') peer.send({type: 'file-info', id: message.id, leaves, have: true});
			if (message.type !== 'file-want') return;
			wrong += 1;
			const bytes = Buffer.from(partOf(message.part).subarray(message.offset, message.offset + message.length));
			bytes[wrong % bytes.length]! ^= 1;
			peer.send({type: 'file-data', id: message.id, bytes});
		},
	});
	onTestFinished(() => mallory.connection.destroy());
	const batch = mallory.write([{type: 'shared', fileName: '../plan.bin', size, file}]);
	openHistory(mallory, [batch]);
	const event = await bob.waitFor('the shared file', ({kind}) => kind === 'shared');
	send(bob, {type: 'fetch', target: event.id});
	const report = (state: string) => (line: Line) => line.type === 'file' && line.id === file && line.state === state;
	const reason = 'nobody who is connected has it, except 1 peer that sent wrong data';
	await bob.waitFor('the reason', line => report('waiting')(line) && line.reason === reason && line.bytes === 0);
	expect(wrong).toBeGreaterThan(0);
	expect([mallory.isClosed, mallory.errorCode]).toEqual([false, undefined]);
	expect(readdirSync(downloads)).not.toContain('plan.bin');

	const ann = await startNode({home: makeHome(), port, name: 'Ann'});
	writeFileSync(join(source, 'honest.bin'), content);
	send(ann, {type: 'share', path: join(source, 'honest.bin')});
	const {path} = await bob.waitFor('the whole file', report('done'));
	expect(basename(path)).toBe('plan.bin');
	expect(bob.lines.filter(report('waiting')).filter(line => line.reason.includes('missing 0 B'))).toEqual([]);
	expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(
		createHash('sha256').update(content).digest('hex'),
	);
	ann.post('and a word');
	await bob.waitFor('a word', ({text}) => text === 'and a word');
	expect([mallory.isClosed, mallory.errorCode]).toEqual([false, undefined]);
});
