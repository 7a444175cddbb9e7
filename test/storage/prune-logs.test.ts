import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {pruneLogs} from '../../source/storage/prune-logs.js';
import {openRoomLog} from '../../source/storage/room-log.js';
import {makeFolder, SAMPLE_HEADER} from './log-samples.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 28);

/** Creates an open log. `age` sets the time of its last change to `days` before NOW. */
async function addLog(folder: string, days: number) {
	const {log} = openRoomLog({folder, header: {...SAMPLE_HEADER, created: NOW - days * DAY_MS}, hasSecret: false});
	const age = () => utimesSync(log.path, new Date(NOW), new Date(NOW - days * DAY_MS));
	return {path: log.path, log, age};
}

async function addClosedLog(folder: string, days: number): Promise<string> {
	const {path, log, age} = await addLog(folder, days);
	await log.close();
	age();
	return path;
}

test('logs that have not changed for the given time are deleted with the files that belong to them, and other logs are kept', async () => {
	const folder = join(makeFolder(), 'logs');
	const old = await addClosedLog(folder, 91);
	const recent = await addClosedLog(folder, 89);
	for (const path of [old, recent]) writeFileSync(`${path}.bookmarks.json`, '{}');
	expect(pruneLogs(folder, NOW - 90 * DAY_MS)).toEqual([{path: old, size: expect.any(Number)}]);
	expect(readdirSync(folder).sort()).toEqual(
		[recent, `${recent}.bookmarks.json`].map(path => path.slice(folder.length + 1)),
	);
});

test('a log that a running program uses is not deleted, however old it is', async () => {
	const folder = join(makeFolder(), 'logs');
	const {path, log, age} = await addLog(folder, 500);
	age();
	expect(pruneLogs(folder, NOW)).toEqual([{path, error: expect.objectContaining({code: 'locked'})}]);
	expect(existsSync(path)).toBe(true);
	await log.close();
});

test('files that are not logs are never deleted, whatever their names', () => {
	const folder = join(makeFolder(), 'logs');
	mkdirSync(folder);
	const path = join(folder, 'lan-2020-01-01T00-00-00-abcd.p2plog');
	writeFileSync(path, 'no log');
	utimesSync(path, new Date(0), new Date(0));
	expect(pruneLogs(folder, NOW)).toEqual([]);
	expect(existsSync(path)).toBe(true);
});

test('a missing folder of logs has nothing to delete', () => {
	expect(pruneLogs(join(makeFolder(), 'logs'), NOW)).toEqual([]);
});
