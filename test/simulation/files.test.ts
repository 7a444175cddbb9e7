import {afterEach, describe, expect, test} from 'vitest';
import type {FileMessage} from '../../source/codec/message-types.js';
import type {NamedFile} from '../../source/core/file-content.js';
import {
	FILE_ANSWER_MS,
	FILE_QUEUE_MS,
	FILE_REST_MS,
	FILE_RETRY_MS,
	MAX_ACTIVE_FETCHES,
	MAX_WANTED_FILE_BYTES,
	MIN_SLICE_BYTES,
} from '../../source/core/limits.js';
import {type FileId, partSize} from '../../source/core/shared-file.js';
import {fileIdOf} from '../../source/feed/file-id.js';
import {leavesOf, makeContent} from '../helpers/memory-files.js';
import {createFileWorld, type FileWorld, ROOM_TAG, type WorldNode} from './file-world.js';

const PART = partSize(0);
const MiB = 1024 * 1024;
/** Bytes per second that a node can send: 100 Mbit/s, as in many wireless networks. */
const UPLINK = 12.5e6;

let world: FileWorld;
afterEach(() => world.stop());

const reportOf = (node: WorldNode, {id}: NamedFile) => node.reports.get(id);

async function untilDone(nodes: readonly WorldNode[], file: NamedFile, limitMs = 120_000): Promise<void> {
	await world.clock.advanceUntil(() => nodes.every(node => reportOf(node, file)?.state === 'done'), limitMs);
	expect(nodes.map(node => reportOf(node, file)?.state)).toEqual(nodes.map(() => 'done'));
}

function expectContent(node: WorldNode, file: NamedFile, content: Uint8Array): void {
	const found = [...node.store.finished.values()].find(bytes => bytes.length === file.size);
	expect(found && Buffer.compare(found, content)).toBe(0);
	expect(node.faults).toEqual([]);
}

