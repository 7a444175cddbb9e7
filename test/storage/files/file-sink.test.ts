import {execFileSync} from 'node:child_process';
import {
	existsSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statfsSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {FileStore} from '../../../source/core/file-content.js';
import {hasPart} from '../../../source/core/part-set.js';
import {StorageError} from '../../../source/storage/errors.js';
import {refuseSize} from '../../../source/storage/files/disk-space.js';
import {describeStorageError, toDownloadError} from '../../../source/storage/files/file-error.js';
import {giveFinalName, replaceReservation} from '../../../source/storage/files/final-name.js';
import {openPartFile} from '../../../source/storage/files/part-file.js';
import {makeFolder} from '../log-samples.js';
import {contentOf, isSame, leavesOf, makeStore, namedFile, PART, partsOf, receive, writeParts} from './file-samples.js';

const onPosix = test.skipIf(process.platform === 'win32');
const content = contentOf(3 * PART + 5);
const open = (store: FileStore, name?: string, bytes = content) =>
	store.receive(namedFile(bytes, name), leavesOf(bytes));
const isEqual = (path: string, bytes: Uint8Array) => Buffer.compare(readFileSync(path), bytes) === 0;
const partFiles = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.part'));

describe('a complete fetch', () => {
	test.each([0, 1, PART - 1, PART, PART + 1, 3 * PART + 5])(
		'a fetched file of %i bytes is unchanged, even if its parts are written in reverse order',
		async size => {
			const {store, downloads, marked} = makeStore();
			const bytes = contentOf(size);
			const sink = await open(store, 'a.bin', bytes);
			await writeParts(sink, bytes, [...partsOf(bytes).keys()].reverse());
			const path = await sink.finish();
			expect(path).toBe(join(downloads, 'a.bin'));
			expect(isEqual(path, bytes)).toBe(true);
			expect(readdirSync(downloads)).toEqual(['a.bin']);
			expect(marked).toHaveLength(1);
		},
	);

	onPosix('a fetched file is not executable', async () => {
		expect(statSync(await receive(makeStore().store, content, 'run.sh')).mode & 0o111).toBe(0);
	});

	test('a fetched file can be served to other peers as soon as its fetch is complete', async () => {
		const {store} = makeStore();
		const {id} = namedFile(content);
		expect(store.find(id)).toBeUndefined();
		await receive(store, content);
		expect(isSame(await store.find(id)?.leaves(), leavesOf(content))).toBe(true);
		expect(isSame(await store.find(id)?.read(3), partsOf(content)[3])).toBe(true);
	});

	test('the name of a fetched file is made safe', async () => {
		const {store, downloads} = makeStore();
		expect(await receive(store, content, '../../.ssh/authorized_keys')).toBe(join(downloads, 'authorized_keys'));
		expect(await receive(store, contentOf(1), 'x.url')).toBe(join(downloads, 'x.url.download'));
		expect(await receive(store, contentOf(2), '👩‍🚀'.repeat(40))).toBe(join(downloads, '👩‍🚀'.repeat(23)));
	});
});

describe('names that are taken', () => {
	test('a fetched file never replaces an existing file', async () => {
		const {store, downloads} = makeStore();
		writeFileSync(join(downloads, 'photo.jpg'), 'mine');
		mkdirSync(join(downloads, 'photo (2).jpg'));
		expect(await receive(store, content)).toBe(join(downloads, 'photo (3).jpg'));
		expect(readFileSync(join(downloads, 'photo.jpg'), 'utf8')).toBe('mine');
	});

	onPosix('a fetch never follows a symbolic link with the name of the file, not even a dangling one', async () => {
		const {store, downloads} = makeStore();
		const outside = join(makeFolder(), 'target');
		symlinkSync(outside, join(downloads, 'photo.jpg'));
		expect(await receive(store, content)).toBe(join(downloads, 'photo (2).jpg'));
		expect(existsSync(outside)).toBe(false);
	});

	test('50 simultaneous fetches of different files with the same name result in 50 files', async () => {
		const {store, downloads} = makeStore();
		const contents = Array.from({length: 50}, (_, number) => contentOf(1000, `file ${number}`));
		const paths = await Promise.all(contents.map(bytes => receive(store, bytes)));
		expect(new Set(paths).size).toBe(50);
		expect(readdirSync(downloads)).toHaveLength(50);
		for (const [number, path] of paths.entries()) expect(isEqual(path, contents[number]!)).toBe(true);
	});

	test('simultaneous fetches of the same content write to separate files', async () => {
		const {store, downloads} = makeStore();
		const sinks = await Promise.all(Array.from({length: 5}, () => open(store)));
		expect(partFiles(downloads)).toHaveLength(5);
		await Promise.all(sinks.map(sink => writeParts(sink, content)));
		const paths = await Promise.all(sinks.map(sink => sink.finish()));
		for (const path of paths) expect(isEqual(path, content)).toBe(true);
		expect(readdirSync(downloads)).toHaveLength(5);
	});

	test('on a file system without hard links, an empty file reserves the name of a fetched file', async () => {
		const folder = makeFolder();
		const [part, taken, free, gone] = ['a.part', 'taken', 'free', 'gone'].map(name => join(folder, name)) as [
			string,
			string,
			string,
			string,
		];
		writeFileSync(part, 'content');
		writeFileSync(taken, 'mine');
		expect(await replaceReservation(part, taken)).toBe(false);
		expect(readFileSync(taken, 'utf8')).toBe('mine');
		expect(await replaceReservation(part, free)).toBe(true);
		expect(readFileSync(free, 'utf8')).toBe('content');
		expect(readdirSync(folder).sort()).toEqual(['free', 'taken']);
		await expect(replaceReservation(part, gone)).rejects.toThrow(/ENOENT/);
		expect(existsSync(gone)).toBe(false);
	});

	test('a complete fetch does not get its final name if another file has replaced the .part file', async () => {
		const folder = makeFolder();
		const part = await openPartFile(folder, 'photo.jpg', namedFile(content).id);
		rmSync(part.path);
		writeFileSync(part.path, 'something else');
		await expect(giveFinalName(part, folder, 'photo.jpg')).rejects.toThrow(/replaced the part file/);
		await part.handle.close();
		part.lock.release();
	});
});

describe('an interrupted fetch', () => {
	test('an interrupted fetch continues with the parts that were written', async () => {
		const {store, downloads} = makeStore();
		const first = await open(store);
		await writeParts(first, content, [0, 1]);
		await first.close();
		expect(readdirSync(downloads)).toEqual(partFiles(downloads));
		const second = await open(store);
		expect([0, 1, 2, 3].map(part => hasPart(second.kept, part))).toEqual([true, true, false, false]);
		expect(isSame(await second.read(1), partsOf(content)[1])).toBe(true);
		await writeParts(second, content, [2, 3]);
		expect(isEqual(await second.finish(), content)).toBe(true);
	});

	test('an interrupted fetch leaves nothing behind if no part arrived, or if it is cancelled', async () => {
		const {store, downloads} = makeStore();
		await (await open(store)).close();
		expect(readdirSync(downloads)).toEqual([]);
		const sink = await open(store);
		await writeParts(sink, content, [0]);
		await sink.discard();
		await sink.close();
		expect(readdirSync(downloads)).toEqual([]);
	});

	test('a fetch that continues shortens its .part file if this file is longer than the complete file', async () => {
		const {store, downloads} = makeStore();
		const first = await open(store);
		await writeParts(first, content);
		await first.close();
		truncateSync(join(downloads, partFiles(downloads)[0]!), content.length + 100);
		expect(isEqual(await (await open(store)).finish(), content)).toBe(true);
	});

	onPosix('a continued fetch never writes to a link, FIFO or folder in the place of its part file', async () => {
		const {store, downloads} = makeStore();
		const victim = join(makeFolder(), 'victim');
		const first = await open(store);
		await writeParts(first, content, [0]);
		await first.close();
		const path = join(downloads, partFiles(downloads)[0]!);
		const plants = [
			() => symlinkSync(victim, path),
			() => linkSync(victim, path),
			() => execFileSync('mkfifo', [path]),
			() => mkdirSync(path),
		];
		for (const plant of plants) {
			writeFileSync(victim, 'mine');
			rmSync(path, {force: true, recursive: true});
			plant();
			await receive(store, content);
			expect(readFileSync(victim, 'utf8')).toBe('mine');
		}
	});
});

describe('a folder in which the file cannot be saved', () => {
	test('a fetch into a missing folder gives an error that names the folder and says what to do', async () => {
		const {store} = makeStore({downloads: '/nonexistent-folder'});
		const error: unknown = await open(store).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(StorageError);
		expect(error).toMatchObject({
			path: '/nonexistent-folder',
			message:
				'/nonexistent-folder: cannot save the file: no such file or folder. Create the folder, or choose another one with --download-dir.',
		});
	});

	test('a fetch into a folder without write permission gives an error that names the folder and says what to do', () => {
		const refusal = Object.assign(new Error('EACCES: permission denied, access'), {code: 'EACCES'});
		expect(describeStorageError(toDownloadError(refusal, '/downloads', '--download-dir'))).toBe(
			'/downloads: cannot save the file: permission denied. Choose another folder with --download-dir, or change the permissions.',
		);
	});

	test('a fetched file that does not fit on the disk is refused before anything is written', async () => {
		const facts = {type: 0, bsize: 4096, bavail: 1000};
		expect(refuseSize(facts, 4096 * 1000, 4096 * 1000)).toBeUndefined();
		expect(refuseSize(facts, 4096 * 1000 + 1, 4096 * 1000 + 1)).toMatch(/4.1 MB are needed, 1 B more than are free/);
		const {store, downloads} = makeStore();
		const {bavail, bsize} = statfsSync(downloads);
		const file = {...namedFile(content), size: bavail * bsize * 2};
		await expect(store.receive(file, new Uint8Array())).rejects.toThrow(/too little space/);
		expect(readdirSync(downloads)).toEqual([]);
	});

	test('a file of 4 GiB is refused on a FAT file system', () => {
		const facts = {type: 0x4d44, bsize: 2 ** 20, bavail: 2 ** 20};
		expect(refuseSize(facts, 2 ** 32 - 1, 2 ** 32 - 1)).toBeUndefined();
		expect(refuseSize(facts, 0, 2 ** 32)).toMatch(/FAT/);
		expect(refuseSize({...facts, type: 0xef53}, 2 ** 32, 2 ** 32)).toBeUndefined();
	});

	onPosix('a fetch whose folder disappears fails with an error, and can continue when the folder is back', async () => {
		const downloads = join(makeFolder(), 'downloads');
		mkdirSync(downloads);
		const {store} = makeStore({downloads});
		const sink = await open(store);
		await writeParts(sink, content, [0, 1, 2]);
		renameSync(downloads, `${downloads}-moved`);
		await expect(writeParts(sink, content, [3])).rejects.toMatchObject({code: 'changed'});
		await expect(sink.finish()).rejects.toThrow(/moved or deleted/);
		renameSync(`${downloads}-moved`, downloads);
		await writeParts(sink, content, [3]);
		expect(isEqual(await sink.finish(), content)).toBe(true);
	});

	test('a file that lacks its last part does not get its final name', async () => {
		const {store, downloads} = makeStore();
		const sink = await open(store);
		await writeParts(sink, content, [0, 1, 2]);
		await expect(sink.finish()).rejects.toThrow(/another length/);
		expect(existsSync(join(downloads, 'photo.jpg'))).toBe(false);
	});
});
