import {createHash, randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';

const MiB = 2 ** 20;
const SIZE = 80 * MiB;
const PART = 128 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const hasParts = (line: Line) => line.type === 'file' && line.state === 'fetching' && line.bytes > 10 * MiB;

it('a transfer during which both nodes were killed continues with the parts that were written', async () => {
	const [port, downloads] = [await findFreeUdpPort(), makeHome()];
	const [annHome, bobHome] = [makeHome(), makeHome()];
	const path = join(makeHome(), 'photos.tar');
	const content = randomBytes(SIZE);
	writeFileSync(path, content);
	const startAnn = () =>
		startNode({home: annHome, port, name: 'Ann', args: ['--log', join(annHome, 'ann.p2plog'), '--tcp-port', '0']});
	const startBob = () =>
		startNode({
			home: bobHome,
			port,
			name: 'Bob',
			args: ['--log', join(bobHome, 'bob.p2plog'), '--download-dir', downloads],
		});
	const kill = async (node: RunningNode) => {
		node.child.kill('SIGKILL');
		await node.result;
	};
	let [ann, bob] = [await startAnn(), await startBob()];
	await bob.waitFor('synced', ({type}) => type === 'synced');
	send(ann, {type: 'share', path});
	const event = await bob.waitFor('the file', ({kind}) => kind === 'shared');
	send(bob, {type: 'fetch', target: event.id});
	await bob.waitFor('some parts', hasParts);
	await kill(bob);
	const reported = bob.lines.findLast(({type}) => type === 'file')?.bytes;
	const [partFile = ''] = readdirSync(downloads).filter(name => name.endsWith('.part'));
	const kept = readFileSync(join(downloads, partFile)).length;
	expect(kept).toBeGreaterThan(10 * MiB);
	await kill(ann);

	[ann, bob] = [await startAnn(), await startBob()];
	await bob.waitFor('synced', ({type}) => type === 'synced');
	send(bob, {type: 'fetch', target: event.id});
	const done = await bob.waitFor('done', ({type, state}) => type === 'file' && state === 'done', 60_000);
	expect(sha256(readFileSync(done.path))).toBe(sha256(content));
	expect(readdirSync(downloads)).toEqual(['photos.tar']);
	// Parts that were verified before the kill are not sent again.
	const own = bob.lines.filter(({type}) => type === 'file');
	const afterCheck = own[own.findLastIndex(({state}) => state === 'checking') + 1];
	expect(own.some(({state}) => state === 'checking')).toBe(true);
	expect(afterCheck?.bytes).toBeGreaterThanOrEqual(Math.max(reported, kept - 64 * PART));
});
