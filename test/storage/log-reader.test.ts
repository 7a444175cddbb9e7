import {appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openFileLog} from '../../source/storage/file-log.js';
import {type LogReader, openLogReader} from '../../source/storage/log-reader.js';
import {batchRecord, makeFolder, peerOf, SAMPLE_HEADER, textsOf} from './log-samples.js';

const carol = peerOf(1);

async function readMore(reader: LogReader): Promise<string[]> {
	const texts: string[] = [];
	for await (const records of reader.read()) texts.push(...textsOf(records));
	return texts;
}

test('a reader of a log takes no lock, can read while another process writes, and continues where it stopped', async () => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	log.append([batchRecord(carol, 1, ['one'])]);
	const reader = openLogReader(path, {chunkBytes: 50});
	expect(await readMore(reader)).toEqual(['one']);
	expect(await readMore(reader)).toEqual([]);
	log.append([batchRecord(carol, 2, ['two']), batchRecord(carol, 3, ['three'])]);
	expect(await readMore(reader)).toEqual(['two', 'three']);
	expect(reader.position).toBe(log.size);
	expect(reader.damage).toEqual([]);
	reader.close();
	reader.close();
	await log.close();
	expect(readdirSync(folder)).toEqual(['a.p2plog']);
});

test('a reader of a log does not change the file, and reads a partly written record when the record is complete', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	log.append([batchRecord(carol, 1, ['one'])]);
	const before = log.size;
	log.append([batchRecord(carol, 2, ['two'])]);
	await log.close();
	const content = readFileSync(path);
	writeFileSync(path, content.subarray(0, before));
	const reader = openLogReader(path);
	expect(await readMore(reader)).toEqual(['one']);
	for (let at = before; at < content.length - 1; at++) {
		appendFileSync(path, content.subarray(at, at + 1));
		expect(await readMore(reader)).toEqual([]);
		expect(reader.damage).toEqual([{offset: before, length: at + 1 - before, kind: 'torn'}]);
	}
	appendFileSync(path, content.subarray(-1));
	expect(await readMore(reader)).toEqual(['two']);
	expect(reader.damage).toEqual([]);
	expect(readFileSync(path)).toEqual(content);
	reader.close();
});

test('a reader of a log fails if the file has become shorter or does not exist', async () => {
	const path = join(makeFolder(), 'a.p2plog');
	const {log} = openFileLog(path, {create: SAMPLE_HEADER});
	log.append([batchRecord(carol, 1, ['one'])]);
	await log.close();
	const reader = openLogReader(path);
	await readMore(reader);
	truncateSync(path, 200);
	await expect(readMore(reader)).rejects.toMatchObject({name: 'StorageError', code: 'changed', path});
	reader.close();
	rmSync(path);
	expect(() => openLogReader(path)).toThrow(expect.objectContaining({code: 'missing'}));
});
