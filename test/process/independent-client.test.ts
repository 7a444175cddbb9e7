/** Runs the independent client in test/protocol/, written from protocol.md alone, against the built program. Loopback only. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';
import {until} from '../helpers/wait.js';
import {createIndependentClient, type IndependentClient} from '../protocol/independent-client.mjs';
import {readLog} from '../protocol/log-file.mjs';
import {decode, encode} from '../protocol/messagepack.mjs';
import {document} from '../protocol/read-document.js';
import {createKey, firstHash, isSignedBatch, signBatch} from '../protocol/room.mjs';

const idOf = (node: RunningNode): string => node.lines.find(({type}) => type === 'ready')?.peer;
const tcpPortOf = (node: RunningNode): number => node.lines.find(({type}) => type === 'ready')?.tcpPort;
const isConnected = (peer: string) => (line: Line) =>
	line.type === 'peer' && line.peer === peer && line.status === 'connected';
/** Whether a line reports that the node is synced with this peer. Later events of the peer are live. */
const isSynced = (peer: string) => (line: Line) => line.type === 'synced' && line.peer === peer;
const says = (text: string) => (line: Line) => line.kind === 'posted' && line.text === text;
const textsOf = (client: IndependentClient) =>
	client.feeds.timeline().flatMap(({kind, values}) => (kind === 'posted' ? [values[0]] : []));

async function start(options: Parameters<typeof createIndependentClient>[0]): Promise<IndependentClient> {
	const client = await createIndependentClient(options);
	onTestFinished(() => client.leave());
	return client;
}

/** Starts a client without beacons that dials this node. */
async function dialled(
	node: RunningNode,
	options: Parameters<typeof createIndependentClient>[0] = {},
): Promise<IndependentClient> {
	const client = await start({beacons: false, ...options});
	const verified = once(client.events, 'verified');
	client.dial(tcpPortOf(node));
	await Promise.all([verified, node.waitFor('connected', isConnected(client.peer))]);
	return client;
}

/** A seed of a feed key for whose peer id `isWanted` returns true. */
function seedWhere(isWanted: (peer: string) => boolean): Buffer {
	for (let number = 0; number < 10_000; number++) {
		const seed = Buffer.alloc(32);
		seed.writeUInt32BE(number);
		seed.writeUInt32BE(process.pid, 4);
		if (isWanted(createKey(seed).peer)) return seed;
	}
	throw new Error('no such key');
}

/** Makes the client announce entries of a feed, so that the node requests them. */
function announce(client: IndependentClient, node: RunningNode, author: string, seq: number): void {
	const feed = [Buffer.from(author, 'hex'), seq, Buffer.alloc(8)];
	client.sendTo(idOf(node), {type: 'have', kind: 'delta', feeds: [feed]});
}

const entry = (kind: string, counter: number, ...values: unknown[]) =>
	encode([kind, Date.now(), Date.now(), counter, ...values]);

/** Returns the reason with which the node closed the connection. */
async function closeReason(client: IndependentClient, provoke: () => void): Promise<unknown> {
	const closed = once(client.events, 'closed', {signal: AbortSignal.timeout(15_000)});
	provoke();
	return (await closed)[1];
}

/** Checks that the node still accepts a new client and its messages. */
async function expectStillWorks(node: RunningNode): Promise<void> {
	const honest = await dialled(node);
	honest.post('are you there?');
	await node.waitFor('an honest post', line => says('are you there?')(line) && line.peer === honest.peer);
}

