import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
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
	return {folder, write: (file: string) => exportRows(file, state, rows)};
}

describe('events exported from a screen', () => {
	test('are written to the file that the success message names', async () => {
		const {folder, write} = createRoom();
		const file = join(folder, 'out.txt');
		expect(await write(relative(process.cwd(), file))).toMatch(new RegExp(`^Wrote \\d+ events? to ${file}\\.$`));
		expect(readFileSync(file, 'utf8')).toContain('hello');
	});

	test('are plain text if the extension is unknown, and the success message says so', async () => {
		const {folder, write} = createRoom();
		expect(await write(join(folder, 'out.pdf'))).toContain('as plain text');
	});

	test('are not written if the file exists or cannot be created, and the error names the full path', async () => {
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
