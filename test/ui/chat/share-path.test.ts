/** Paths in the input: completion after /share, and the question after a pasted or dropped path. */
import {describe, expect, test} from 'vitest';
import type {ScreenHooks} from '../../../source/ui/screen-hooks.js';
import {launch} from '../../helpers/chat-room.js';
import {createFakeChatNode, type FakeChatNode} from '../../helpers/fake-chat-node.js';

const PASTE = (text: string) => `\u001B[200~${text}\u001B[201~`;
const PATH = '/home/carol/my plan.pdf';

/** Files of a computer: `PATH`, and a current folder that contains the folder docs and the file data.csv. */
const hooks: Partial<ScreenHooks> = {
	findFile: async path => (path === PATH ? {size: 2_100_000} : undefined),
	async listFolder(folder, prefix) {
		const names = folder === '' ? ['docs', 'data.csv'] : folder === 'docs/' ? ['my plan.pdf'] : [];
		return names.filter(name => name.startsWith(prefix)).map(name => ({name, isFolder: name === 'docs'}));
	},
};

/** A chat whose node records the shared paths. */
async function launchSharing(more: Partial<ScreenHooks> = {}) {
	const shared: string[] = [];
	const chatNode: FakeChatNode = Object.assign(createFakeChatNode(), {
		async shareFile(path: string, {note = ''} = {}) {
			shared.push(`${path}|${note}`);
			return {seq: 7};
		},
	});
	return {...(await launch({chatNode, hooks: {...hooks, ...more}})), shared};
}

describe('Tab after /share', () => {
	test('Tab completes the path after /share folder by folder, and Enter shares the file', async () => {
		const {terminal, press, shared} = await launchSharing();
		await press('/share do', '\t');
		await terminal.see('/share docs/');
		await press('\t');
		await terminal.see(String.raw`/share docs/my\ plan.pdf`);
		await press('the new one', '\r');
		await terminal.until(() => shared.length > 0);
		expect(shared).toEqual(['docs/my plan.pdf|the new one']);
	});

	test('Tab after /share offers all files that begin with the typed letters, one after the other', async () => {
		const {terminal, press} = await launchSharing();
		await press('/share d', '\t');
		await terminal.see('[docs/]');
		await press('\t');
		await terminal.see('[data.csv]');
		expect(terminal.rows().at(-1)).toContain('/share data.csv');
	});

	test('Tab after /share says that no file begins with the typed letters, also if the folder cannot be read', async () => {
		const {terminal, press} = await launchSharing();
		await press('/share x', '\t');
		await terminal.see('No matching file or folder');
		const other = await launchSharing({listFolder: () => Promise.reject(new Error('EACCES'))});
		await other.press('/share x', '\t');
		await other.terminal.see('No matching file or folder');
	});
});

describe('a pasted path of a file', () => {
	test.each([
		['quoted', PASTE(`'${PATH}'`)],
		['with backslashes', PASTE(String.raw`/home/carol/my\ plan.pdf`)],
		['with spaces', PASTE(PATH)],
		['as a file URL', PASTE('file:///home/carol/my%20plan.pdf')],
		['dropped on a terminal that types it', `'${PATH}' `],
	])('a pasted path of a file, %s, brings up a question, and y shares the file', async (_, input) => {
		const {terminal, press, shared} = await launchSharing();
		await press(input);
		await terminal.see('Share my plan.pdf (2.1 MB) with everybody in this room?');
		expect(shared).toEqual([]);
		await press('y');
		await terminal.until(() => shared.length > 0);
		expect(shared).toEqual([`${PATH}|`]);
		await terminal.until(() => !terminal.rows().at(-1)?.includes('plan'));
	});

	test('after the answer n, the pasted path stays in the input as a text', async () => {
		const {terminal, press, shared} = await launchSharing();
		await press(PASTE(`'${PATH}'`));
		await terminal.see('with everybody in this room?');
		await press('n');
		await terminal.until(() => !terminal.rows().join().includes('with everybody'));
		expect(terminal.rows().at(-1)).toContain(`'${PATH}'`);
		expect(shared).toEqual([]);
	});

	test('a pasted path brings up no question if it names no file, or is inserted into a text or a whisper', async () => {
		const asked: string[] = [];
		const {terminal, press} = await launchSharing({
			async findFile(path) {
				asked.push(path);
				return undefined;
			},
		});
		await press(PASTE('/home/carol/nothing'));
		await terminal.see('/home/carol/nothing');
		await press('\u0015', 'look at ', PASTE(PATH));
		await terminal.see(`look at ${PATH}`);
		expect(asked).toEqual(['/home/carol/nothing']);
		expect(terminal.rows().join()).not.toContain('with everybody');
	});

	test('the result of the search for a pasted path brings up no question if the user has typed more in the meantime', async () => {
		let answer: (found: {size: number}) => void = () => {};
		const {terminal, press} = await launchSharing({
			findFile: () =>
				new Promise(resolve => {
					answer = resolve;
				}),
		});
		await press(PASTE(PATH), ' is the plan');
		await terminal.see('is the plan');
		answer({size: 5});
		await press('!');
		await terminal.see('is the plan!');
		expect(terminal.rows().join()).not.toContain('with everybody');
	});
});
