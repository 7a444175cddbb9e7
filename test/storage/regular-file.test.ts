import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {readBookmarks} from '../../source/cli/replay/bookmarks-file.js';
import {readConfigFile} from '../../source/storage/config-file.js';
import {acquireLock} from '../../source/storage/file-lock.js';
import {openFileLog} from '../../source/storage/file-log.js';
import {openIdentitySeed} from '../../source/storage/identity-file.js';
import {listLogs} from '../../source/storage/log-directory.js';
import {openLogReader} from '../../source/storage/log-reader.js';
import {readTextFile} from '../../source/storage/regular-file.js';
import {readRememberedPeers} from '../../source/storage/remembered-peers.js';
import {openRoomLog} from '../../source/storage/room-log.js';
import {makeFolder, SAMPLE_HEADER} from './log-samples.js';

const makeFifo = (path: string) => void execFileSync('mkfifo', [path]);
const notAFile = expect.objectContaining({code: 'not-a-file'});
const thrown = (run: () => unknown): unknown => {
	try {
		return run();
	} catch (error) {
		return error;
	}
};

describe.skipIf(process.platform === 'win32')('a FIFO that nobody writes', () => {
	it('a FIFO to which nobody writes is refused at once where a log, its lock or a small file is expected', async () => {
		const folder = makeFolder();
		const path = join(folder, 'x.p2plog');
		makeFifo(path);
		expect(thrown(() => readTextFile(path, 10))).toEqual(notAFile);
		expect(thrown(() => openLogReader(path))).toEqual(notAFile);
		expect(thrown(() => openFileLog(path))).toEqual(notAFile);
		expect(thrown(() => readConfigFile(path))).toEqual(notAFile);
		expect(thrown(() => openIdentitySeed(path, () => new Uint8Array(32)))).toEqual(notAFile);
		expect(readRememberedPeers(path)).toMatchObject({
			peers: [],
			warning: expect.stringContaining('not a regular file'),
		});
		makeFifo(`${join(folder, 'y')}.lock`);
		expect(thrown(() => acquireLock(join(folder, 'y')))).toEqual(notAFile);
		makeFifo(`${join(folder, 'z')}.bookmarks.json`);
		await expect(readBookmarks(join(folder, 'z'))).rejects.toEqual(notAFile);
	});

	it('a FIFO in the folder of logs is listed as unreadable, and a room with a secret starts a new log', async () => {
		const folder = makeFolder();
		makeFifo(join(folder, 'lan-2026-11-28T10-00-00-aaaa.p2plog'));
		expect(listLogs(folder)).toMatchObject([{error: {code: 'not-a-file'}}]);
		const {log, reopened} = openRoomLog({folder, header: SAMPLE_HEADER, hasSecret: true});
		expect(reopened).toBe(false);
		await log.close();
	});
});

it.skipIf(process.platform === 'win32')(
	'a folder, a device and a socket are refused where a file is expected',
	async () => {
		const folder = makeFolder();
		mkdirSync(join(folder, 'folder'));
		const server = createServer().listen(join(folder, 'socket'));
		onTestFinished(() => void server.close());
		await new Promise(resolve => server.once('listening', resolve));
		expect(thrown(() => readTextFile(join(folder, 'folder'), 10))).toEqual(notAFile);
		expect(thrown(() => readTextFile('/dev/zero', 10))).toEqual(notAFile);
		expect(thrown(() => readTextFile(join(folder, 'socket'), 10))).toMatchObject({code: 'ENXIO'});
	},
);

it('a text file is read without its byte order mark, and is refused if it is longer than the limit', () => {
	const path = join(makeFolder(), 'text');
	writeFileSync(path, '\uFEFFab\uFEFF');
	expect(readTextFile(path, 8)).toBe('ab\uFEFF');
	expect(() => readTextFile(path, 7)).toThrow('longer than 7 bytes');
});

it('the file of the remembered peers may begin with a byte order mark, which editors on Windows write', () => {
	const folder = makeFolder();
	const peers = join(folder, 'peers.json');
	const peer = {room: '0123456789abcdef', host: '10.0.0.1', port: 4000, worked: 1};
	writeFileSync(peers, `\uFEFF${JSON.stringify([peer])}`);
	expect(readRememberedPeers(peers)).toEqual({peers: [peer]});
});
