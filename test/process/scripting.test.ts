import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, runToEnd, startNode} from '../helpers/run-node.js';

const page = readFileSync(new URL('../../source/scripting.md', import.meta.url), 'utf8');

/** Rows of the tables of a section: the name in the first column, and the names of the fields in the second. */
function fieldsIn(section: string): Map<string, Set<string>> {
	const [, text = ''] = page.split(section);
	const [body = ''] = text.split(/\n##+ /);
	return new Map(
		[...body.matchAll(/^\| `([\w-]+)` \| (.*?) \|/gm)].map(([, name = '', fields = '']) => [
			name,
			new Set([...fields.matchAll(/`(\w+)`/g)].map(([, field = '']) => field)),
		]),
	);
}

const types = fieldsIn('## Lines that the program writes');
const kinds = fieldsIn('### `event`');
const inputs = fieldsIn('## Lines that the program reads');
const COMMON = [
	'type',
	'id',
	'kind',
	'peer',
	'identity',
	'identityKey',
	'you',
	'verified',
	'name',
	'address',
	'addressClaimed',
	'at',
	'order',
	'own',
	'live',
];

function undocumentedFields(line: Line): string[] {
	const documented =
		line.type === 'event' ? [...COMMON, ...(kinds.get(line.kind) ?? [])] : ['type', ...(types.get(line.type) ?? [])];
	return Object.keys(line).filter(field => !documented.includes(field));
}

describe('scripting.md', () => {
	it('scripting.md names every line and field that the program writes, and the program accepts every input line that scripting.md names', async () => {
		const port = await findFreeUdpPort();
		const ann = await startNode({home: makeHome(), port, name: 'Ann'});
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		for (const node of [ann, bob]) await node.waitFor('synced', ({type}) => type === 'synced');
		const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);
		const messageOf = async (node: RunningNode, text: string) =>
			(await node.waitFor(text, line => line.kind === 'posted' && line.text === text)).id as string;
		send(ann, {type: 'post', text: 'one', ref: 'a'});
		const one = await messageOf(bob, 'one');
		const lines: Line[] = [
			{type: 'post', text: 'two', replyTo: one, ref: 1},
			{type: 'mark', target: one, word: '👍', ref: 2},
			{type: 'pin', target: one, ref: 3},
			{type: 'command', text: '/name Robert'},
		];
		for (const line of lines) send(bob, line);
		await ann.waitFor('the new name', ({kind}) => kind === 'renamed');
		expect(await ann.waitFor('the reply', ({text}) => text === 'two')).toMatchObject({replyTo: one});
		send(ann, {type: 'correct', target: one, text: 'uno', ref: 4});
		send(ann, {type: 'post', text: 'three'});
		const three = await messageOf(bob, 'three');
		send(ann, {type: 'withdraw', target: three, ref: 5});
		send(ann, {type: 'correct', target: await messageOf(ann, 'two'), text: 'not mine'});
		send(ann, {type: 'whisper', to: 'Robert', text: 'psst', ref: 6});
		expect(await bob.waitFor('the whisper', ({type}) => type === 'whisper')).toMatchObject({
			text: 'psst',
			own: false,
			id: 1,
		});
		expect(await ann.waitFor('the own whisper', ({type}) => type === 'whisper')).toMatchObject({own: true, ref: 6});
		await ann.waitFor('the delivery', ({type, state}) => type === 'whisper-delivery' && state === 'delivered');
		send(ann, {type: 'dance'});
		await ann.waitUntil('two errors', all => all.filter(({type}) => type === 'error').length === 2);
		await bob.waitFor('the withdrawal', ({kind, target}) => kind === 'withdrawn' && target === three);
		expect(bob.events().find(({kind}) => kind === 'corrected')).toMatchObject({target: one, text: 'uno', own: false});
		for (const [node, refs] of [
			[ann, ['a', 4, 5]],
			[bob, [1, 2, 3]],
		] as const) {
			expect(node.events().flatMap(({own, ref}) => (own && ref !== undefined ? [ref] : []))).toEqual(refs);
		}
		expect(ann.lines.flatMap(({type, code}) => (type === 'error' ? [code] : []))).toEqual(['refused', 'bad-input']);

		const newcomer = await startNode({home: makeHome(), port, name: 'Nell'});
		await newcomer.waitUntil('both', all => all.filter(({type}) => type === 'synced').length === 2);
		expect(newcomer.events().filter(({text, withdrawn}) => text === '' && withdrawn === true)).toHaveLength(1);

		const log = ann.lines[0]?.log as string;
		for (const node of [newcomer, bob, ann]) {
			node.child.stdin?.end();
			await node.result;
		}
		for (const node of [ann, bob, newcomer]) {
			for (const line of node.lines)
				expect([line.type, line.kind, undocumentedFields(line)]).toEqual([line.type, line.kind, []]);
		}
		const seen = new Set([ann, bob, newcomer].flatMap(node => node.events().map(({kind}) => kind)));
		for (const kind of ['joined', 'posted', 'marked', 'corrected', 'withdrawn', 'pinned', 'renamed', 'left'])
			expect(seen).toContain(kind);
		expect([...inputs.keys()].sort().join(' ')).toBe(
			'cancel command correct fetch mark pin post share whisper withdraw',
		);

		const exported = await runToEnd(['export', '--format', 'jsonl', log], {home: makeHome()});
		const exportedLines: Line[] = exported.stdout
			.trim()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(exportedLines[1]).toMatchObject({type: 'pinned', id: one});
		expect(exportedLines.find(({id, type}) => id === one && type === 'event')).toMatchObject({
			text: 'uno',
			edited: true,
			marks: [{word: '👍', count: 1}],
		});
		expect(exported.stdout).not.toContain('"three"');
	});
});
