import {createSocket} from 'node:dgram';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {canCapture, captureLoopback} from '../helpers/loopback-capture.js';
import {readPageRows} from '../helpers/page-data.js';
import {releasedProgram} from '../helpers/released-program.js';
import {type Line, type RunningNode, runToEnd, startNode} from '../helpers/run-node.js';

const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
const isSynced = ({type}: Line) => type === 'synced';

/** Contents of all files below a folder, one after the other. */
function contentsOf(folder: string): Buffer {
	return Buffer.concat(
		readdirSync(folder, {recursive: true, encoding: 'utf8'})
			.map(name => join(folder, name))
			.filter(path => statSync(path).isFile())
			.map(path => readFileSync(path)),
	);
}

/** Sends a text that a capture must find, to show that the capture works. */
async function sendDatagram(port: number, text: string): Promise<void> {
	const socket = createSocket('udp4');
	await new Promise<unknown>(resolve => socket.send(text, port, '127.0.0.1', resolve));
	socket.close();
}

async function end(node: RunningNode) {
	node.child.stdin?.end();
	return node.result;
}

describe('whispers between processes', () => {
	it('a whisper is in the logs of its two ends only: no other member, newcomer, export, page of the debug log, file or packet contains its text', async () => {
		const port = await findFreeUdpPort();
		const homes = {ann: makeHome(), bob: makeHome(), eve: makeHome(), nell: makeHome()};
		const secret = 'zebra-crossing-4711';
		const control = 'zebra control 4711';
		const sendControl = () => sendDatagram(port, control);
		const capture = canCapture ? await captureLoopback(['zebra-crossing', control], sendControl) : undefined;
		const debug = (home: string) => ['--debug', join(home, 'debug.txt')];
		const ann = await startNode({home: homes.ann, port, name: 'Ann', args: debug(homes.ann)});
		const hooked = join(makeHome(), 'hook.jsonl');
		const hook = ['--hook', `cat > '${hooked}'`];
		const bob = await startNode({home: homes.bob, port, name: 'Bob', args: [...debug(homes.bob), ...hook]});
		const eve = await startNode({home: homes.eve, port, name: 'Eve', args: debug(homes.eve)});
		for (const node of [ann, bob, eve])
			await node.waitUntil('synced with both', all => all.filter(isSynced).length >= 2);
		send(ann, {type: 'whisper', to: 'Bob', text: secret, ref: 'w'});
		await bob.waitFor('the whisper', ({type}) => type === 'whisper');
		await ann.waitFor('the delivery', ({type}) => type === 'whisper-delivery');
		send(bob, {type: 'command', text: '/r and back zebra-crossing-4712'});
		await ann.waitFor('the answer', ({type, own}) => type === 'whisper' && own === false);
		ann.post('public');
		await eve.waitFor('the post', ({text}) => text === 'public');
		const nell = await startNode({home: homes.nell, port, name: 'Nell', args: debug(homes.nell)});
		await nell.waitUntil('synced with all', all => all.filter(isSynced).length >= 3);
		const annLog = ann.lines[0]?.log as string;
		for (const node of [nell, eve, bob, ann]) await end(node);
		const captured = await capture?.stop();
		if (captured) {
			expect(captured.found).toEqual({'zebra-crossing': 0, [control]: expect.toSatisfy(count => count > 0)});
			expect(captured.ports[ann.lines[0]?.tcpPort] ?? captured.ports[bob.lines[0]?.tcpPort]).toBeGreaterThan(1000);
		}

		for (const node of [eve, nell]) expect(node.stdout + node.stderr).not.toContain('zebra');
		for (const home of [homes.eve, homes.nell]) expect(contentsOf(home).includes('zebra')).toBe(false);
		const handed = readFileSync(hooked, 'utf8');
		expect([handed.includes('"public"'), handed.includes('zebra')]).toEqual([true, false]);
		for (const home of [homes.ann, homes.bob]) {
			expect(readFileSync(join(home, 'debug.txt'), 'utf8')).not.toContain('zebra');
			expect(contentsOf(home).includes(secret)).toBe(true);
		}
		for (const format of ['text', 'markdown', 'jsonl', 'html']) {
			const without = await runToEnd(['export', '--format', format, annLog], {home: homes.ann});
			expect([without.code, without.stdout.includes('zebra')]).toEqual([0, false]);
			if (format === 'html') {
				const rows = JSON.stringify(readPageRows(without.stdout));
				expect([rows.includes('public'), rows.includes('zebra')]).toEqual([true, false]);
				continue;
			}
			const included = await runToEnd(['export', '--whispers', '--format', format, annLog], {home: homes.ann});
			expect([included.code, included.stdout.replaceAll('\\', '').includes(secret)]).toEqual([0, true]);
		}
		const printed = await runToEnd(['replay', annLog], {home: homes.ann});
		expect(printed.stdout).not.toContain('zebra');
		const replayed = await runToEnd(['replay', '--whispers', annLog], {home: homes.ann});
		expect(replayed.stdout).toMatch(/ \* private, to Bob \(127\.0\.0\.1\): zebra-crossing-4711\n/);
		expect(replayed.stdout).toMatch(/ \* private, from Bob \(127\.0\.0\.1\): and back zebra-crossing-4712\n/);
		const inspected = await runToEnd(['inspect', annLog], {home: homes.ann});
		expect(inspected.stdout).toContain('whisper');
		const verified = await runToEnd(['export', '--verify', annLog], {home: homes.ann});
		expect([verified.code, verified.stderr]).toEqual([0, '']);
	});

	it('a piped line that begins with a whisper command is an error in every mode, and is sent to nobody', async () => {
		const port = await findFreeUdpPort();
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		const common = ['--interface', 'lo', '--port', String(port), '--name', 'Ann', '--wait', '3'];
		const lines = ['/msg Bob one', '/w Bob two', '/r three', ' /MSG Bob four', '/msg', 'public', '/whereabouts'];
		const plain = await runToEnd(['--plain', ...common], {home: makeHome(), input: `${lines.join('\n')}\n`});
		expect(plain.stderr.match(/Line \d/g)).toEqual(['Line 1', 'Line 2', 'Line 3', 'Line 4', 'Line 5']);
		const posts = lines.map(text => JSON.stringify({type: 'post', text}));
		const json = await runToEnd(['--json', ...common], {home: makeHome(), input: `${posts.join('\n')}\n`});
		expect(json.stdout.match(/"type":"error","code":"bad-command","line":\d/g)).toHaveLength(5);
		const sent = await runToEnd(['send', ...common, '/msg', 'Bob', 'five'], {home: makeHome()});
		expect(sent.code).toBe(2);
		await end(bob);
		const texts = bob.events().flatMap(({kind, text}) => (kind === 'posted' ? [text] : []));
		expect(texts).toEqual(['public', '/whereabouts', 'public', '/whereabouts']);
	});

	it('release 1.0.0 gets no whisper and opens a log with whispers, and this program opens the log after that', async () => {
		const port = await findFreeUdpPort();
		const program = await releasedProgram();
		const home = makeHome();
		const secret = {P2PCHAT_SECRET: 'a long enough secret'};
		const old = await startNode({home: makeHome(), port, name: 'Olga', program, environment: secret});
		await startNode({home: makeHome(), port, name: 'Otto', args: ['--refuse-whispers'], environment: secret});
		const bob = await startNode({home: makeHome(), port, name: 'Bob', environment: secret});
		const ann = await startNode({home, port, name: 'Ann', environment: secret});
		await ann.waitUntil('synced with all', all => new Set(all.filter(isSynced).map(({peer}) => peer)).size === 3);
		for (const to of ['Olga', 'Otto']) send(ann, {type: 'whisper', to, text: 'hidden'});
		// Ann has the history of Bob, but he may not know her name yet, and a command with an unknown name is an error.
		await bob.waitFor('the name', ({kind, name}) => kind === 'joined' && name === 'Ann');
		send(bob, {type: 'command', text: '/ignore Ann'});
		await bob.waitFor('the answer', ({type, text}) => type === 'notice' && text.includes('is hidden'));
		// Messages on one connection keep their order. When Ann has this post, her node also knows that Bob ignores her.
		bob.post('after the command');
		await ann.waitFor('the post', ({text}) => text === 'after the command');
		send(ann, {type: 'command', text: '/msg Bob hidden'});
		await ann.waitUntil('three refusals', all => all.filter(({type}) => type === 'error').length === 3);
		const refusals = ann.lines.filter(({type}) => type === 'error').map(({text}) => text.replace(/"\w+"/, 'NAME'));
		expect(new Set(refusals).size).toBe(1);
		send(bob, {type: 'command', text: '/unignore Ann'});
		await bob.waitFor('the second answer', ({type, text}) => type === 'notice' && text.includes('is shown again'));
		send(bob, {type: 'whisper', to: 'Ann', text: 'kept in the log'});
		await ann.waitFor('the whisper', ({type}) => type === 'whisper');
		ann.post('the end');
		await old.waitFor('the post', ({text}) => text === 'the end');
		const log = ann.lines[0]?.log as string;
		await end(ann);
		expect(old.stdout).not.toContain('hidden');

		const again = await startNode({home, port, name: 'Ann', program, environment: secret});
		expect(again.lines[0]).toMatchObject({log, version: '1.0.0'});
		await again.waitFor('the old post', ({text}) => text === 'the end');
		again.post('from 1.0.0');
		await bob.waitFor('the post', ({text}) => text === 'from 1.0.0');
		expect(again.lines.filter(({type, code}) => type === 'notice' && /damage|torn/.test(code))).toEqual([]);
		await end(again);
		for (const cli of [program, undefined]) {
			const verified = await runToEnd(['export', '--verify', log], {home, ...(cli && {program: cli})});
			expect([verified.code, verified.stderr]).toEqual([0, '']);
		}
		const last = await startNode({home, port, name: 'Ann', environment: secret});
		expect(await last.waitFor('the whisper', ({type}) => type === 'whisper')).toMatchObject({
			text: 'kept in the log',
			name: 'Bob',
			own: false,
			live: false,
		});
	});
});
