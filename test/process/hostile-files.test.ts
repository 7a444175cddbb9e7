/** A malicious peer, over a real connection, that shares a file and answers requests for it. */
import {createHash, randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {connectMaliciousHolder} from '../hostile/malicious-holder.js';

const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const content = randomBytes(3 * 128 * 1024 + 1);

it('an author who sends wrong bytes stays connected, the receiving user reads why nothing arrives, and an honest node completes the file', async () => {
	const [port, downloads, source] = [await findFreeUdpPort(), makeHome(), makeHome()];
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]});
	let wrong = 0;
	const {peer: mallory, file} = await connectMaliciousHolder({
		port: bob.lines.find(({type}) => type === 'ready')?.tcpPort,
		content,
		fileName: '../plan.bin',
		onWant({id}, right, peer) {
			wrong += 1;
			const bytes = Buffer.from(right);
			bytes[wrong % bytes.length]! ^= 1;
			peer.send({type: 'file-data', id, bytes});
		},
	});
	onTestFinished(() => mallory.connection.destroy());
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