describe('people who fetch one file together', () => {
	test('ten people who fetch one file share its parts among themselves, and the author sends at most 2.5 copies', async () => {
		world = createFileWorld(1);
		const author = world.add({uplink: UPLINK});
		const others = Array.from({length: 10}, () => world.add({uplink: UPLINK}));
		const content = makeContent(4 * MiB);
		const file = await world.share(author, content);
		for (const node of others) node.fetch(file);
		await untilDone(others, file);
		for (const node of others) expectContent(node, file, content);
		expect(author.sentBytes / file.size).toBeLessThan(2.5);
		expect(reportOf(author, file)).toBeUndefined();
	}, 90_000);

	test('ten people share the parts of a file among themselves even on fast paths, on which many parts are in transit before a node can announce them', async () => {
		world = createFileWorld(18);
		// Bandwidth and latency as between processes of one computer.
		const [author, ...others] = Array.from({length: 11}, () => world.add({uplink: 200e6, latencyMs: 5}));
		const content = makeContent(5 * MiB);
		const file = await world.share(author!, content);
		for (const node of others) node.fetch(file);
		await untilDone(others, file);
		for (const node of others) expectContent(node, file, content);
		expect(author!.sentBytes / file.size).toBeLessThan(1.5);
	}, 90_000);

	test('a newcomer fetches parts from another fetching node that has them, not from the slow author', async () => {
		world = createFileWorld(19);
		const author = world.add({uplink: 1e6});
		const other = world.add({uplink: 10e6});
		const content = makeContent(16 * PART);
		const file = await world.share(author, content);
		other.store.unfinished.set(file.id, {bytes: content.slice(), parts: Uint8Array.of(0xff, 0x7f)});
		const newcomer = world.add();
		other.fetch(file);
		await world.clock.advance(5);
		newcomer.fetch(file);
		await untilDone([other, newcomer], file);
		expectContent(newcomer, file, content);
		expect(author.sentBytes).toBe(PART);
	});

	test('people who fetch one file get all of it after the author has left, if together they have all parts', async () => {
		world = createFileWorld(2);
		const author = world.add({uplink: UPLINK});
		const others = Array.from({length: 4}, () => world.add({uplink: UPLINK}));
		const content = makeContent(3 * MiB);
		const file = await world.share(author, content);
		for (const node of others) node.fetch(file);
		await world.clock.advanceUntil(() => author.sentBytes >= 1.5 * file.size, 60_000);
		author.leave();
		await world.clock.advance(30_000);
		const missing = others.filter(node => reportOf(node, file)?.state !== 'done');
		// There are two correct ends: every node has the whole file, or the parts that are missing were only at the author,
		// so that no node has them.
		if (missing.length > 0) {
			expect(missing).toHaveLength(4);
			expect(missing.map(node => reportOf(node, file)?.reason)).toEqual(
				missing.map(() => expect.stringMatching(/^nobody who is connected has the missing \d.* [kM]B$/)),
			);
			expect(new Set(missing.map(node => reportOf(node, file)?.bytes)).size).toBe(1);
		}
		const helper = world.add({uplink: UPLINK});
		helper.store.disk.set('/copy', content);
		await helper.store.share('/copy');
		helper.files.changed(file.id);
		await untilDone(others, file);
		for (const node of others) expectContent(node, file, content);
	});

	test('a fetch does not say that nobody has the file before the peers have answered', async () => {
		world = createFileWorld(17);
		const [author, late] = [world.add({latencyMs: 20}), world.add({receive() {}})];
		const fetcher = world.add({latencyMs: 20});
		const file = await world.share(author, makeContent(3 * PART));
		author.leave();
		fetcher.fetch(file);
		await world.clock.advance(5);
		expect(reportOf(fetcher, file)).toMatchObject({state: 'fetching', holders: 0});
		await world.clock.advance(FILE_ANSWER_MS + 500);
		expect(reportOf(fetcher, file)).toMatchObject({state: 'waiting', reason: 'nobody who is connected has it'});
		expect(late.isGone).toBe(false);
	});

	test('if the author of a file leaves too early, each fetching node says how much is missing, and all finish when a node has the rest', async () => {
		world = createFileWorld(16);
		const author = world.add({uplink: UPLINK});
		const others = Array.from({length: 4}, () => world.add({uplink: UPLINK}));
		const content = makeContent(3 * MiB);
		const file = await world.share(author, content);
		for (const node of others) node.fetch(file);
		await world.clock.advanceUntil(() => author.sentBytes >= 0.6 * file.size, 60_000);
		author.leave();
		await world.clock.advance(30_000);
		expect(others.map(node => reportOf(node, file)?.state)).toEqual(others.map(() => 'waiting'));
		for (const node of others)
			expect(reportOf(node, file)?.reason).toMatch(/^nobody who is connected has the missing \d.* [kM]B$/);
		const helper = world.add({uplink: UPLINK});
		helper.store.disk.set('/copy', content);
		await helper.store.share('/copy');
		await untilDone(others, file);
		for (const node of others) expectContent(node, file, content);
	});

	test('a fetch says that nobody has the rest if the only holder stops serving the file', async () => {
		world = createFileWorld(20);
		const author = world.add({uplink: UPLINK});
		const fetcher = world.add();
		const file = await world.share(author, makeContent(64 * PART));
		fetcher.fetch(file);
		await world.clock.advanceUntil(() => (reportOf(fetcher, file)?.bytes ?? 0) > 0, 10_000);
		author.named = new Set();
		await world.clock.advanceUntil(() => reportOf(fetcher, file)?.state === 'waiting', 2000);
		expect(reportOf(fetcher, file)?.reason).toMatch(/^nobody who is connected has the missing /);
	});

	test('a node that obtains a file informs the nodes that asked it for the file earlier', async () => {
		world = createFileWorld(3);
		const author = world.add();
		const relay = world.add();
		const late = world.add();
		const content = makeContent(5 * PART + 1);
		const file = await world.share(author, content);
		late.fetch(file);
		await world.clock.advance(5);
		author.leave();
		await world.clock.advance(5000);
		expect(reportOf(late, file)).toMatchObject({state: 'waiting', reason: 'nobody who is connected has it'});
		relay.store.disk.set('/copy', content);
		await relay.store.share('/copy');
		relay.files.changed(file.id);
		await untilDone([late], file, 5000);
	});
});

