import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {appendFileSync, createReadStream, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, type RunningNode, startNode} from '../helpers/run-node.js';

const MiB = 2 ** 20;
/** Size of the large file in MiB. A run by hand sets it to 1024, or to 10240 for a file above 4 GiB. */
const LARGE_MIB = Number(process.env.P2PCHAT_TEST_FILE_MIB ?? 48);
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

const send = (node: RunningNode, line: Line) => node.write(`${JSON.stringify(line)}\n`);

async function digestOf(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path, {highWaterMark: MiB}), hash);
	return hash.digest('hex');
}

/** Creates a file with holes: some bytes at every tenth of its length. */
async function makeSparseFile(path: string, size: number): Promise<void> {
	writeFileSync(path, '');
	truncateSync(path, size);
	const file = await open(path, 'r+');
	for (let part = 0; part < 10; part++) await file.write(`part ${part}`, Math.floor((part * size) / 10));
	await file.write('the end', size - 7);
	await file.close();
}

/** Mounts a file system in memory, and unmounts it at the end of the test. */
function mountDisk(size: string): string {
	const disk = join(makeHome(), 'disk');
	mkdirSync(disk);
	execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
	onTestFinished(() => void execFileSync('umount', ['-l', disk]));
	return disk;
}

/** Ann, and Bob who saves files in this folder. `prefix`: command that starts Bob's program. */
async function pair(downloads: string, prefix: readonly string[] = []) {
	const port = await findFreeUdpPort();
	const ann = await startNode({home: makeHome(), port, name: 'Ann'});
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--download-dir', downloads], prefix});
	await bob.waitFor('synced', ({type}) => type === 'synced');
	/** Reads the lines about the transfer of this file that are printed from now on. */
	const reports = ({file}: Line) => {
		const from = bob.lines.length;
		const isLater = (line: Line) => line.type === 'file' && line.id === file && bob.lines.indexOf(line) >= from;
		return {
			wait: (what: string, test: (line: Line) => boolean, ms?: number) =>
				bob.waitFor(what, line => isLater(line) && test(line), ms),
		};
	};
	return {
		ann,
		bob,
		/** Ann shares the file; returns Bob's event about it. */
		async share(path: string): Promise<Line> {
			send(ann, {type: 'share', path});
			const isIt = (line: Line) => line.kind === 'shared' && line.fileName === basename(path);
			return bob.waitFor('shared', isIt, 30_000 + 100 * LARGE_MIB);
		},
		fetch(event: Line) {
			const later = reports(event);
			send(bob, {type: 'fetch', target: event.id});
			return later;
		},
		reports,
		/** Checks that the chat continues: Bob receives what Ann says. */
		async say(text: string) {
			ann.post(text);
			await bob.waitFor(text, line => line.text === text);
		},
	};
}

describe('large files between real nodes', () => {
	it(
		'a sparse file arrives byte for byte, and messages arrive meanwhile',
		async () => {
			const [source, downloads] = [join(makeHome(), 'disk.img'), makeHome()];
			await makeSparseFile(source, LARGE_MIB * MiB);
			const {share, fetch, say} = await pair(downloads);
			const fetched = fetch(await share(source));
			await fetched.wait('fetching', ({state}) => state === 'fetching');
			await say('a word in between');
			const {path} = await fetched.wait('done', ({state}) => state === 'done', 30_000 + 100 * LARGE_MIB);
			expect(await digestOf(path)).toBe(await digestOf(source));
		},
		90_000 + 200 * LARGE_MIB,
	);
});

describe('a folder for downloads that is deleted during a fetch', () => {
	it('a fetch into a folder that is deleted meanwhile fails with a clear reason, and a later fetch succeeds', async () => {
		const [source, downloads] = [join(makeHome(), 'photos.img'), join(makeHome(), 'downloads')];
		mkdirSync(downloads);
		await makeSparseFile(source, 128 * MiB);
		const {ann, share, fetch, say} = await pair(downloads);
		const event = await share(source);
		const fetched = fetch(event);
		await fetched.wait('some parts', ({state, bytes}) => state === 'fetching' && bytes > 0);
		// Ann is stopped while the folder is deleted. Otherwise the whole file could arrive before.
		ann.child.kill('SIGSTOP');
		rmSync(downloads, {recursive: true});
		ann.child.kill('SIGCONT');
		const failed = await fetched.wait('a missing folder', ({state}) => state === 'failed', 40_000);
		expect(failed.reason).toMatch(/photos\.img.*: the part file was moved or deleted\. Fetch the file again\.$/);
		await say('the folder is gone');
		const missing = await fetch(event).wait('no folder', ({state}) => state === 'failed');
		expect(missing.reason).toMatch(/downloads: cannot save the file: no such file.*\. Create the folder/);
		mkdirSync(downloads);
		const {path} = await fetch(event).wait('done', ({state}) => state === 'done', 60_000);
		expect(await digestOf(path)).toBe(await digestOf(source));
		expect(readdirSync(downloads)).toEqual(['photos.img']);
	});
});

