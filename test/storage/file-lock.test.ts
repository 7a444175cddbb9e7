import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {acquireLock, identifyCurrentProcess} from '../../source/storage/file-lock.js';
import {makeFolder} from './log-samples.js';

/** Greater than every process number of Linux. */
const UNUSED_PID = 4_194_303;

function writeOwner(path: string, owner: Record<string, unknown>): void {
	const lock = {...identifyCurrentProcess(), token: '0123456789abcdef', ...owner};
	writeFileSync(`${path}.lock`, JSON.stringify(lock));
}

test('only one process can hold a lock, and releasing the lock deletes its file', () => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	const lock = acquireLock(path);
	expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({pid: process.pid});
	expect(() => acquireLock(path)).toThrow(expect.objectContaining({code: 'locked', path}));
	lock.release();
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
	acquireLock(path).release();
});

test.each([
	['of a process that has ended', {pid: UNUSED_PID}],
	['whose process number belongs to another process now', {started: '1 an-earlier-boot'}],
])('a lock %s is taken over', (_, owner) => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	writeOwner(path, owner);
	const lock = acquireLock(path);
	expect(readdirSync(folder)).toEqual(['a.p2plog.lock']);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
});

test('an empty lock file, which a power failure can leave, is taken over', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeFileSync(`${path}.lock`, '');
	acquireLock(path).release();
});

test('a lock is taken over even if another process crashed during a takeover', () => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	writeOwner(path, {pid: UNUSED_PID});
	const claim = {...identifyCurrentProcess(), pid: UNUSED_PID, token: 'fedcba9876543210'};
	writeFileSync(`${path}.lock.0123456789abcdef`, JSON.stringify(claim));
	const lock = acquireLock(path);
	expect(readdirSync(folder)).toEqual(['a.p2plog.lock']);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
});

test('a lock of another machine or container is never taken over, and the error advises the user', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeOwner(path, {pid: UNUSED_PID, place: 'elsewhere'});
	const advice = expect.stringContaining('.lock');
	expect(() => acquireLock(path)).toThrow(expect.objectContaining({code: 'locked', advice}));
});

test('releasing a lock does not delete it if another process has taken it over', () => {
	const path = join(makeFolder(), 'a.p2plog');
	const lock = acquireLock(path);
	writeOwner(path, {token: '1111111111111111'});
	lock.release();
	expect(existsSync(`${path}.lock`)).toBe(true);
});
