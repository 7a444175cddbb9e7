import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {formatDebugLine, isDebugEnabled, openDebugLog} from '../../source/cli/debug-log.js';

it('a debug message is one line without byte values, secrets or control characters', () => {
	const line = formatDebugLine(0, 'mesh', 'hello\nfrom\u001b[31m', {
		psk: 'abc',
		secret: 'abc',
		bytes: new Uint8Array(32),
		count: 3,
		nested: {roomKey: 'abc'},
	});
	expect(line).toBe(
		'1970-01-01T00:00:00.000Z p2pchat:mesh hello\uFFFDfrom\uFFFD[31m {"psk":"(omitted)","secret":"(omitted)","bytes":"(32 bytes)","count":3,"nested":{"roomKey":"(omitted)"}}\n',
	);
});

it('the debug log can be read only by its owner', () => {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-debug-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'debug');
	const log = openDebugLog(path, () => 0);
	log.debug('test', 'one');
	log.close();
	log.debug('test', 'two');
	expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z p2pchat:test one\n');
	expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.skipIf(process.platform !== 'linux')('a debug log on a full disk loses its lines, and the program continues', () => {
	const log = openDebugLog('/dev/full', () => 0);
	onTestFinished(() => log.close());
	expect(() => log.debug('test', 'one')).not.toThrow();
});

it.skipIf(process.platform === 'win32')('a debug log in a FIFO that nobody reads is refused at once', () => {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-debug-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'fifo');
	execFileSync('mkfifo', [path]);
	expect(() => openDebugLog(path, () => 0)).toThrow(/--debug/);
});

it('the DEBUG variable enables debug messages only if a pattern names this program', () => {
	expect(['p2pchat*', 'express,p2pchat:mesh'].map(isDebugEnabled)).toEqual([true, true]);
	expect([undefined, '', '*', 'express'].map(isDebugEnabled)).toEqual([false, false, false, false]);
});