describe('a connection that breaks', () => {
	test('when its connection breaks, a fetch requests at most about one part again that had arrived before', async () => {
		world = createFileWorld(4);
		const author = world.add({uplink: UPLINK});
		const fetcher = world.add();
		const content = makeContent(4 * MiB);
		const file = await world.share(author, content);
		fetcher.fetch(file);
		for (let round = 1; round <= 5; round++) {
			await world.clock.advanceUntil(() => author.sentBytes >= (round * file.size) / 6, 60_000);
			world.reconnect(author, fetcher);
		}
		await untilDone([fetcher], file);
		expectContent(fetcher, file, content);
		expect(author.sentBytes - file.size).toBeLessThan(5 * PART + 5 * MIN_SLICE_BYTES * 4);
	});

	test('a fetch verifies the parts of an earlier run, and requests only the wrong and missing ones', async () => {
		world = createFileWorld(5);
		const author = world.add();
		const fetcher = world.add();
		const content = makeContent(8 * PART);
		const file = await world.share(author, content);
		const kept = content.slice();
		kept[3 * PART + 5] = (kept[3 * PART + 5] ?? 0) ^ 1;
		fetcher.store.unfinished.set(file.id, {bytes: kept, parts: Uint8Array.of(0b0011_1111)});
		fetcher.fetch(file);
		await untilDone([fetcher], file);
		expectContent(fetcher, file, content);
		expect(author.sentBytes).toBe(3 * PART);
	});
});

describe('messages before file data', () => {
	test('a slice of a file is added to a send queue only when nothing else is in the queue', async () => {
		world = createFileWorld(6);
		const author = world.add({uplink: UPLINK});
		const fetchers = [world.add(), world.add()];
		const file = await world.share(author, makeContent(2 * MiB));
		for (const node of fetchers) node.fetch(file);
		const words: Promise<number>[] = [];
		for (let at = 0; at < 100; at += 10) {
			await world.clock.advance(10);
			words.push(world.sendWord(author, fetchers[0]!, 200));
		}
		await untilDone(fetchers, file);
		await Promise.all(words);
		expect(author.mostQueued).toBe(0);
	});

	test('a transfer over a path of 10 Mbit/s delays a message by at most 50 ms', async () => {
		world = createFileWorld(7);
		const author = world.add({uplink: 1.25e6, latencyMs: 2, hasSystemBuffer: true});
		const fetcher = world.add({latencyMs: 2});
		const file = await world.share(author, makeContent(2 * MiB));
		fetcher.fetch(file);
		const delays: number[] = [];
		for (let count = 0; count < 60; count++) {
			await world.clock.advance(20);
			void world.sendWord(author, fetcher, 100).then(ms => delays.push(ms));
		}
		await untilDone([fetcher], file);
		expect(delays).toHaveLength(60);
		expect(Math.max(...delays)).toBeLessThan(50);
		expect(FILE_QUEUE_MS).toBeLessThan(50);
	});

	test('while people write, a transfer causes no queue in the network, and before that one of at most FILE_QUEUE_MS', async () => {
		world = createFileWorld(19);
		const author = world.add({uplink: UPLINK, latencyMs: 2, hasSystemBuffer: true});
		const fetcher = world.add({latencyMs: 2});
		const file = await world.share(author, makeContent(8 * MiB));
		fetcher.fetch(file);
		const delays: number[] = [];
		const measure = async (count: number) => {
			delays.length = 0;
			for (let word = 0; word < count; word++) {
				await world.clock.advance(10);
				void world.sendWord(author, fetcher, 100).then(ms => delays.push(ms));
			}
		};
		await world.clock.advance(100);
		await measure(20);
		expect(Math.max(...delays)).toBeGreaterThan(25);
		expect(Math.max(...delays)).toBeLessThan(FILE_QUEUE_MS + 15);
		fetcher.files.noteTalk();
		await world.clock.advance(50);
		await measure(20);
		expect(Math.max(...delays)).toBeLessThan(15);
		await untilDone([fetcher], file);
	});

	test('a transfer of a file uses the whole bandwidth of the path between two nodes', async () => {
		world = createFileWorld(8);
		const author = world.add({uplink: UPLINK});
		const fetcher = world.add();
		const file = await world.share(author, makeContent(4 * MiB));
		const from = world.clock.monotonic();
		fetcher.fetch(file);
		await untilDone([fetcher], file);
		const least = (file.size * 1000) / UPLINK;
		expect(world.clock.monotonic() - from).toBeLessThan(1.4 * least + 300);
	});
});

