import {appendFileSync, existsSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {openFileLog} from '../../source/storage/file-log.js';
import {listLogs, summarizeLog} from '../../source/storage/log-directory.js';
import {findEarlierLog, openRoomLog} from '../../source/storage/room-log.js';
import {batchRecord, makeFolder, peerOf, readAll, SAMPLE_HEADER, textsOf} from './log-samples.js';

const carol = peerOf(1);

function makeRoom(hasSecret: boolean, roomTag = SAMPLE_HEADER.roomTag) {
	const folder = join(makeFolder(), 'logs');
	let created = SAMPLE_HEADER.created;
	const open = (more: {readonly path?: string; readonly roomTag?: Uint8Array} = {}) => {
		created += 60_000;
		const header = {...SAMPLE_HEADER, created, roomTag: more.roomTag ?? roomTag};
		return openRoomLog({folder, header, hasSecret, ...(more.path && {path: more.path})});
	};
	return {folder, open};
}

test('each launch creates a new log in a room without a secret', async () => {
	const {folder, open} = makeRoom(false);
	const first = open();
	await first.log.close();
	const second = open();
	await second.log.close();
	expect([first.reopened, second.reopened]).toEqual([false, false]);
	expect(listLogs(folder).map(({path}) => path)).toEqual([second.log.path, first.log.path]);
});

test('findEarlierLog returns the newest earlier log of the room that contains a message', async () => {
	const {folder, open} = makeRoom(false);
	const launches: (readonly string[])[] = [
		['joined', 'posted', 'left'],
		['joined', 'left'],
	];
	const paths: string[] = [];
	for (const texts of launches) {
		const opened = open();
		opened.log.append([batchRecord(carol, 1, texts)]);
		await opened.log.close();
		paths.push(opened.log.path);
	}
	const other = open({roomTag: Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9)});
	other.log.append([batchRecord(carol, 1, ['joined', 'posted', 'left'])]);
	await other.log.close();
	const current = open();
	expect(await findEarlierLog(folder, SAMPLE_HEADER, current.log.path)).toBe(paths[0]);
	expect(await findEarlierLog(folder, SAMPLE_HEADER, paths[0])).toBe(undefined);
	expect(await findEarlierLog(folder, {...SAMPLE_HEADER, roomName: 'la'}, undefined)).toBe(undefined);
	await current.log.close();
});

test('a launch in a room with a secret reopens the newest log of the room, and no log of another room', async () => {
	const {open} = makeRoom(true);
	const first = open();
	first.log.append([batchRecord(carol, 1, ['kept'])]);
	await first.log.close();
	const other = open({roomTag: Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9)});
	expect(other.reopened).toBe(false);
	await other.log.close();
	const second = open();
	expect(second.reopened).toBe(true);
	expect(second.log.path).toBe(first.log.path);
	expect(textsOf(await readAll(second))).toEqual(['kept']);
	await second.log.close();
});

test('a launch in a room with a secret names newer logs of the room that cannot be opened', async () => {
	const {folder, open} = makeRoom(true);
	const first = open();
	await first.log.close();
	const emptied = join(folder, 'lan-2099-01-01T10-00-00-aaaa.p2plog');
	writeFileSync(emptied, '');
	writeFileSync(join(folder, 'other-2099-01-01T10-00-00-aaaa.p2plog'), '');
	writeFileSync(join(folder, 'lan-2001-01-01T10-00-00-aaaa.p2plog'), '');
	const second = open();
	expect([second.reopened, second.skipped]).toEqual([
		true,
		[expect.objectContaining({code: 'not-a-log', path: emptied})],
	]);
	await second.log.close();
});

test('a second instance of the program in one room creates a new log, and the next launch opens the newer of the two logs', async () => {
	const {open} = makeRoom(true);
	const first = open();
	const second = open();
	expect(second.reopened).toBe(false);
	expect(second.log.path).not.toBe(first.log.path);
	await Promise.all([first.log.close(), second.log.close()]);
	const third = open();
	expect(third.log.path).toBe(second.log.path);
	await third.log.close();
});

test('a launch that looks for the log of its room skips a log that cannot be opened', async () => {
	const {folder, open} = makeRoom(true);
	const first = open();
	await first.log.close();
	writeFileSync(join(folder, 'noise.p2plog'), 'noise');
	const second = open();
	expect(second.log.path).toBe(first.log.path);
	await second.log.close();
});

test('the log named with --log is opened or created, but rejected if it is in use or belongs to another room', async () => {
	const {folder, open} = makeRoom(false);
	const path = join(folder, '..', 'named.p2plog');
	const first = open({path});
	expect(first.reopened).toBe(false);
	expect(() => open({path})).toThrow(expect.objectContaining({code: 'locked'}));
	await first.log.close();
	const tag = Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9);
	expect(() => open({path, roomTag: tag})).toThrow(
		expect.objectContaining({message: expect.stringContaining('another room')}),
	);
	await expect.poll(() => tryOpen(path)).toBe(true);
});

test('the folder of a log named with --log is not created, and the error names the missing folder', () => {
	const {folder, open} = makeRoom(false);
	const missing = join(folder, '..', 'tpyo');
	const refusal = {
		name: 'StorageError',
		code: 'missing',
		path: missing,
		message: expect.stringContaining('no such folder'),
	};
	expect(() => open({path: join(missing, 'deep', 'a.p2plog')})).toThrow(
		expect.objectContaining({...refusal, path: join(missing, 'deep')}),
	);
	expect(() => open({path: join(missing, 'a.p2plog')})).toThrow(expect.objectContaining(refusal));
	expect(existsSync(missing)).toBe(false);
});

/** Whether the log can be locked now. A lock is released asynchronously. */
async function tryOpen(path: string): Promise<boolean> {
	try {
		await openFileLog(path).log.close();
		return true;
	} catch {
		return false;
	}
}

test('logs are listed newest first and unreadable ones last, and summaries count their events and authors', async () => {
	const {folder, open} = makeRoom(false);
	expect(listLogs(folder)).toEqual([]);
	const {log} = open();
	log.append([batchRecord(carol, 1, ['a', 'b']), batchRecord(carol, 2, ['b', 'c']), batchRecord(peerOf(2), 1, ['x'])]);
	await log.close();
	const newer = open();
	await newer.log.close();
	writeFileSync(join(folder, 'noise.p2plog'), 'noise');
	writeFileSync(join(folder, 'other.txt'), 'noise');
	const listed = listLogs(folder);
	expect(listed).toMatchObject([
		{path: newer.log.path, header: {roomName: 'lan'}},
		{path: log.path, size: log.size},
		{error: {code: 'not-a-log'}},
	]);
	expect(await summarizeLog(log.path)).toEqual({events: 4, peers: 2, damage: []});
	appendFileSync(log.path, 'torn');
	const damage = [{offset: log.size, length: 4, kind: 'torn'}];
	expect(await summarizeLog(log.path)).toEqual({events: 4, peers: 2, damage});
	expect(dirname(log.path)).toBe(folder);
});
