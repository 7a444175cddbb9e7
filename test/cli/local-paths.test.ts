import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {findFile, listFolder} from '../../source/cli/local-paths.js';
import {expandHome} from '../../source/storage/home-path.js';

function makeFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-paths-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

test('listFolder returns the entries that begin with the prefix in upper or lower case, and hidden entries only if the prefix begins with a dot', async () => {
	const folder = makeFolder();
	for (const name of ['plan.pdf', 'Photo.jpg', '.profile', 'other']) writeFileSync(join(folder, name), '');
	mkdirSync(join(folder, 'pictures'));
	symlinkSync('pictures', join(folder, 'pics'));
	symlinkSync('gone', join(folder, 'pgone'));
	const list = async (prefix: string) =>
		(await listFolder(folder, prefix)).map(({name, isFolder}) => name + (isFolder ? '/' : ''));
	expect(await list('p')).toEqual(['Photo.jpg', 'pgone', 'pics/', 'pictures/', 'plan.pdf']);
	expect(await list('.')).toEqual(['.profile']);
	expect(await list('')).toHaveLength(6);
	await expect(listFolder(join(folder, 'gone'), '')).rejects.toThrow('ENOENT');
});

test.skipIf(process.platform === 'win32')(
	'findFile finds a regular file, but no FIFO, no folder and no missing file',
	async () => {
		const folder = makeFolder();
		writeFileSync(join(folder, 'a'), 'abc');
		execFileSync('mkfifo', [join(folder, 'fifo')]);
		expect(await findFile(join(folder, 'a'))).toEqual({size: 3});
		expect(await findFile(join(folder, 'fifo'))).toBeUndefined();
		expect(await findFile(folder)).toBeUndefined();
		await expect(findFile(join(folder, 'gone'))).rejects.toThrow('ENOENT');
	},
);

test('a network path of Windows is refused without a look-up', async () => {
	await expect(findFile(String.raw`\\server\share\a`)).rejects.toThrow('network');
	await expect(listFolder(String.raw`\\server\share\ `.trim(), '')).rejects.toThrow('network');
});

test('a leading ~/ means the home folder, and a path is unchanged if the system knows no home folder', () => {
	expect(expandHome('~/a b', () => '/home/ann')).toBe(join('/home/ann', 'a b'));
	expect(expandHome('~/a')).toBe(join(homedir(), 'a'));
	for (const path of ['~', '~ann/a', 'a/~/b', './~/a']) expect(expandHome(path, () => '/home/ann')).toBe(path);
	const noHome = () => {
		throw new Error('uv_os_homedir returned ENOENT');
	};
	for (const path of ['a/b', '~/a']) expect(expandHome(path, noHome)).toBe(path);
});