type Answer = (message: FileMessage, reply: (message: FileMessage) => void) => void;

describe('a hostile holder', () => {
	const content = makeContent(4 * PART + 9);
	const leaves = leavesOf(content);
	const all = (id: number): FileMessage => ({type: 'file-info', id, leaves, have: true});
	const slice = ({offset, part, length}: {offset: number; part: number; length: number}) =>
		content.slice(part * PART + offset, part * PART + offset + length);

	const attacks: readonly (readonly [string, Answer])[] = [
		[
			'with wrong leaves',
			(asked, reply) =>
				asked.type === 'file-ask' &&
				reply({type: 'file-info', id: asked.id, leaves: leaves.map(byte => byte ^ 1), have: true}),
		],
		[
			'with leaves of another size',
			(asked, reply) =>
				asked.type === 'file-ask' && reply({type: 'file-info', id: asked.id, leaves: leaves.subarray(32), have: true}),
		],
		[
			'with one wrong byte in each part',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want') return;
				const bytes = slice(asked);
				bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
				reply({type: 'file-data', id: asked.id, bytes});
			},
		],
		[
			'with a wrong byte at another position in each slice',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want') return;
				const bytes = slice(asked);
				const at = (asked.id * 4099) % bytes.length;
				bytes[at] = (bytes[at] ?? 0) ^ 0x80;
				reply({type: 'file-data', id: asked.id, bytes});
			},
		],
		[
			'with slices that are too short',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type === 'file-want') reply({type: 'file-data', id: asked.id, bytes: slice(asked).subarray(1)});
			},
		],
		[
			'that never sends the hashes of the parts',
			(asked, reply) => asked.type === 'file-ask' && reply({type: 'file-info', id: asked.id, have: true}),
		],
		[
			'that sends one byte for each slice',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type === 'file-want') reply({type: 'file-data', id: asked.id, bytes: slice(asked).subarray(0, 1)});
			},
		],
		[
			'that sends every slice a hundred times',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want') return;
				const bytes = slice(asked).map(byte => byte ^ 1);
				for (let count = 0; count < 100; count++) reply({type: 'file-data', id: asked.id, bytes});
			},
		],
		[
			'with slices that are too long',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type === 'file-want')
					reply({type: 'file-data', id: asked.id, bytes: new Uint8Array(asked.length + 1)});
			},
		],
		['that claims to have all and is silent', (asked, reply) => asked.type === 'file-ask' && reply(all(asked.id))],
		[
			'that claims to have all and refuses every part',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type === 'file-want') reply({type: 'file-none', id: asked.id});
			},
		],
		[
			'that changes its mind with every answer',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want') return;
				reply({type: 'file-none', id: asked.id});
				reply({type: 'file-none', id: 1});
				reply({type: 'file-info', id: 1, have: true});
			},
		],
		[
			'that sends what nobody wanted',
			(asked, reply) => {
				if (asked.type === 'file-ask') reply(all(asked.id));
				for (let id = 0; id < 5; id++) reply({type: 'file-data', id: 1000 + id, bytes: new Uint8Array(1000)});
			},
		],
	];

	test.each(attacks)('a hostile holder %s delays a fetch and does no other harm', async (_title, receive) => {
		world = createFileWorld(9);
		const attacker = world.add({receive: (message, reply) => void receive(message, reply)});
		const fetcher = world.add();
		const file = {id: fileIdOf(ROOM_TAG, content.length, leaves), name: 'plan.pdf', size: content.length};
		fetcher.named.add(file.id);
		fetcher.fetch(file);
		const waits = () => reportOf(fetcher, file)?.state === 'waiting';
		expect(await world.clock.advanceUntil(waits, FILE_ANSWER_MS + 1000)).toBe(true);
		await world.clock.advance(1000);
		expect(reportOf(fetcher, file)?.reason).toMatch(
			/^nobody who is connected has it, except 1 peer that (sent wrong data|did not send it)$/,
		);
		await world.clock.advance(3 * FILE_ANSWER_MS);
		expect(reportOf(fetcher, file)).toMatchObject({bytes: 0});
		expect(fetcher.store.finished.size).toBe(0);
		const author = world.add();
		author.store.disk.set('/copy', content);
		await author.store.share('/copy');
		author.files.changed(file.id);
		await untilDone([fetcher], file, 60_000);
		expectContent(fetcher, file, content);
		expect([attacker.isGone, attacker.faults, fetcher.faults]).toEqual([false, [], []]);
	});

	test('a holder that answers no request for a while is asked again after a pause', async () => {
		world = createFileWorld(14);
		world.add({
			receive(asked, reply) {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want' || world.clock.monotonic() < 5000) return;
				reply({type: 'file-data', id: asked.id, bytes: slice(asked)});
			},
		});
		const fetcher = world.add();
		const file = {id: fileIdOf(ROOM_TAG, content.length, leaves), name: 'plan.pdf', size: content.length};
		fetcher.fetch(file);
		await untilDone([fetcher], file, 2 * FILE_ANSWER_MS + FILE_REST_MS);
		expectContent(fetcher, file, content);
	});

	test('a part is requested from another holder if its holder sends only one slice in five seconds', async () => {
		world = createFileWorld(10);
		world.add({
			receive(asked, reply) {
				if (asked.type === 'file-ask') reply(all(asked.id));
				if (asked.type !== 'file-want') return;
				world.clock.after(5000, () => reply({type: 'file-data', id: asked.id, bytes: slice(asked)}));
			},
		});
		const author = world.add();
		const fetcher = world.add();
		const file = await world.share(author, content);
		fetcher.fetch(file);
		await untilDone([fetcher], file, 8000);
		expectContent(fetcher, file, content);
	});
});