describe('an independent client written from protocol.md', () => {
	it('an independent client written from protocol.md is discovered by its beacon, chats with two nodes, and is shown as left when it leaves', async () => {
		const port = await findFreeUdpPort();
		const nodes = [
			await startNode({home: makeHome(), port, name: 'Ann'}),
			await startNode({home: makeHome(), port, name: 'Bob'}),
		] as const;
		const client = await createIndependentClient({udpPort: port, name: 'Zoe'});
		await Promise.all(nodes.map(node => node.waitFor('synced', isSynced(client.peer))));
		client.post('grüße 👋');
		for (const node of nodes) {
			const event = await node.waitFor('its post', says('grüße 👋'));
			expect(event).toMatchObject({peer: client.peer, name: 'Zoe', address: '127.0.0.1', own: false, live: true});
		}
		nodes[0].post('hello Zoe');
		await until(() => textsOf(client).includes('hello Zoe'));
		await nodes[0].waitFor('delivery', line => line.type === 'delivery' && line.delivered === 2 && line.of === 2);
		await client.leave();
		for (const node of nodes) {
			await node.waitFor('left', ({kind, peer}) => kind === 'left' && peer === client.peer);
			await node.waitFor(
				'status left',
				line => line.type === 'peer' && line.peer === client.peer && line.status === 'left',
			);
		}
	});

	it('an independent client written from protocol.md joins a room with a secret, and is refused with another secret', async () => {
		const node = await startNode({
			home: makeHome(),
			port: await findFreeUdpPort(),
			name: 'Ann',
			args: ['--room', 'den'],
			environment: {P2PCHAT_SECRET: 'correct horse battery staple'},
		});
		const outsider = await start({beacons: false, room: 'den', secret: 'wrong horse battery staple'});
		outsider.dial(tcpPortOf(node));
		const member = await dialled(node, {room: 'den', secret: 'correct horse battery staple'});
		member.post('psst');
		await node.waitFor('its post', says('psst'));
		expect(outsider.peers()).toEqual([]);
	});

	it('an independent client written from protocol.md receives a long history, verifies it, and has the same order as the node', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const count = 3000;
		for (let number = 0; number < count; number++) node.post(`message ${number}`);
		await node.waitFor('the last', says(`message ${count - 1}`));
		const client = await dialled(node);
		await until(() => textsOf(client).length === count);
		expect(textsOf(client)).toEqual(Array.from({length: count}, (_, number) => `message ${number}`));
	});

	it('an independent client written from protocol.md passes the history of a node that has ended to a new node, which verifies it', async () => {
		const port = await findFreeUdpPort();
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		const client = await start({udpPort: port, name: 'Zoe'});
		await ann.waitFor('found', isConnected(client.peer));
		for (let number = 0; number < 50; number++) ann.post(`before ${number}`);
		await until(() => textsOf(client).length === 50);
		ann.child.kill('SIGTERM');
		await ann.result;
		await until(() => client.peers().length === 0);
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		await bob.waitFor('left', ({kind, peer}) => kind === 'left' && peer === idOf(ann));
		const learnt = bob.events().filter(({peer}) => peer === idOf(ann));
		expect(learnt.map(({kind}) => kind)).toEqual(['joined', ...Array<string>(50).fill('posted'), 'left']);
		expect(learnt.every(({live, name}) => live === false && name === 'Ann')).toBe(true);
		await bob.waitFor('synced', isSynced(client.peer));
	});

	it('an independent client written from protocol.md stays connected by answering pings, although it posts nothing', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		await until(() => client.pings() >= 4, 15_000);
		expect(node.lines.filter(({type}) => type === 'peer').map(({status}) => status)).not.toContain('suspect');
		expect(client.connectionCount(idOf(node))).toBe(1);
	});

	it.each([
		['lower', (node: string) => (peer: string) => peer < node],
		['higher', (node: string) => (peer: string) => peer > node],
	])('an independent client with the %s id keeps one of two connections, and the chat continues', async (_, wanted) => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node, {seed: seedWhere(wanted(idOf(node)))});
		const closed = once(client.events, 'closed');
		client.dial(tcpPortOf(node));
		expect((await closed)[1]).toBe('duplicate');
		expect(client.connectionCount(idOf(node))).toBe(1);
		client.post('still here');
		await node.waitFor('its post', says('still here'));
		node.post('me too');
		await until(() => textsOf(client).includes('me too'));
		expect(node.lines.filter(line => line.type === 'peer' && line.status === 'unreachable')).toEqual([]);
	});

	it('an independent client written from protocol.md reads the log file of a node that has ended and verifies every batch in it', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		client.post('kept');
		await node.waitFor('its post', says('kept'));
		const path = node.lines.find(({type}) => type === 'ready')?.log;
		node.child.kill('SIGTERM');
		await node.result;
		const {header, records, damaged, torn} = readLog(readFileSync(path));
		expect({...header, damaged, torn}).toMatchObject({format: 1, roomName: 'lan', damaged: [], torn: 0});
		expect(header.roomTag).toEqual(client.room.tag);
		expect(records[0]?.kind).toBe('launched');
		const batches = records.filter(({kind}) => kind === 'batch').map(({body: [, batch]}) => batch);
		expect(batches.every(batch => isSignedBatch(client.room, batch))).toBe(true);
		const kinds = batches.flatMap(([peer, , , entries]) =>
			entries.map((bytes: Buffer) => [peer.toString('hex') === client.peer ? 'client' : 'node', decode(bytes)[0]]),
		);
		expect(kinds).toEqual(
			expect.arrayContaining([
				['client', 'posted'],
				['node', 'joined'],
				['node', 'left'],
			]),
		);
	});

	it('an independent client that runs as a program prints messages of others and posts the lines of its standard input', async () => {
		const port = await findFreeUdpPort();
		const node = await startNode({home: makeHome(), port, name: 'Ann'});
		const path = fileURLToPath(new URL('../protocol/independent-client.mjs', import.meta.url));
		const child = spawn(process.execPath, [path, String(port), 'Zoe']);
		onTestFinished(() => void child.kill('SIGKILL'));
		let printed = '';
		child.stdout.setEncoding('utf8').on('data', text => {
			printed += text;
		});
		child.stdin.write('anybody?\n');
		await node.waitFor('its post', says('anybody?'));
		node.post('yes');
		await until(() => printed.includes('Ann: "yes"\n'));
		child.stdin.end();
		expect(await once(child, 'close')).toEqual([0, null]);
		await node.waitFor('left', ({kind, name}) => kind === 'left' && name === 'Zoe');
	});
});

