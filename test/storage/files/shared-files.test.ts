import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {UsageError} from '../../../source/core/errors.js';
import {refuseRemotePath} from '../../../source/storage/files/source-file.js';
import {makeFolder} from '../log-samples.js';
import {
	contentOf,
	isSame,
	leavesOf,
	makeStore,
	namedFile,
	PART,
	partsOf,
	receive,
	writeSample,
} from './file-samples.js';

const content = contentOf(2 * PART + 7);
const onPosix = test.skipIf(process.platform === 'win32');

function replaceContent(path: string): void {
	writeFileSync(path, contentOf(content.length, 'other'));
	utimesSync(path, 1, 1);
}

function replaceFile(path: string): void {
	writeFileSync(`${path}.new`, content);
	renameSync(`${path}.new`, path);
}

describe('sharing a file', () => {
	test.each([0, 1, PART - 1, PART, PART + 1])('a file of %i bytes is hashed in parts and served', async size => {
		const {store} = makeStore();
		const bytes = contentOf(size);
		const progress: number[] = [];
		const file = await store.share(writeSample(makeFolder(), bytes), done => progress.push(done));
		expect(file).toEqual(namedFile(bytes));
		expect(progress.at(-1) ?? 0).toBe(size);
		const served = store.find(file.id);
		expect(isSame(await served?.leaves(), leavesOf(bytes))).toBe(true);
		for (const [part, expected] of partsOf(bytes).entries())
			expect(isSame(await served?.read(part), expected)).toBe(true);
		expect(await served?.read(partsOf(bytes).length)).toBeUndefined();
		expect(await served?.read(-1)).toBeUndefined();
	});

	onPosix('a folder, a FIFO, a device and a file of /proc cannot be shared', async () => {
		const {store} = makeStore();
		const folder = makeFolder();
		execFileSync('mkfifo', [join(folder, 'fifo')]);
		symlinkSync('/proc/self/status', join(folder, 'status'));
		await expect(store.share(folder)).rejects.toMatchObject({
			message: 'this is a folder',
			advice: expect.stringContaining(`tar c ${folder} | p2pchat-ink send --file - --as ${basename(folder)}.tar`),
		});
		const paths = [join(folder, 'fifo'), '/dev/zero', '/dev/null', '/proc/self/status', join(folder, 'status')];
		for (const path of paths) await expect(store.share(path)).rejects.toThrow(/not a regular file/);
		await expect(store.share(join(folder, 'missing'))).rejects.toThrow(/no such file/);
	});

	test('network and device paths are refused without opening them', () => {
		for (const path of ['\\\\server\\share\\x', '\\\\.\\pipe\\x', '\\\\?\\C:\\x'])
			for (const platform of ['linux', 'win32', 'darwin'])
				expect(() => refuseRemotePath(path, platform)).toThrow(UsageError);
		for (const path of ['//server/share', '/\\server\\share', 'C:\\nul', 'con', 'x\\COM1.txt', 'aux .log'])
			expect(() => refuseRemotePath(path, 'win32')).toThrow(UsageError);
		for (const path of ['//home/x', 'con', '/tmp/a\\b']) expect(() => refuseRemotePath(path, 'linux')).not.toThrow();
		for (const path of ['C:\\x', 'console.txt', 'x\\comma.txt'])
			expect(() => refuseRemotePath(path, 'win32')).not.toThrow();
		expect(() => refuseRemotePath('', 'linux')).toThrow(UsageError);
		expect(() => refuseRemotePath('a\0b', 'linux')).toThrow(UsageError);
	});

	test.each([
		['grows', (path: string) => appendFileSync(path, 'more')],
		['shrinks', (path: string) => truncateSync(path, PART)],
		['is replaced', replaceFile],
	])('a file that %s while it is hashed is not shared', async (_, change) => {
		const {store} = makeStore();
		const path = writeSample(makeFolder(), content);
		let isChanged = false;
		const sharing = store.share(path, () => {
			if (!isChanged) change(path);
			isChanged = true;
		});
		await expect(sharing).rejects.toThrow(/changes while it is read/);
		expect(store.find(namedFile(content).id)).toBeUndefined();
	});
});

describe('a served file', () => {
	test.each([
		['grows', (path: string) => appendFileSync(path, 'more')],
		['shrinks', (path: string) => truncateSync(path, PART)],
		['is written', replaceContent],
		['is replaced', replaceFile],
		['is deleted', (path: string) => rmSync(path)],
	])('a served file is not served any more when it %s, and the user is notified once', async (_, change) => {
		const {store, warnings} = makeStore();
		const path = writeSample(makeFolder(), content);
		const {id} = await store.share(path);
		const served = store.find(id);
		expect(isSame(await served?.read(0), partsOf(content)[0])).toBe(true);
		change(path);
		expect(await served?.read(1)).toBeUndefined();
		expect(await served?.leaves()).toBeUndefined();
		expect(store.find(id)).toBeUndefined();
		expect(warnings).toEqual([expect.stringContaining(path)]);
	});

	test('a shared file is still served after 40 other files were read', async () => {
		const {store} = makeStore();
		const folder = makeFolder();
		const contents = Array.from({length: 40}, (_, number) => contentOf(10, `file ${number}`));
		const ids = [];
		for (const [number, bytes] of contents.entries())
			ids.push((await store.share(writeSample(folder, bytes, `f${number}`))).id);
		for (let round = 0; round < 2; round++)
			expect(await Promise.all(ids.map(id => store.find(id)?.read(0)))).toEqual(contents);
	});
});