test('a node that fetches many files requests parts of at most MAX_ACTIVE_FETCHES files at the same time', async () => {
	world = createFileWorld(20);
	const contents = Array.from({length: 3 * MAX_ACTIVE_FETCHES}, (_, index) => makeContent(PART, index + 1));
	const files = contents.map((content, index): NamedFile & {leaves: Uint8Array} => {
		const leaves = leavesOf(content);
		return {id: fileIdOf(ROOM_TAG, content.length, leaves), name: `${index}`, size: content.length, leaves};
	});
	const wanted = new Set<FileId>();
	const receive = (asked: FileMessage, reply: (message: FileMessage) => void) => {
		if (asked.type === 'file-want') wanted.add(asked.file);
		const file = asked.type === 'file-ask' && files.find(({id}) => id === asked.file);
		if (file) reply({type: 'file-info', id: asked.id, leaves: file.leaves, have: true});
	};
	for (const _ of files) world.add({receive});
	const fetcher = world.add();
	for (const file of files) fetcher.fetch(file);
	await world.clock.advance(1000);
	expect(files.map(file => reportOf(fetcher, file)?.holders)).toEqual(files.map(() => files.length));
	expect(wanted.size).toBe(MAX_ACTIVE_FETCHES);
});

describe('serving', () => {
	const content = makeContent(3 * PART);

	/** Sends messages to a node, and returns its answers. */
	async function probe(node: (world: FileWorld) => Promise<WorldNode>, ...asked: readonly FileMessage[]) {
		world = createFileWorld(12);
		const server = await node(world);
		const answers: FileMessage[] = [];
		const prober = world.add({receive: message => void answers.push(message)});
		for (const message of asked) prober.ask(server, message);
		await world.clock.advance(2000);
		return {answers, server};
	}

	const ask = (file: FileId, leaves = true): FileMessage => ({type: 'file-ask', id: 1, file, leaves});
	const want = (file: FileId, more: Partial<FileMessage & {type: 'file-want'}> = {}): FileMessage => ({
		type: 'file-want',
		id: 2,
		file,
		part: 0,
		offset: 0,
		length: 100,
		...more,
	});

	test('a request for content that no event of the room names is answered like one for content that nobody has', async () => {
		let held: FileId | undefined;
		const withFile = async (made: FileWorld) => {
			const server = made.add();
			held = (await made.share(server, content)).id;
			return server;
		};
		const unknown = 'ab'.repeat(32) as FileId;
		const named = await probe(withFile, ask(unknown), want(unknown));
		expect(named.answers).toEqual([
			{type: 'file-none', id: 1},
			{type: 'file-none', id: 2},
		]);
		const id = held!;
		const unnamed = await probe(
			async made => {
				const server = await withFile(made);
				server.named.clear();
				return server;
			},
			ask(id),
			want(id),
		);
		expect(unnamed.answers).toEqual(named.answers);
	});

	test('a request for a part whose hash has changed is refused, and so is one for a slice beyond the end of its part', async () => {
		const {answers} = await probe(
			async made => {
				const server = made.add();
				const {id} = await made.share(server, content);
				expect(id).toBe(ID);
				server.store.corrupt = (part, bytes) => (part === 1 ? bytes.map(byte => byte ^ 1) : bytes);
				return server;
			},
			want(ID, {id: 1, part: 1}),
			want(ID, {id: 2, offset: PART - 99}),
			want(ID, {id: 3, part: 3}),
			want(ID, {id: 4, offset: PART - 100}),
		);
		expect(answers).toEqual([
			{type: 'file-none', id: 1},
			{type: 'file-none', id: 2},
			{type: 'file-none', id: 3},
			{type: 'file-data', id: 4, bytes: content.slice(PART - 100, PART)},
		]);
	});

	test('a peer that requests more file data at once than the limit allows is disconnected with the code flood', async () => {
		const many = Array.from({length: MAX_WANTED_FILE_BYTES / MIN_SLICE_BYTES + 10}, (_, id) => want(ID, {id}));
		const {server} = await probe(
			async made => {
				const node = made.add({uplink: 1});
				await made.share(node, content);
				return node;
			},
			...many,
		);
		expect(server.faults).toEqual(['flood']);
	});

	/** Id of `content` in this room. */
	const ID = fileIdOf(ROOM_TAG, content.length, leavesOf(content));
});

