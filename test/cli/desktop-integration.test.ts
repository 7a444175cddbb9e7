import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {exportRows} from '../../source/cli/desktop-integration.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

function createRoom() {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-export-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const chatNode = createFakeChatNode();
	chatNode.say(chatNode.own, 'hello');
	const state = chatNode.store.getState();
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	return {folder, chatNode, write: (file: string) => exportRows(file, state, rows)};
}

describe('events exported from a screen', () => {
	test('events exported from a screen are written to the file that the success message names', async () => {
		const {folder, write} = createRoom();
		const file = join(folder, 'out.txt');
		expect(await write(relative(process.cwd(), file))).toMatch(new RegExp(`^Wrote \\d+ events? to ${file}\\.$`));
		expect(readFileSync(file, 'utf8')).toContain('hello');
	});

	test('the extension of the file, in capital or small letters, selects the format of events exported from a screen', async () => {
		const {folder, write} = createRoom();
		for (const name of ['a', 'a.txt', 'a.LOG', 'a.MD', 'a.jsonl']) await write(join(folder, name));
		const start = (name: string) => readFileSync(join(folder, name), 'utf8').slice(0, 3);
		expect(start('a.MD')).toBe('## ');
		expect(start('a.jsonl')).toBe('{"t');
		for (const name of ['a', 'a.txt', 'a.LOG']) expect(start(name)).toMatch(/^\d\d\d$/);
	});

	test('events exported from a screen begin with the pinned messages in every format', async () => {
		const {folder, chatNode} = createRoom();
		const {own} = chatNode;
		chatNode.pin({peer: own.peer, seq: own.seq}, true);
		const state = chatNode.store.getState();
		const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
		for (const name of ['a.txt', 'a.md', 'a.jsonl']) await exportRows(join(folder, name), state, rows);
		const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n');
		expect(lines('a.txt')[0]).toMatch(/^ {4}Pinned: .*hello$/);
		expect(lines('a.md')[0]).toBe('## Pinned');
		expect(JSON.parse(lines('a.jsonl')[0] ?? '')).toMatchObject({type: 'pinned', peer: own.peer});
	});

	test('events exported from a screen do not show whom the user has verified', async () => {
		const {folder, chatNode} = createRoom();
		const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		chatNode.publish({type: 'contacts', contacts: [{key: 'b0b0b0b0'.padEnd(64, '0'), name: 'Bob', verified: 1}]});
		chatNode.say(bob, 'hi');
		const state = chatNode.store.getState();
		const file = join(folder, 'out.jsonl');
		await exportRows(file, state, sliceTimeline(state.timeline, 0, state.timeline.length));
		expect(readFileSync(file, 'utf8')).toContain('b0b0b0b0');
		expect(readFileSync(file, 'utf8')).not.toContain('verified');
	});

	test('Markdown that is exported from a screen contains no address and no notice, but text and JSON lines contain the addresses', async () => {
		const {folder, chatNode} = createRoom();
		const bob = chatNode.join('Bob', '192.168.1.9');
		chatNode.say(bob, 'hi');
		chatNode.pin({peer: bob.peer, seq: bob.seq}, true);
		chatNode.commit([chatNode.make(bob, {type: 'moved', addresses: ['192.168.1.44']})]);
		chatNode.observe({type: 'notice', level: 'warn', code: 'test', text: 'something about 192.168.1.77'});
		const state = chatNode.store.getState();
		const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
		const exported = async (name: string) => {
			await exportRows(join(folder, name), state, rows);
			return readFileSync(join(folder, name), 'utf8');
		};
		const markdown = await exported('a.md');
		expect(markdown).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
		expect(markdown).toContain('Bob moved to another address');
		expect(await exported('a.txt')).toMatch(/ Bob \(~?192\.168\.1\.9\): hi\n.* \* Bob moved to 192\.168\.1\.44\n/);
		expect(await exported('a.jsonl')).toMatch(/192\.168\.1\.9.*\n.*192\.168\.1\.44/);
	});

	test('an export from a screen to a file with an unknown extension is refused, the error lists the known extensions, and no file is created', async () => {
		const {folder, write} = createRoom();
		for (const name of ['out.docx', 'out.pdf', 'out.json'])
			await expect(write(join(folder, name))).rejects.toThrow(/^Cannot export to \.\w+ files\. .*\.txt.*\.md.*\.jsonl/);
		expect(readdirSync(folder)).toEqual([]);
	});

	test('events exported from a screen are not written if the file exists or cannot be created, and the error names the full path', async () => {
		const {folder, write} = createRoom();
		await expect(write(join(folder, 'no', 'x.txt'))).rejects.toThrow(
			/^Cannot write .*x\.txt: no such file or folder\.$/,
		);
		await expect(write('~/no-such-folder-of-a-test/x.txt')).rejects.toThrow(
			`Cannot write ${join(homedir(), 'no-such-folder-of-a-test', 'x.txt')}: no such file or folder.`,
		);
		await write(join(folder, 'x.txt'));
		await expect(write(join(folder, 'x.txt'))).rejects.toThrow(/already exists\. Choose another file name\.$/);
	});
});
