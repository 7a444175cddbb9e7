import {
	appendFileSync,
	closeSync,
	copyFileSync,
	existsSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {type OpenedFileLog, openFileLog} from '../../source/storage/file-log.js';
import {writeReadingPosition} from '../../source/storage/reading-position-file.js';
import {testLog} from './log-acceptance.js';
import {
	batchRecord,
	entryTexts,
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

testLog('file log', async () => openFileLog(join(shared, `${logs++}.p2plog`), {create: SAMPLE_HEADER}).log);

/** Writes a log with one batch for each text and closes it. Returns its path and the file size after each append. */
async function writeLog(texts: readonly string[], path = join(makeFolder(), 'a.p2plog')) {
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	const sizes = [log.size];
	for (const [index, text] of texts.entries()) {
		log.append([batchRecord(carol, index + 1, [text])]);
		sizes.push(log.size);
	}
	await log.close();
	return {path, sizes};
}

async function reopen(path: string): Promise<OpenedFileLog & {texts: readonly string[]}> {
	const opened = openFileLog(path);
	return {...opened, texts: textsOf(await readAll(opened))};
}

test('a reopened log returns the offset of each record after the reading position', async () => {
	const {path, sizes} = await writeLog(['one', 'two', 'three']);
	const unreadOf = async () => {
		const opened = openFileLog(path);
		const records = await readAll(opened);
		const offsets = records.map(record => opened.reading?.unreadOffsetOf(record));
		const {end} = opened.log;
		await opened.log.close();
		return {offsets, end};
	};
	const {offsets, end} = await unreadOf();
	expect(offsets).toEqual([undefined, undefined, undefined]);
	expect(end).toMatchObject({path: realpathSync(path), offset: sizes[3]});
	await writeReadingPosition({...end, offset: sizes[1] ?? 0});
	expect((await unreadOf()).offsets).toEqual([undefined, sizes[1], sizes[2]]);
	await writeReadingPosition({...end, offset: 0});
	expect((await unreadOf()).offsets).toEqual([sizes[0], sizes[1], sizes[2]]);
	await writeReadingPosition({...end, marker: '00'});
	expect((await unreadOf()).offsets).toEqual([undefined, undefined, undefined]);
});

test('a reopened log returns all records and can be appended to', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	const first = openFileLog(path, {create: SAMPLE_HEADER});
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
	expect(third.log.batchesFrom(carol, 1, 1000).flatMap(entryTexts)).toEqual(['a', 'b', 'c', 'd']);
	await third.log.close();
});

test('a new log and its folder can be read only by their owner', async () => {
	const path = join(makeFolder(), 'new', 'a.p2plog');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
	await log.close();
});

test('a log that was opened again rejects appends until all its records have been read', async () => {
	const {path} = await writeLog(['a']);
	const {log} = openFileLog(path);
	expect(() => log.append([batchRecord(carol, 2, ['b'])])).toThrow(/not read to its end/);
	await log.close();
});

test('an empty file is opened as a new log if a header for it is given', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeFileSync(path, '');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	log.append([batchRecord(carol, 1, ['a'])]);
	await log.close();
	const {texts, log: again} = await reopen(path);
	expect(texts).toEqual(['a']);
	await again.close();
});

test.each([
	['that does not exist', 'missing', (path: string) => rmSync(path)],
	['that is not a log', 'not-a-log', (path: string) => writeFileSync(path, 'Dear diary, '.repeat(100))],
	['that is empty', 'not-a-log', (path: string) => truncateSync(path)],
	['whose headers are both damaged', 'not-a-log', (path: string) => writeAt(path, 0, Buffer.alloc(300, 0xff))],
])('a file %s is rejected without a change, and its lock is released', async (_, code, spoil) => {
	const {path} = await writeLog(['a']);
	spoil(path);
	const before = existsSync(path) && readFileSync(path);
	expect(() => openFileLog(path)).toThrow(expect.objectContaining({name: 'StorageError', code, path}));
	expect(existsSync(path) && readFileSync(path)).toEqual(before);
	expect(readdirSync(join(path, '..')).filter(name => name.endsWith('.lock'))).toEqual([]);
});

test('a log of a newer format is rejected, and the error names the version that wrote it', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	copyFileSync(join(import.meta.dirname, '../../fixtures/log/newer-format.p2plog'), path);
	const advice = expect.stringContaining('9.0.0');
	expect(() => openFileLog(path)).toThrow(expect.objectContaining({code: 'newer', advice}));
});

test('a log that ends at any byte of its last record can be opened, and the bytes of the incomplete record are kept in a file beside the log', async () => {
	const {path, sizes} = await writeLog(['one', 'two', 'three']);
	const content = readFileSync(path);
	const [, , start = 0, end = 0] = sizes;
	for (let length = start + 1; length < end; length++) {
		const copy = join(path, '..', `torn-${length}.p2plog`);
		writeFileSync(copy, content.subarray(0, length));
		const {log, texts, damage} = await reopen(copy);
		expect(texts).toEqual(['one', 'two']);
		expect(damage).toEqual([{offset: start, length: length - start, kind: 'torn'}]);
		expect(statSync(copy).size).toBe(start);
		expect(readFileSync(`${copy}.torn`)).toEqual(content.subarray(start, length));
		log.append([batchRecord(carol, 3, ['three again'])]);
		await log.close();
		const again = await reopen(copy);
		expect(again.texts).toEqual(['one', 'two', 'three again']);
		expect(again.damage).toEqual([]);
		await again.log.close();
	}
});