describe('a disk that refuses to write', () => {
	test('a fetch fails and reports the reason if its destination file was moved or deleted', async () => {
		world = createFileWorld(15);
		const author = world.add();
		const fetcher = world.add();
		const file = await world.share(author, makeContent(6 * PART));
		fetcher.store.refusal = Object.assign(new Error('The file was moved'), {code: 'changed'});
		fetcher.fetch(file);
		await world.clock.advance(2000);
		expect(reportOf(fetcher, file)).toMatchObject({state: 'failed', reason: 'The file was moved'});
		expect(fetcher.files.isFetching(file.id)).toBe(false);
	});

	test('a disk that refuses to write pauses the fetch with the reason, and the fetch continues when there is room', async () => {
		world = createFileWorld(13);
		const author = world.add();
		const fetcher = world.add();
		const content = makeContent(6 * PART);
		const file = await world.share(author, content);
		fetcher.store.refusal = new Error('The disk is full');
		fetcher.fetch(file);
		await world.clock.advance(20_000);
		expect(reportOf(fetcher, file)).toMatchObject({state: 'waiting', reason: 'The disk is full', bytes: 0});
		expect(author.sentBytes).toBeLessThanOrEqual(file.size);
		fetcher.store.refusal = undefined;
		await untilDone([fetcher], file, FILE_RETRY_MS + 5000);
		expectContent(fetcher, file, content);
	});
});
