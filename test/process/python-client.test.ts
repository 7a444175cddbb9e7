/** Runs the Python client in test/python-client/, written from protocol.md alone, against the built program. Loopback only. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, runToEnd, startNode} from '../helpers/run-node.js';
import {until} from '../helpers/wait.js';

const folder = fileURLToPath(new URL('../python-client/', import.meta.url));
const fixtures = fileURLToPath(new URL('../../fixtures/codec/', import.meta.url));

interface Client {
	readonly peer: string;
	readonly lines: readonly Line[];
	say(line: string): void;
	waitFor(what: string, test: (line: Line) => boolean): Promise<Line>;
	/** Resolves to the exit code. */
	quit(): Promise<number | null>;
}

function requireTools(): void {
	for (const [command, word] of [
		['python3', '--version'],
		['openssl', 'version'],
	] as const) {
		if (spawnSync(command, [word]).status !== 0) throw new Error(`${command} is missing: .ci/run installs it`);
	}
}

async function startClient(words: readonly string[], environment: Record<string, string> = {}): Promise<Client> {
	requireTools();
	const env = {PATH: process.env.PATH, ...environment};
	const child = spawn('python3', ['-B', `${folder}client.py`, ...words], {env});
	onTestFinished(() => void child.kill('SIGKILL'));
	const closed = once(child, 'close');
	const lines: Line[] = [];
	let errors = '';
	createInterface({input: child.stdout}).on('line', line => lines.push(JSON.parse(line)));
	child.stderr.setEncoding('utf8').on('data', text => {
		errors += text;
	});
	const say = (line: string) => void child.stdin.write(`${line}\n`);

	async function waitFor(what: string, test: (line: Line) => boolean): Promise<Line> {
		await until(() => lines.some(test), 15_000).catch(cause => {
			const last = lines.slice(-20).map(line => JSON.stringify(line));
			throw new Error(`client.py timed out before: ${what}\n${last.join('\n')}\n${errors}`, {cause});
		});
		return lines.find(test) ?? {};
	}

	return {
		peer: (await waitFor('ready', line => line.type === 'ready')).peer,
		lines,
		say,
		waitFor,
		async quit() {
			say('/quit');
			const [code] = await closed;
			expect(errors).toBe('');
			return code;
		},
	};
}

const says = (text: string) => (line: Line) => line.kind === 'posted' && line.text === text;
const leaves = (peer: string) => (line: Line) => line.kind === 'left' && line.peer === peer;
const readyOf = (node: RunningNode): Line => node.lines.find(({type}) => type === 'ready') ?? {};
const addressOf = (node: RunningNode) => `127.0.0.1:${readyOf(node).tcpPort}`;
const linkedTo = (node: RunningNode) => (line: Line) => line.type === 'linked' && line.peer === readyOf(node).peer;
const syncedWith = (node: RunningNode) => (line: Line) => line.type === 'synced' && line.peer === readyOf(node).peer;
const start = async (name: string, environment: Record<string, string> = {}, port?: number) =>
	startNode({home: makeHome(), port: port ?? (await findFreeUdpPort()), name, environment});

/** Events of a node in timeline order, as `peer:seq`. */
const timelineOf = (node: RunningNode) =>
	[...node.events()].sort((a, b) => (a.order < b.order ? -1 : 1)).map(({id}) => id);

async function timelineOfClient(client: Client): Promise<string[]> {
	client.say('/timeline');
	const {events} = await client.waitFor('timeline', ({type}) => type === 'timeline');
	return events.map(({peer, seq}: Line) => `${peer}:${seq}`);
}

