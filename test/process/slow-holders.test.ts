/** Malicious peers, over real connections, that say they have a file, but send nothing useful of it. */
import {randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {encodeMessageFrame} from '../../source/codec/message.js';
import {MAX_SLICE_BYTES} from '../../source/core/limits.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {connectMaliciousHolder, type HolderOptions, type MaliciousHolder} from '../hostile/malicious-holder.js';

const content = randomBytes(40 * 128 * 1024 + 1);
const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);

/** Runs a function at an interval until the test ends. */
function repeat(everyMs: number, run: () => void): void {
	const timer = setInterval(run, everyMs);
	onTestFinished(() => clearInterval(timer));
}

/** Connects three holders to a node: one sends a byte each second, one sends data without end, and one is silent. */
async function connectHolders(node: RunningNode, fileName?: string): Promise<MaliciousHolder[]> {
	const port = node.lines.find(({type}) => type === 'ready')?.tcpPort;
	const connect = async (onWant: HolderOptions['onWant'], isAuthor = false) => {
		const holder = await connectMaliciousHolder({port, content, onWant, ...(isAuthor && fileName && {fileName})});
		onTestFinished(() => holder.peer.connection.destroy());
		return holder;
	};
	const silent = await connect(() => {}, true);
	const slow = await connect(({id}, bytes, peer) => {
		slow.isBusy = true;
		const frame = encodeMessageFrame({type: 'file-data', id, bytes});
		let sent = 0;
		repeat(1000, () => peer.sendRaw(frame.subarray(sent, ++sent)));
	});
	let isEndless = false;
	const endless = await connect((_want, _bytes, peer) => {
		if (isEndless) return;
		isEndless = true;
		let id = 1_000_000;
		repeat(20, () => peer.send({type: 'file-data', id: id++, bytes: new Uint8Array(MAX_SLICE_BYTES)}));
	});
	return [silent, slow, endless];
}

const reports = (state: string) => (line: Line) => line.type === 'file' && line.state === state;

it('a fetch from holders that are silent, endless or send a byte each second says that they send nothing, and can be cancelled', async () => {
	const [port, downloads] = [await findFreeUdpPort(), makeHome()];
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]});
	const holders = await connectHolders(bob, 'plan.bin');
	const event = await bob.waitFor('the shared file', ({kind}) => kind === 'shared');
	send(bob, {type: 'fetch', target: event.id});
	const waiting = await bob.waitFor('the reason', line => reports('waiting')(line) && /except 3/.test(line.reason));
	expect(waiting.reason).toBe('nobody who is connected has it, except 3 peers that did not send it');
	send(bob, {type: 'cancel', file: event.file});
	await bob.waitFor('the end', reports('cancelled'));
	expect(holders.map(({peer}) => [peer.isClosed, peer.errorCode])).toEqual(holders.map(() => [false, undefined]));
	await vi.waitUntil(() => readdirSync(downloads).length === 0, {timeout: 5000});
});

it('a file arrives from the honest holder although three others are silent, endless or send a byte each second', async () => {
	const [port, downloads, source] = [await findFreeUdpPort(), makeHome(), makeHome()];
	const [ann, bob] = [
		await startNode({home: makeHome(), port, name: 'Ann'}),
		await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads]}),
	];
	await bob.waitFor('synced', ({type}) => type === 'synced');
	const holders = await connectHolders(bob);
	writeFileSync(join(source, 'plan.bin'), content);
	send(ann, {type: 'share', path: join(source, 'plan.bin')});
	const event = await bob.waitFor('the shared file', ({kind}) => kind === 'shared');
	send(bob, {type: 'fetch', target: event.id});
	const {path} = await bob.waitFor('the whole file', reports('done'), 15_000);
	expect(basename(path)).toBe('plan.bin');
	expect(readFileSync(path).equals(content)).toBe(true);
	ann.post('and a word');
	await bob.waitFor('a word', ({text}) => text === 'and a word');
	expect(holders.map(({peer}) => [peer.isClosed, peer.errorCode])).toEqual(holders.map(() => [false, undefined]));
});
