import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {openFileLog} from '../../source/storage/file-log.js';
import {testLog} from './log-acceptance.js';
import {
	batchRecord,
	makeFolder,
	observationRecord,
	peerOf,
	plain,
	readAll,
	SAMPLE_HEADER,
	textsOf,
} from './log-samples.js';

const carol = peerOf(1);
const shared = mkdtempSync(join(tmpdir(), 'p2pchat-log-'));
let logs = 0;

afterAll(() => rmSync(shared, {recursive: true, force: true}));

testLog('file log', async () => {
	const opened = openFileLog(join(shared, `${logs++}.p2plog`), {create: SAMPLE_HEADER});
	expect(await readAll(opened)).toEqual([]);
	return opened.log;
});

test('gives all records back when it is opened again, and goes on', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	const first = openFileLog(path, {create: SAMPLE_HEADER});
	await readAll(first);
	const records = [
		batchRecord(carol, 1, ['a', 'b']),
		observationRecord(carol, 'hm'),
		batchRecord(carol, 3, ['c'], false),
	];
	first.log.append(records);
	await first.log.close();
	const second = openFileLog(path);
	expect(plain(second.log.header)).toEqual(plain(SAMPLE_HEADER));
	expect(plain(await readAll(second))).toEqual(plain(records));
	expect(second.damage).toEqual([]);
	second.log.append([batchRecord(carol, 4, ['d'])]);
	expect(second.log.heldSeq(carol)).toBe(4);
	await second.log.close();
	const third = openFileLog(path, {chunkBytes: 7});
	expect(textsOf(await readAll(third))).toEqual(['a', 'b', 'c', 'd']);
	await third.log.close();
});

test('makes files and folders that only their owner can read', async () => {
	const path = join(makeFolder(), 'new', 'a.p2plog');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
	await log.close();
});

test('refuses an append before its records were read', async () => {
	const {log} = openFileLog(join(makeFolder(), 'a.p2plog'), {create: SAMPLE_HEADER});
	expect(() => log.append([batchRecord(carol, 1, ['a'])])).toThrow(/not read to its end/);
	await log.close();
});