describe('a client in Python that was written from protocol.md', () => {
	it('a client in Python that was written from protocol.md agrees with every fixture on encoding, keys, signatures and refusals', () => {
		requireTools();
		const {stdout, stderr} = spawnSync('python3', ['-B', `${folder}check.py`, fixtures], {encoding: 'utf8'});
		expect(stderr).toBe('');
		expect(stdout).toMatch(/^\d{2,} compared\n$/);
	});

	it('a client in Python that was written from protocol.md finds a node, receives its history, chats, passes the history to another node, and leaves', async () => {
		const port = await findFreeUdpPort();
		const ann = await start('Ann', {}, port);
		for (const text of ['one', 'two', 'drei 👋']) ann.post(text);
		await ann.waitFor('the last', says('drei 👋'));
		const client = await startClient(['--name', 'Zoe', '--discover', String(port)]);
		await client.waitFor('synced', syncedWith(ann));
		client.say('grüße');
		const shown = await ann.waitFor('its post', says('grüße'));
		expect(shown).toMatchObject({peer: client.peer, name: 'Zoe', own: false, live: true});
		await client.waitFor('delivered', line => line.type === 'delivered' && line.seq === 2);
		ann.post('welcome', 'welcome');
		await client.waitFor('welcome', says('welcome'));
		await ann.waitFor('delivery', ({type, delivered, of}) => type === 'delivery' && delivered === 1 && of === 1);
		expect(await timelineOfClient(client)).toEqual(timelineOf(ann));

		ann.write('{"type":"command","text":"/quit"}\n');
		await ann.result;
		await client.waitFor('left', leaves(readyOf(ann).peer));
		const bob = await start('Bob');
		client.say(`/dial ${addressOf(bob)}`);
		await bob.waitFor('all of Ann', leaves(readyOf(ann).peer));
		await bob.waitFor('its post', says('grüße'));
		expect(bob.events().filter(({peer}) => peer === readyOf(ann).peer)).toHaveLength(6);
		await client.waitFor('synced', syncedWith(bob));
		expect(await client.quit()).toBe(0);
		await bob.waitFor('left', leaves(client.peer));
		await bob.waitFor(
			'status left',
			line => line.type === 'peer' && line.peer === client.peer && line.status === 'left',
		);

		const {code, stdout} = await runToEnd(['export', '--verify', readyOf(bob).log], {home: makeHome()});
		expect(code).toBe(0);
		for (const feed of [`${client.peer} holds to 3 Zoe`, `${readyOf(ann).peer} holds to 6 Ann`]) {
			expect(stdout.split('\n')).toContain(feed);
		}
	});

	it('a client in Python that was written from protocol.md receives more history than one answer holds, of several feeds, in a room with a secret', async () => {
		const secret = {P2PCHAT_SECRET: 'correct horse battery staple'};
		const port = await findFreeUdpPort();
		const bob = await start('Bob', secret, port);
		const talk = async (node: RunningNode) => {
			// Each of the two feeds fills a whole answer, so that no answer contains entries of both feeds.
			for (let number = 0; number < 120; number++) node.post(`${number} ${'x'.repeat(9000)}`);
			await node.waitFor('its last post', line => line.own === true && line.text?.startsWith('119 '));
		};
		await talk(bob);
		const ann = await start('Ann', secret, port);
		await ann.waitFor('synced', line => line.type === 'synced' && line.peer === readyOf(bob).peer);
		bob.write('{"type":"command","text":"/quit"}\n');
		await ann.waitFor('left', leaves(readyOf(bob).peer));
		await talk(ann);

		const client = await startClient(['--name', 'Zoe', addressOf(ann)], secret);
		await client.waitFor('synced', syncedWith(ann));
		expect(await timelineOfClient(client)).toEqual(timelineOf(ann));
		// This client knows one node, and learns of the other from a `peers` message.
		const cid = await start('Cid', secret, port);
		await client.waitFor('linked', linkedTo(cid));
		client.say('psst');
		for (const node of [ann, cid]) await node.waitFor('its post', says('psst'));
		expect(await client.quit()).toBe(0);
	});

	it('a client in Python that was written from protocol.md keeps one of two connections to a node and loses nothing', async () => {
		const node = await start('Ann');
		const client = await startClient([addressOf(node)]);
		await client.waitFor('synced', syncedWith(node));
		client.say(`/dial ${addressOf(node)}`);
		const {why} = await client.waitFor('the closed connection', ({type}) => type === 'unlinked');
		expect(why).toBe(client.peer < readyOf(node).peer ? 'sent duplicate' : 'bye duplicate');
		client.say('still here');
		await node.waitFor('its post', says('still here'));
		node.post('and here');
		await client.waitFor('its post', says('and here'));
		expect(await client.quit()).toBe(0);
	});
});