describe.skipIf(process.platform !== 'linux')('a limit on the size of files', () => {
	// The limit is set with ulimit. A FAT file system refuses the bytes above 4 GiB of a file with the same error.
	it('a fetch of a file above the limit on file sizes (ulimit) pauses with a clear reason, and continues when the limit is raised', async () => {
		const [source, downloads] = [join(makeHome(), 'photos.img'), makeHome()];
		await makeSparseFile(source, 48 * MiB);
		const {bob, share, fetch, say} = await pair(downloads, ['bash', '-c', 'ulimit -S -f 16384; exec "$@"', '--']);
		const fetched = fetch(await share(source));
		const waiting = await fetched.wait('the limit', ({state, reason}) => state === 'waiting' && /ulimit/.test(reason));
		expect(waiting.reason).toMatch(
			/photos\.img.*: cannot save the file: .*\. Choose another folder with --download-dir, or raise the limit on file sizes \(ulimit -f\)\.$/,
		);
		await say('the file is too large');
		execFileSync('prlimit', ['--pid', String(bob.pid), '--fsize=unlimited']);
		const {path} = await fetched.wait('done', ({state}) => state === 'done', 60_000);
		expect(await digestOf(path)).toBe(await digestOf(source));
		expect(readdirSync(downloads)).toEqual(['photos.img']);
	});
});

describe.skipIf(!canMount)('a disk that cannot take a file', () => {
	it('a fetch pauses with a clear reason when the disk becomes full, and continues when there is space again', async () => {
		const [source, disk] = [join(makeHome(), 'photos.img'), mountDisk('160m')];
		await makeSparseFile(source, 128 * MiB);
		const {ann, share, fetch, reports, say} = await pair(disk);
		const event = await share(source);
		const fetched = fetch(event);
		await fetched.wait('some parts', ({state, bytes}) => state === 'fetching' && bytes > 0);
		// Ann is stopped while the disk is filled. Otherwise the whole file could arrive before the disk is full.
		ann.child.kill('SIGSTOP');
		const filler = join(disk, 'filler');
		const fill = () => {
			for (let count = 0; count < 30; count++) appendFileSync(filler, Buffer.alloc(8 * MiB));
		};
		expect(fill).toThrow(/ENOSPC/);
		ann.child.kill('SIGCONT');
		// While Ann was stopped, Bob may have lost the connection to her. His fetch then waits until she is connected again.
		const isFull = ({state, reason}: Line) => state === 'waiting' && /disk is full/.test(reason);
		const waiting = await fetched.wait('a full disk', isFull, 40_000);
		expect(waiting.reason).toMatch(
			/photos\.img.*: cannot save the file: the disk is full\. Free some space\. The fetch then continues\.$/,
		);
		await say('the disk is full');
		const later = reports(event);
		rmSync(filler);
		const {path} = await later.wait('done', ({state}) => state === 'done', 60_000);
		expect(await digestOf(path)).toBe(await digestOf(source));
		expect(readdirSync(disk)).toEqual(['photos.img']);
	});

	it('a fetch to a disk that is too small, read-only or missing ends with a clear reason, and a later fetch succeeds', async () => {
		const [folder, disk] = [makeHome(), mountDisk('4m')];
		const remount = (options: string) => execFileSync('mount', ['-o', `remount,${options}`, disk]);
		const [small, large] = [join(folder, 'small.img'), join(folder, 'large.img')];
		await Promise.all([makeSparseFile(small, 3 * MiB), makeSparseFile(large, 6 * MiB)]);
		const {share, fetch, say} = await pair(disk);
		const [smallEvent, largeEvent] = [await share(small), await share(large)];
		const failure = async (event: Line) => (await fetch(event).wait('failed', ({state}) => state === 'failed')).reason;
		expect(await failure(largeEvent)).toBe(
			`${disk}: the disk has too little space: 6.3 MB are needed, 2.1 MB more than are free. Free some space, or choose another folder with --download-dir.`,
		);
		remount('ro');
		expect(await failure(smallEvent)).toMatch(
			/disk: cannot save the file: .*read-only.*\. Choose another folder with --download-dir/,
		);
		await say('the disk is read-only');
		remount('rw');
		const {path} = await fetch(smallEvent).wait('done', ({state}) => state === 'done');
		expect(await digestOf(path)).toBe(await digestOf(small));
		execFileSync('umount', [disk]);
		rmSync(disk, {recursive: true});
		expect(await failure(largeEvent)).toMatch(/disk: cannot save the file: no such file.*\. Create the folder/);
		mkdirSync(disk);
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
		const again = await fetch(largeEvent).wait('done', ({state}) => state === 'done');
		expect(await digestOf(again.path)).toBe(await digestOf(large));
	});
});
