import {type ChildProcess, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {afterAll, expect, test} from 'vitest';
import type {PeerId} from '../../source/core/event.js';
import {identifyCurrentProcess} from '../../source/storage/file-lock.js';
import {openFileLog} from '../../source/storage/file-log.js';
import {readAll, textsOf} from '../storage/log-samples.js';

const CHILD = join(import.meta.dirname, 'log-child.mjs');
const peer = createHash('sha256').update('child').digest('hex') as PeerId;
const folder = mkdtempSync(join(tmpdir(), 'p2pchat-kill-'));
const children = new Set<ChildProcess>();

afterAll(() => {
	for (const child of children) child.kill('SIGKILL');
	rmSync(folder, {recursive: true, force: true});
});

function start(mode: string, path: string) {
	const child = spawn(process.execPath, [CHILD, mode, path], {stdio: ['pipe', 'pipe', 'inherit']});
	children.add(child);
	child.once('exit', () => children.delete(child));
	const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
	const next = async (): Promise<string | undefined> => (await lines.next()).value;
	return {child, next};
}

/** Kills a writer after it printed `after` lines. Resolves to the last seq that it reported as appended. */
async function killWriter(path: string, after: number): Promise<number> {
	const {child, next} = start('write', path);
	const exit = once(child, 'exit');
	let appendedSeq = 0;
	for (let lines = 0; lines < after; lines++) appendedSeq = Number((await next())?.replace('open ', '') ?? appendedSeq);
	child.kill('SIGKILL');
	for (let line = await next(); line !== undefined; line = await next())
		appendedSeq = Number(line.replace('open ', ''));
	expect(await exit).toEqual([null, 'SIGKILL']);
	return appendedSeq;
}

/** Checks that the log opens and contains all reported records in order. Only its last record may be incomplete. */
async function checkLog(path: string, appendedSeq: number): Promise<void> {
	const opened = openFileLog(path, {create: {version: '1', roomTag: new Uint8Array(8), roomName: 'lan', created: 0}});
	const texts = textsOf(await readAll(opened));
	expect(opened.log.heldSeq(peer)).toBeGreaterThanOrEqual(appendedSeq);
	expect(texts.map(text => Number.parseInt(text, 10))).toEqual(texts.map((_, index) => index + 1));
	expect(opened.damage.filter(({kind}) => kind === 'damaged')).toEqual([]);
	await opened.log.close();
}

test('a log keeps every appended record when its writer is killed at a random moment, 100 times', async () => {
	const lane = async (name: string, kills: number) => {
		for (let kill = 0; kill < kills; kill++) {
			const path = join(folder, `${name}-${Math.floor(kill / 10)}.p2plog`);
			const after = kill % 10 === 0 ? 0 : 1 + Math.floor(Math.random() * 12);
			await checkLog(path, await killWriter(path, after));
		}
	};
	await Promise.all([lane('a', 34), lane('b', 33), lane('c', 33)]);
	expect(readdirSync(folder).filter(name => name.endsWith('.lock'))).toEqual([]);
});

test('only one process can write a log, and another process can after the first one has exited', async () => {
	const path = join(folder, 'one.p2plog');
	const {child, next} = start('race', '');
	await next();
	child.stdin.write(`${path}\n`);
	expect(await next()).toBe('won');
	expect(() => openFileLog(path)).toThrow(
		expect.objectContaining({message: expect.stringContaining(String(child.pid))}),
	);
	const exit = once(child, 'exit');
	child.kill('SIGKILL');
	await exit;
	const opened = openFileLog(path);
	await opened.log.close();
});

test('exactly one of several processes takes over a stale lock', async () => {
	const racers = Array.from({length: 4}, () => start('race', ''));
	for (const {next} of racers) expect(await next()).toBe('ready');
	for (let round = 0; round < 25; round++) {
		const path = join(folder, `race-${round}.p2plog`);
		writeFileSync(
			`${path}.lock`,
			JSON.stringify({...identifyCurrentProcess(), pid: 4_194_303, token: '00000000000000ff'}),
		);
		for (const {child} of racers) child.stdin.write(`${path}\n`);
		const answers = await Promise.all(racers.map(({next}) => next()));
		expect(answers.toSorted()).toEqual(['locked', 'locked', 'locked', 'won']);
		for (const {child} of racers) child.stdin.write('close\n');
		await Promise.all(racers.map(({next}) => next()));
		expect(readdirSync(folder).filter(name => name.startsWith(`race-${round}.`))).toEqual([`race-${round}.p2plog`]);
	}
	for (const {child} of racers) {
		const exit = once(child, 'exit');
		child.stdin.end();
		expect(await exit).toEqual([0, null]);
	}
});
