/** The API without a network: its options, its documented members, and its lines. */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {apiOptionForms, apiOptions} from '../../source/cli/options/api-options.js';
import type {NodeOptions} from '../../source/cli/options/node-options.js';
import type {JsonLine} from '../../source/cli/output/json-lines.js';
import {createLineSource} from '../../source/cli/output/line-source.js';
import {createNode} from '../../source/index.js';

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

	it('each option reaches the node', () => {
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
		});
		expect(apiOptions({log: '/a.p2plog'}, 0).log).toEqual({type: 'file', path: '/a.p2plog'});
		expect(apiOptions({}, 0)).toMatchObject({room: 'lan', port: 47_474, interfaces: [], identity: true});
	});

	it('a mistyped, wrong or empty option throws an error that names it', () => {
		const create = (options: Record<string, unknown>) => () => createNode(options);
		expect(create({interface: ['lo']})).toThrow('Did you mean "interfaces"');
		expect(create({port: '47474'})).toThrow('"port" must be a number');
		expect(create({port: 0})).toThrow('"port" must be a port from 1 to 65535');
		expect(create({interfaces: 'lo'})).toThrow('"interfaces" must be an array of strings');
		expect(create({secret: ''})).toThrow('"secret" is empty');
		expect(create({log: true})).toThrow('"log" must be a path or false');
		expect(create({room: 'a\u001Bb'})).toThrow('control characters');
	});

	it('a node that has not started refuses to write, and stop ends its iterators', async () => {
		const node = createNode({log: false});
		expect(() => node.post('early')).toThrow('not started');
		const iterator = node[Symbol.asyncIterator]();
		await node.stop();
		expect(await iterator.next()).toEqual({done: true, value: undefined});
		await expect(node.start()).rejects.toThrow('started once');
	});
});

describe('the lines of the API', () => {
	it('an iterator gets each line from its creation on, in order, whether it waits or reads later', async () => {
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

	it('an iterator that the program leaves gets nothing more, and other iterators go on', async () => {
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

	it('a listener gets the lines of its type until it is removed', () => {
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
