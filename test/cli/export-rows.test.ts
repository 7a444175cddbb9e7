import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {exportRows} from '../../source/cli/desktop-integration.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {createFakeChatNode} from '../helpers/fake-chat-node.js';

function room() {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-export-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const session = createFakeChatNode();
	session.say(session.own, 'hello');
	const state = session.store.getState();
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	return {folder, write: (file: string) => exportRows(file, state, rows)};
}

describe('rows exported from a screen', () => {
	test('lie where they are said to lie', async () => {
		const {folder, write} = room();
		const file = join(folder, 'out.txt');
		expect(await write(relative(process.cwd(), file))).toMatch(new RegExp(`^\\d+ rows? written to ${file}$`));
		expect(readFileSync(file, 'utf8')).toContain('hello');
	});

	test('that an ending promises otherwise are said to be text', async () => {
		const {folder, write} = room();
		expect(await write(join(folder, 'out.pdf'))).toContain('written as plain text');
	});

	test('fail in words, with the place that was meant', async () => {
		const {folder, write} = room();
		await expect(write(join(folder, 'no', 'x.txt'))).rejects.toThrow(
			/x\.txt cannot be written: no such file or folder$/,
		);
		await expect(write('~/no-such-folder-of-a-test/x.txt')).rejects.toThrow(
			`${join(homedir(), 'no-such-folder-of-a-test', 'x.txt')} cannot be written: no such file or folder`,
		);
		await write(join(folder, 'x.txt'));
		await expect(write(join(folder, 'x.txt'))).rejects.toThrow(/is there already: name another file$/);
	});
});
