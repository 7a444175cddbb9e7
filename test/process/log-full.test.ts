import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {expect, onTestFinished, test} from 'vitest';
import {StorageError} from '../../source/storage/errors.js';
import {type FileLog, openFileLog} from '../../source/storage/file-log.js';
import type {Damage} from '../../source/storage/log.js';
import {openLogReader} from '../../source/storage/log-reader.js';
import {createResilientLog, type PersistenceStatus} from '../../source/storage/resilient-log.js';
import {batchRecord, makeFolder, peerOf, readAll, SAMPLE_HEADER, textsOf} from '../storage/log-samples.js';

const carol = peerOf(1);
const isRoot = process.getuid?.() === 0;

/** Creates a resilient log in `folder`. Its retries run only when the test calls `retry`. */
function openResilientLog(folder: string) {
	const states: PersistenceStatus[] = [];
	const due = new Set<() => void>();
	let files = 0;
	const open = (): FileLog => openFileLog(join(folder, `${++files}.p2plog`), {create: SAMPLE_HEADER}).log;
	const openOrError = () => {
		try {
			return open();
		} catch (error) {
			if (error instanceof StorageError) return error;
			throw error;
		}
	};
	const after = (_: number, run: () => void) => {
		due.add(run);
		return {cancel: () => due.delete(run)};
	};
	const onPersistenceChange = (state: PersistenceStatus) => states.push(state);
	const log = createResilientLog({
		log: openOrError(),
		header: SAMPLE_HEADER,
		createReplacement: open,
		timer: {after},
		onPersistenceChange,
	});
	const retry = () => {
		for (const run of [...due]) {
			due.delete(run);
			run();
		}
	};
	return {log, states, retry, due};
}

async function textsIn(path: string): Promise<string[]> {
	const opened = openFileLog(path);
	const texts = textsOf(await readAll(opened));
	expect(opened.damage).toEqual([]);
	await opened.log.close();
	return texts;
}

/** Damage that another reader finds in the open file. */
async function damageIn(path: string): Promise<readonly Damage[]> {
	const reader = openLogReader(path);
	for await (const _ of reader.read());
	reader.close();
	return reader.damage;
}

/** Mounts a small tmpfs. Needs root. */
function mountDisk(options: string): string {
	const disk = join(makeFolder(), 'disk');
	mkdirSync(disk);
	execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
	onTestFinished(() => {
		execFileSync('umount', [disk]);
	});
	return disk;
}

test.runIf(process.platform === 'linux')(
	'a log still accepts records when the file reaches its size limit, and saves everything in order when the limit is raised',
	async () => {
		const path = join(makeFolder(), 'a.p2plog');
		const script = join(import.meta.dirname, 'log-child.mjs');
		const args = ['--fsize=155000:unlimited', process.execPath, script, 'chat', path];
		const child = spawn('prlimit', args, {stdio: ['ignore', 'pipe', 'inherit']});
		onTestFinished(() => {
			child.kill('SIGKILL');
		});
		const exit = once(child, 'exit');
		const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
		expect(JSON.parse((await lines.next()).value)).toMatchObject({
			isSaving: false,
			reason: expect.any(String),
		});
		execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
		expect(JSON.parse((await lines.next()).value)).toMatchObject({isSaving: true, dropped: 0});
		expect(await exit).toEqual([0, null]);
		const texts = await textsIn(path);
		expect(texts.map(text => Number.parseInt(text, 10))).toEqual(Array.from({length: 40}, (_, index) => index + 1));
	},
);

test.runIf(isRoot && process.platform === 'linux')(
	'a log still accepts records when the disk is full, and saves everything when space is available again',
	async () => {
		const disk = mountDisk('size=512k');
		writeFileSync(join(disk, 'filler'), Buffer.alloc(300_000));
		const {log, states, retry} = openResilientLog(disk);
		const texts = Array.from({length: 40}, (_, index) => `${index} ${'x'.repeat(9000)}`);
		for (const [index, text] of texts.entries()) log.append([batchRecord(carol, index + 1, [text])]);
		expect(states).toMatchObject([{isSaving: false, reason: expect.stringContaining('disk is full')}]);
		expect(log.heldSeq(carol)).toBe(40);
		const saved = log.savedSeq(carol);
		expect(saved).toBeGreaterThan(5);
		expect(saved).toBeLessThan(40);
		expect(await damageIn(join(disk, '1.p2plog'))).toEqual([]);
		retry();
		expect(log.savedSeq(carol)).toBeLessThan(40);
		rmSync(join(disk, 'filler'));
		retry();
		expect(log.savedSeq(carol)).toBe(40);
		expect(states.at(-1)).toMatchObject({isSaving: true, dropped: 0});
		await log.close();
		expect(await textsIn(join(disk, '1.p2plog'))).toEqual(texts);
	},
);

test('a log still accepts records when the folder is read-only, and creates the file when the folder becomes writable', async () => {
	const folder = isRoot ? mountDisk('size=512k,ro') : makeFolder();
	if (!isRoot) chmodSync(folder, 0o500);
	const {log, states, retry, due} = openResilientLog(folder);
	log.append([batchRecord(carol, 1, ['one'])]);
	expect(states).toMatchObject([{isSaving: false, reason: expect.stringMatching(/read-only|denied/)}]);
	retry();
	await expect.poll(() => due.size).toBe(1);
	log.append([batchRecord(carol, 2, ['two'])]);
	expect(readdirSync(folder)).toEqual([]);
	if (isRoot) execFileSync('mount', ['-o', 'remount,rw', folder]);
	else chmodSync(folder, 0o700);
	retry();
	await expect.poll(() => log.savedSeq(carol)).toBe(2);
	expect(states.at(-1)).toMatchObject({isSaving: true, dropped: 0});
	const path = log.path ?? '';
	await log.close();
	expect(await textsIn(path)).toEqual(['one', 'two']);
});