test('an incomplete second header of a log is completed when the log is opened', async () => {
	const {path, sizes} = await writeLog([]);
	const [both = 0] = sizes;
	truncateSync(path, both - 5);
	const first = await reopen(path);
	await first.log.close();
	expect(statSync(path).size).toBe(both);
	writeAt(path, 10, Buffer.of(0xff));
	const second = await reopen(path);
	expect(second.log.header.roomName).toBe('lan');
	await second.log.close();
});

test('each incomplete end that is cut off a log is kept in a file of its own', async () => {
	const {path} = await writeLog(['a']);
	for (const tail of ['first tail', 'second tail']) {
		appendFileSync(path, tail);
		await (await reopen(path)).log.close();
	}
	expect(readFileSync(`${path}.torn`, 'latin1')).toBe('first tail');
	expect(readFileSync(`${path}.torn.2`, 'latin1')).toBe('second tail');
});

test('damage in the middle of a log is reported and never overwritten, and later records can fill the gap', async () => {
	const {path, sizes} = await writeLog(['one', 'two', 'three']);
	const [, start = 0, end = 0] = sizes;
	writeAt(path, start + 30, Buffer.from('damaged'));
	const before = readFileSync(path);
	const {log, texts, damage} = await reopen(path);
	expect(texts).toEqual(['one', 'three']);
	expect(damage).toEqual([{offset: start, length: end - start, kind: 'damaged'}]);
	expect(log.heldSeq(carol)).toBe(1);
	log.append([batchRecord(carol, 2, ['two'])]);
	expect(log.heldSeq(carol)).toBe(3);
	expect(log.batchesFrom(carol, 1, 1000).flatMap(entryTexts)).toEqual(['one', 'two', 'three']);
	await log.close();
	expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
	const again = await reopen(path);
	expect(again.texts).toEqual(['one', 'three', 'two']);
	expect(again.log.heldSeq(carol)).toBe(3);
	await again.log.close();
});

test('the result of batchesFrom ends before a record that was damaged after it was indexed', async () => {
	const {path, sizes} = await writeLog(['one', 'two', 'three']);
	const {log} = await reopen(path);
	writeAt(path, (sizes[1] ?? 0) + 30, Buffer.from('damaged'));
	expect(log.batchesFrom(carol, 1, 1000).flatMap(entryTexts)).toEqual(['one']);
	expect(log.batchesFrom(carol, 2, 1000)).toEqual([]);
	await log.close();
});

test.each([
	['deleted', (path: string) => rmSync(path)],
	['replaced', (path: string) => replaceByCopy(path)],
	['truncated', (path: string) => truncateSync(path, statSync(path).size - 3)],
	['appended to', (path: string) => appendFileSync(path, 'x')],
])('an append fails and writes nothing after another program %s the file', async (change, spoil) => {
	const {path} = await writeLog(['one', 'two']);
	const {log} = await reopen(path);
	spoil(path);
	const before = existsSync(path) && readFileSync(path);
	const error = expect.objectContaining({code: 'changed', message: expect.stringContaining(change)});
	expect(() => log.append([batchRecord(carol, 3, ['three'])])).toThrow(error);
	expect(existsSync(path) && readFileSync(path)).toEqual(before);
	const salvaged: string[] = [];
	for await (const records of log.salvage()) salvaged.push(...textsOf(records));
	expect(salvaged).toEqual(change === 'truncated' ? ['one'] : ['one', 'two']);
	await log.close();
});

test('a log has only one writer, even if it is opened through a symbolic link', async () => {
	const {path} = await writeLog(['one']);
	const link = join(path, '..', 'link.p2plog');
	symlinkSync(path, link);
	const {log} = await reopen(path);
	expect(() => openFileLog(path)).toThrow(expect.objectContaining({code: 'locked'}));
	expect(() => openFileLog(link)).toThrow(expect.objectContaining({code: 'locked'}));
	await log.close();
	await (await reopen(link)).log.close();
});

test('a log is flushed one second after the first unflushed write, and closing the log cancels the timer', async () => {
	const waiting: {ms: number; run: () => void; cancelled: boolean}[] = [];
	const after = (ms: number, run: () => void) => {
		const entry = {ms, run, cancelled: false};
		waiting.push(entry);
		return {cancel: () => (entry.cancelled = true)};
	};
	const {log} = openFileLog(join(makeFolder(), 'a.p2plog'), {create: SAMPLE_HEADER, timer: {after}});
	log.append([batchRecord(carol, 1, ['a'])]);
	log.append([batchRecord(carol, 2, ['b'])]);
	expect(waiting.map(({ms}) => ms)).toEqual([1000]);
	waiting[0]?.run();
	await log.flush();
	log.append([batchRecord(carol, 3, ['c'])]);
	expect(waiting).toHaveLength(2);
	await log.close();
	expect(waiting[1]?.cancelled).toBe(true);
});

test('the index of a log takes about 16 bytes of memory for each record', async () => {
	const {log} = openFileLog(join(makeFolder(), 'a.p2plog'), {create: SAMPLE_HEADER});
	const records = Array.from({length: 10_000}, (_, index) => batchRecord(carol, index + 1, ['x']));
	log.append(records);
	expect(log.heldSeq(carol)).toBe(10_000);
	expect(log.indexBytes / 10_000).toBeLessThanOrEqual(24);
	await log.close();
});

function replaceByCopy(path: string): void {
	copyFileSync(path, `${path}.copy`);
	renameSync(`${path}.copy`, path);
}

function writeAt(path: string, offset: number, bytes: Uint8Array): void {
	const fd = openSync(path, 'r+');
	writeSync(fd, bytes, 0, bytes.length, offset);
	closeSync(fd);
}
