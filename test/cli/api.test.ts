/** The API without a network: its options, its documented members, and its lines. */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {createApiNode} from '../../source/cli/api/api-node.js';
import {apiOptionForms, apiOptions} from '../../source/cli/options/api-options.js';
import type {NodeOptions} from '../../source/cli/options/node-options.js';
import type {JsonLine} from '../../source/cli/output/json-lines.js';
import {createLineSource} from '../../source/cli/output/line-source.js';
import type {FileTransfer} from '../../source/core/file-transfer.js';
import type {FileId} from '../../source/core/shared-file.js';
import {createNode} from '../../source/index.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

const page = readFileSync(new URL('../../source/scripting.md', import.meta.url), 'utf8');

/** The cells of the first `columns` columns of the table in a section of scripting.md, without the header. */
function rowsOf(section: string, columns: number): string[][] {
	const body = page.split(`\n### ${section}\n`)[1]?.split(/\n##+ /)[0] ?? '';
	return [...body.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | ').slice(0, columns));
}

const notice = (text: string): JsonLine => ({type: 'notice', level: 'info', code: 'test', text});

describe('the API', () => {
	it('scripting.md names every member of a node and no other', () => {
		const documented = rowsOf('Members of a node', 1).map(([cell = '']) => /^`(.+)\(.*\)`$/.exec(cell)?.[1]);
		const node = createNode();
		expect(documented.sort()).toEqual([...Object.keys(node), '[Symbol.asyncIterator]'].sort());
	});

	it('scripting.md names every option of a node with its form, and no other', () => {
		const documented = rowsOf('Options of `createNode`', 2).map(([name = '', form = '']) => [name.slice(1, -1), form]);
		expect(documented).toEqual(Object.entries(apiOptionForms));
	});

	it('the API converts each of its options to the option of the node with the same meaning', () => {
		const all: Required<NodeOptions> = {
			name: 'Bot',
			room: 'crew',
			secret: 'correct horse battery',
			port: 20_000,
			tcpPort: 20_001,
			interfaces: ['lo'],
			peers: ['10.0.0.2:99'],
			log: false,
			dataDir: '/data',
			identity: false,
			downloadDir: '/downloads',
			serve: false,
			whispers: false,
		};
		expect(apiOptions(all, 0)).toMatchObject({
			name: 'Bot',
			room: 'crew',
			secret: {type: 'environment', secret: 'correct horse battery'},
			port: 20_000,
			tcpPort: 20_001,
			interfaces: ['lo'],
			peers: [{host: '10.0.0.2', port: 99}],
			log: {type: 'none'},
			dataDir: '/data',
			identity: false,
			downloadDir: '/downloads',
			servesFiles: false,
			takesWhispers: false,
		});
		expect(apiOptions({log: '/a.p2plog'}, 0).log).toEqual({type: 'file', path: '/a.p2plog'});
		const defaults = {
			room: 'lan',
			port: 47_474,
			interfaces: [],
			identity: true,
			servesFiles: true,
			takesWhispers: true,
		};
		expect(apiOptions({}, 0)).toMatchObject(defaults);
		expect(apiOptions({identity: true, serve: true, whispers: true}, 0)).toMatchObject(defaults);
	});

	it('a mistyped, wrong or empty option of the API throws an error that names the option', () => {
		const create = (options: Record<string, unknown>) => () => createNode(options);
		expect(create({interface: ['lo']})).toThrow('Did you mean "interfaces"');
		expect(create({port: '47474'})).toThrow('"port" must be a number');
		expect(create({port: 0})).toThrow('"port" must be a port from 1 to 65535');
		expect(create({interfaces: 'lo'})).toThrow('"interfaces" must be an array of strings');
		expect(create({secret: ''})).toThrow('"secret" is empty');
		expect(create({serve: 'off'})).toThrow('"serve" must be true or false');
		expect(create({log: true})).toThrow('"log" must be a path or false');
		expect(create({room: 'a\u001Bb'})).toThrow('control characters');
	});

	it('a node of the API refuses to write before it has started, and `stop` ends its iterators', async () => {
		const node = createNode({log: false});
		expect(() => node.post('early')).toThrow('not started');
		const iterator = node[Symbol.asyncIterator]();
		await node.stop();
		expect(await iterator.next()).toEqual({done: true, value: undefined});
		await expect(node.start()).rejects.toThrow('called only once');
	});
});

/** An API node on a fake chat node. */
function createFake() {
	const chatNode = createFakeChatNode('Bot');
	let relaunch = () => {};
	const open: Parameters<typeof createApiNode>[1] = async (_context, options) => {
		relaunch = options.relaunch ?? relaunch;
		const files = {share: unused, find: () => undefined, receive: unused, close: async () => {}};
		return {chatNode, name: 'Bot', files, start: async () => chatNode.self};
	};
	return {chatNode, node: createApiNode({log: false}, open), relaunch: () => relaunch()};
}

const unused = () => Promise.reject(new Error('not used'));

describe('a node of the API', () => {
	it('a node that ends because the network changed writes one `bye` line, even if the program stops the node at that moment', async () => {
		const {node, relaunch} = createFake();
		const iterator = node[Symbol.asyncIterator]();
		await node.start();
		relaunch();
		relaunch();
		await Promise.all([node.stop(), node.stop()]);
		const lines: JsonLine[] = [];
		for await (const line of iterator) lines.push(line);
		expect(lines.filter(({type}) => type === 'bye')).toEqual([{type: 'bye', reason: 'network-changed'}]);
	});

	it('the API refuses messages, answers and corrections that begin with a whisper command', async () => {
		const {node, chatNode} = createFake();
		const bob = chatNode.join('Bob', '10.0.0.2');
		await node.start();
		const id = node.post('hello');
		for (const send of [
			() => node.post('/msg Bob secret'),
			() => node.post(' /w Bob secret', {action: true}),
			() => node.reply(id, '/r secret'),
			() => node.correct(id, '/MSG Bob secret'),
		])
			expect(send).toThrow('begins with a command that whispers');
		expect(chatNode.posted).toEqual([{text: 'hello', action: false}]);
		node.post('/whereabouts');
		node.whisper(bob.peer, 'secret');
		expect(chatNode.calls).toEqual([`whisper ${bob.peer} secret`]);
		await node.stop();
	});

	it('`fetch` of the API resolves to the path of the file, and rejects if the fetch fails or is cancelled, or if the node stops', async () => {
		const {node, chatNode} = createFake();
		await node.start();
		const bob = chatNode.join('Bob', '10.0.0.2');
		const file = 'f0'.repeat(32) as FileId;
		const shared = (fileName: string) => chatNode.tell(bob, {type: 'shared', fileName, size: 3, file});
		const {peer, seq} = shared('plan.pdf');
		const id = `${peer}:${seq}`;
		expect(node.files()).toMatchObject([{type: 'event', kind: 'shared', id, fileName: 'plan.pdf', file, size: 3}]);
		const report = (transfer: Partial<FileTransfer> & Pick<FileTransfer, 'state'>) => {
			const rest = {id: file, name: 'plan.pdf', bytes: 0, of: 3, holders: 1, completeHolders: 1, sentBytes: 0};
			chatNode.publish({type: 'file', transfer: {...rest, ...transfer}});
		};
		const done = node.fetch(id, {directory: '/here'});
		report({state: 'fetching'});
		report({state: 'done', path: '/here/plan.pdf'});
		expect(await done).toBe('/here/plan.pdf');
		report({state: 'waiting'});
		const failed = node.fetch(id);
		report({state: 'failed', reason: 'The disk is full.'});
		await expect(failed).rejects.toThrow('The disk is full.');
		const cancelled = node.fetch(id);
		expect(node.cancel(file)).toBe(true);
		report({state: 'cancelled'});
		await expect(cancelled).rejects.toThrow('cancelled');
		report({state: 'waiting'});
		const stopped = expect(node.fetch(id)).rejects.toThrow('has stopped');
		await node.stop();
		await stopped;
		await expect(node.fetch('nonsense')).rejects.toThrow('id of an event');
		expect(() => node.cancel('nonsense')).toThrow('field `file` of an `event` line');
	});
});

describe('the lines of the API', () => {
	it('an iterator of the API returns every line since its creation, in order, even if the lines are read later', async () => {
		const lines = createLineSource();
		lines.emit(notice('before'));
		const iterator = lines.iterate();
		const first = iterator.next();
		for (const text of ['1', '2', '3']) lines.emit(notice(text));
		lines.end();
		const texts = [(await first).value];
		for await (const line of iterator) texts.push(line);
		expect(texts).toEqual(['1', '2', '3'].map(notice));
	});

	it('an iterator of the API whose loop has ended returns no further lines, and other iterators continue', async () => {
		const lines = createLineSource();
		const left = lines.iterate();
		const kept = lines.iterate();
		lines.emit(notice('1'));
		for await (const _ of left) break;
		lines.emit(notice('2'));
		expect(await left.next()).toEqual({done: true, value: undefined});
		await kept.next();
		expect((await kept.next()).value).toEqual(notice('2'));
	});

	it('a listener of the API gets the lines of its type until it is removed', () => {
		const lines = createLineSource();
		const seen: string[] = [];
		const listener = ({text}: {text: string}) => void seen.push(text);
		lines.on('notice', listener);
		lines.output.write('{"type":"alone"}\n{"type":"notice","level":"info","code":"a","text":"x"}\n');
		lines.off('notice', listener);
		lines.emit(notice('y'));
		expect(seen).toEqual(['x']);
	});
});
