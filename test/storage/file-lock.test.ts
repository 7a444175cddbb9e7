import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {acquireLock, identifyCurrentProcess} from '../../source/storage/file-lock.js';
import {makeFolder} from './log-samples.js';

const GONE_PID = 4_194_303;

function writeOwner(path: string, owner: Record<string, unknown>): void {
	const whole = {...identifyCurrentProcess(), token: '0123456789abcdef', ...owner};
	writeFileSync(`${path}.lock`, JSON.stringify(whole));
}

test('is held by one at a time and leaves nothing behind', () => {
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
	['of a process that is gone', {pid: GONE_PID}],
	['whose process number went to another process', {started: '1 an-earlier-boot'}],
])('takes over a lock %s', (_, owner) => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	writeOwner(path, owner);
	const lock = acquireLock(path);
	expect(readdirSync(folder)).toEqual(['a.p2plog.lock']);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
});

test('takes over an empty lock, as a power cut leaves it', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeFileSync(`${path}.lock`, '');
	acquireLock(path).release();
});

test('takes over when who took over before died half-way', () => {
	const folder = makeFolder();
	const path = join(folder, 'a.p2plog');
	writeOwner(path, {pid: GONE_PID});
	const claim = {...identifyCurrentProcess(), pid: GONE_PID, token: 'fedcba9876543210'};
	writeFileSync(`${path}.lock.0123456789abcdef`, JSON.stringify(claim));
	const lock = acquireLock(path);
	expect(readdirSync(folder)).toEqual(['a.p2plog.lock']);
	lock.release();
	expect(readdirSync(folder)).toEqual([]);
});

test('never takes a lock of another machine or container, and says what to do', () => {
	const path = join(makeFolder(), 'a.p2plog');
	writeOwner(path, {pid: GONE_PID, place: 'elsewhere'});
	const advice = expect.stringContaining('.lock');
	expect(() => acquireLock(path)).toThrow(expect.objectContaining({code: 'locked', advice}));
});

test('leaves a lock alone that is no longer its own', () => {
	const path = join(makeFolder(), 'a.p2plog');
	const lock = acquireLock(path);
	writeOwner(path, {token: '1111111111111111'});
	lock.release();
	expect(existsSync(`${path}.lock`)).toBe(true);
});