describe('a client that breaks a rule', () => {
	it('a client that breaks a rule is disconnected with bad-signature for an invalid signature, and temporarily banned', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		const author = createKey(Buffer.alloc(32, 7));
		const hash = firstHash(client.room, author.peer);
		const entries = [entry('joined', 0, 'Nobody', [], '1', null, null), entry('posted', 1, 'forged text')];
		const [, first, before, , signature] = signBatch(client.room, client.key, 1, hash, entries);
		client.forged.set(author.peer, [[Buffer.from(author.peer, 'hex'), first, before, entries, signature]]);
		expect(await closeReason(client, () => announce(client, node, author.peer, 2))).toBe('bad-signature');
		expect(await closeReason(client, () => client.dial(tcpPortOf(node)))).toBe('barred');
		await expectStillWorks(node);
		expect(node.events().filter(({text}) => text === 'forged text')).toEqual([]);
		await node.waitFor('a notice', ({type, code}) => type === 'notice' && code === 'bad-signature');
	});

	it('a client that breaks a rule is disconnected with bad-signature for a valid batch on a wrong hash chain', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		const author = createKey(Buffer.alloc(32, 8));
		const entries = [entry('joined', 0, 'Dan', [], '1', null, null)];
		const [peer, first, , , signature] = signBatch(
			client.room,
			author,
			1,
			firstHash(client.room, author.peer),
			entries,
		);
		client.forged.set(author.peer, [[peer, first, Buffer.alloc(32), entries, signature]]);
		expect(await closeReason(client, () => announce(client, node, author.peer, 1))).toBe('bad-signature');
		await expectStillWorks(node);
	});

	it('a client that breaks a rule is disconnected with unasked for a push of the feed of another author', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		const author = createKey(Buffer.alloc(32, 9));
		const batch = signBatch(client.room, author, 1, firstHash(client.room, author.peer), [
			entry('joined', 0, 'Dan', [], '1', null, null),
		]);
		const push = () => client.sendTo(idOf(node), {type: 'events', batches: [batch]});
		expect(await closeReason(client, push)).toBe('unasked');
		await expectStillWorks(node);
	});

	it('a client that breaks a rule stays connected after it forks its own feed, and no later event of its feed is shown', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		client.post('the first story');
		await node.waitFor('its post', says('the first story'));
		const {room, key, feeds} = client;
		const other = signBatch(room, key, 2, feeds.hashOf(key.peer, 1), [
			entry('posted', 0, 'another story'),
			entry('posted', 1, 'and more'),
		]);
		client.sendTo(idOf(node), {type: 'events', batches: [other]});
		await node.waitFor('a notice', ({type, code}) => type === 'notice' && code === 'forked');
		client.post('more');
		node.post('still chatting');
		await until(() => textsOf(client).includes('still chatting'));
		expect(client.connectionCount(idOf(node))).toBe(1);
		await expectStillWorks(node);
		const shown = node.events().filter(({peer, kind}) => peer === client.peer && kind === 'posted');
		expect(shown.map(({text}) => text)).toEqual(['the first story']);
	});

	it.each([
		['bad-field', {type: 'ping'}],
		['bad-field', {type: 'want', id: 1, ranges: [[Buffer.alloc(31), 1]]}],
		['too-deep', Array.from({length: 20}).reduce<unknown>(inner => [inner], 0)],
	])('a client that sends an invalid message is disconnected with %s', async (code, message) => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const client = await dialled(node);
		expect(await closeReason(client, () => client.sendTo(idOf(node), message as object))).toBe(code);
		await expectStillWorks(node);
	});
});

describe('the openssl commands of protocol.md', () => {
	const [connect = '', ping = ''] = [...document.matchAll(/^```sh\n([^`]*)^```$/gm)].map(([, command = '']) => command);

	/** Runs a command of the document against this node and returns its output. */
	async function run(command: string, node: RunningNode): Promise<Buffer> {
		const child = spawn('sh', ['-c', command.replace('47998', String(tcpPortOf(node))).replace(/ \| xxd\n$/, '')]);
		onTestFinished(() => void child.kill('SIGKILL'));
		const parts: Buffer[] = [];
		child.stdout.on('data', part => parts.push(part));
		child.stdin.end();
		await once(child, 'close');
		return Buffer.concat(parts);
	}

	it('the openssl commands of protocol.md connect with the key of the open room and receive no certificate', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const shown = (await run(connect, node)).toString('latin1');
		expect(shown).toContain('no peer certificate available\n');
		expect(shown).toContain('Reused, TLSv1.3, Cipher is TLS_CHACHA20_POLY1305_SHA256\n');
	});

	it('the openssl commands of protocol.md receive a hello, and an error for a ping that is sent before a hello', async () => {
		const node = await startNode({home: makeHome(), port: await findFreeUdpPort(), name: 'Ann'});
		const bytes = await run(ping, node);
		const length = bytes.readUInt32BE();
		const hello = decode(bytes.subarray(4, 4 + length));
		expect(hello).toMatchObject({type: 'hello', versions: [1, 1], name: 'Ann', port: tcpPortOf(node)});
		expect(decode(bytes.subarray(8 + length))).toMatchObject({type: 'error', code: 'hello-expected'});
	});
});