describe('the list of shared files', () => {
	const listOf = (folder: string) => join(folder, 'shares', 'shares.json');

	test('the list of shared files keeps a shared and a fetched file across a restart, and only its owner can read it', async () => {
		const folder = makeFolder();
		const first = makeStore({folder});
		const shared = await first.store.share(writeSample(makeFolder(), content));
		await receive(first.store, contentOf(9));
		await first.store.close();
		const {store, warnings} = makeStore({folder});
		expect(isSame(await store.find(shared.id)?.leaves(), leavesOf(content))).toBe(true);
		expect(isSame(await store.find(shared.id)?.read(2), partsOf(content)[2])).toBe(true);
		expect(isSame(await store.find(namedFile(contentOf(9)).id)?.read(0), contentOf(9))).toBe(true);
		expect(warnings).toEqual([]);
		if (process.platform === 'win32') return;
		for (const name of readdirSync(join(folder, 'shares')))
			expect(statSync(join(folder, 'shares', name)).mode & 0o777).toBe(0o600);
	});

	test('a file in the list of shared files is not served if it changed while the program did not run', async () => {
		const folder = makeFolder();
		const path = writeSample(makeFolder(), content);
		const {store: earlier} = makeStore({folder});
		const {id} = await earlier.share(path);
		await earlier.close();
		replaceContent(path);
		const {store} = makeStore({folder});
		expect(await store.find(id)?.read(0)).toBeUndefined();
		expect(store.find(id)).toBeUndefined();
	});

	test('a file in the list of shared files is not served if its hashes are missing or damaged', async () => {
		const folder = makeFolder();
		const {store: earlier} = makeStore({folder});
		const {id} = await earlier.share(writeSample(makeFolder(), content));
		await earlier.close();
		const leavesFile = join(folder, 'shares', `${id}.leaves`);
		writeFileSync(leavesFile, readFileSync(leavesFile).fill(0));
		expect(await makeStore({folder}).store.find(id)?.leaves()).toBeUndefined();
		rmSync(leavesFile);
		expect(await makeStore({folder}).store.find(id)?.leaves()).toBeUndefined();
	});

	test.each(['', '{', '[]', '{"format":1,"shares":[{}]}', '{"format":2,"shares":[]}'])(
		'a damaged list of shared files gives a warning, shares nothing, and is not overwritten: %s',
		async text => {
			const folder = makeFolder();
			mkdirSync(join(folder, 'shares'), {mode: 0o700});
			writeFileSync(listOf(folder), text);
			const {store, warnings} = makeStore({folder});
			expect(warnings).toEqual([expect.stringContaining(listOf(folder))]);
			const {id} = await store.share(writeSample(makeFolder(), content));
			expect(store.find(id)).toBeDefined();
			expect(warnings).toHaveLength(2);
			expect(readFileSync(listOf(folder), 'utf8')).toBe(text);
		},
	);

	test('a file is served until the program ends, also if 1,024 newer shares have removed it from the list', async () => {
		const folder = makeFolder();
		const {store} = makeStore({folder});
		const {id} = await store.share(writeSample(makeFolder(), content));
		const {format, shares} = JSON.parse(readFileSync(listOf(folder), 'utf8'));
		const others = Array.from({length: 1023}, (_, index) => ({...shares[0], id: `${index}`.padStart(64, '0')}));
		writeFileSync(listOf(folder), JSON.stringify({format, shares: [...shares, ...others]}));
		await store.share(writeSample(makeFolder(), contentOf(1)));
		expect(readFileSync(listOf(folder), 'utf8')).not.toContain(id);
		expect(readdirSync(join(folder, 'shares'))).not.toContain(`${id}.leaves`);
		expect(isSame(await store.find(id)?.leaves(), leavesOf(content))).toBe(true);
		expect(isSame(await store.find(id)?.read(0), partsOf(content)[0])).toBe(true);
	});

	test('the list of shared files keeps the shares of two launches in one room', async () => {
		const folder = makeFolder();
		const stores = [makeStore({folder}), makeStore({folder})];
		const files = await Promise.all(
			stores.map(({store}, number) => store.share(writeSample(makeFolder(), contentOf(5, String(number))))),
		);
		const {store} = makeStore({folder});
		for (const {id} of files) expect(store.find(id)).toBeDefined();
	});
});
