import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {acquireLock, identifyCurrentProcess} from '../../source/storage/file-lock.js';
import {makeFolder} from './log-samples.js';

/** Above the largest process number of Linux. */
const UNUSED_PID = 4_194_303;

function writeOwner(path: string, owner: Record<string, unknown>): void {
	const lock = {...identifyCurrentProcess(), token: '0123456789abcdef', ...owner};
	writeFileSync(`${path}.lock`, JSON.stringify(lock));
}

test('only one holder has the lock, and its file is deleted afterwards', () => {
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
])('takes over a lock %s', (_, owner) => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	writeOwner(path, owner);
	const lock = acquireLock(path);
	expect(readdirSync(folder)).toEqual(['a.p2plog.lock']);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
});

test('takes over an empty lock, which a power failure can leave', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeFileSync(`${path}.lock`, '');
	acquireLock(path).release();
});

test('takes over a lock after another process crashed during its takeover', () => {
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

test('never takes over a lock of another machine or container, and advises the user', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeOwner(path, {pid: UNUSED_PID, place: 'elsewhere'});
	const advice = expect.stringContaining('.lock');
	expect(() => acquireLock(path)).toThrow(expect.objectContaining({code: 'locked', advice}));
});

test('release does not delete a lock that another process has taken over', () => {
	const path = join(makeFolder(), 'a.p2plog');
	const lock = acquireLock(path);
	writeOwner(path, {token: '1111111111111111'});
	lock.release();
	expect(existsSync(`${path}.lock`)).toBe(true);
});
