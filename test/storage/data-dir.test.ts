import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type HostEnvironment, resolveDataDir} from '../../source/storage/data-dir.js';
import {ensurePrivateDirectory} from '../../source/storage/ensure-directory.js';
import {formatLogName} from '../../source/storage/log-directory.js';
import {makeFolder} from './log-samples.js';

const linuxHost: HostEnvironment = {
	platform: 'linux',
	environment: {},
	home: '/home/carol',
	temporary: '/tmp',
	user: 'carol',
};

test.each<[string, string | undefined, Partial<HostEnvironment>, string]>([
	['the explicit path', '/data', {}, '/data'],
	['XDG_DATA_HOME', undefined, {environment: {XDG_DATA_HOME: '/xdg'}}, '/xdg/p2pchat-ink'],
	[
		'the home folder if XDG_DATA_HOME is relative',
		undefined,
		{environment: {XDG_DATA_HOME: 'xdg'}},
		'/home/carol/.local/share/p2pchat-ink',
	],
	['the home folder', undefined, {}, '/home/carol/.local/share/p2pchat-ink'],
	[
		'the folder of macOS',
		undefined,
		{platform: 'darwin', home: '/Users/carol'},
		'/Users/carol/Library/Application Support/p2pchat-ink',
	],
	['the folder of Windows', undefined, {platform: 'win32', environment: {APPDATA: '/AppData'}}, '/AppData/p2pchat-ink'],
])('the data folder is in %s', (_, explicitPath, changes, root) => {
	const found = resolveDataDir(explicitPath, {...linuxHost, ...changes});
	expect(found).toEqual({
		root,
		logs: `${root}/logs`,
		config: `${root}/config.json`,
		identity: `${root}/identity`,
		peers: `${root}/peers.json`,
		contacts: `${root}/contacts.json`,
		compileCache: `${root}/compile-cache`,
	});
});

test.each(['', '/', 'relative'])('the data folder is temporary, with a notice, if the home folder is %j', home => {
	const found = resolveDataDir(undefined, {...linuxHost, home, user: 'a/b'});
	expect(found.root).toBe('/tmp/p2pchat-ink-a_b');
	expect(found.notice).toContain(found.root);
});

test('ensurePrivateDirectory creates folders that only their owner can access, and accepts existing folders', () => {
	const folder = join(makeFolder(), 'a', 'b');
	ensurePrivateDirectory(folder);
	ensurePrivateDirectory(folder);
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	mkdirSync(join(folder, 'c'));
});

test.runIf(process.platform === 'linux')('ensurePrivateDirectory fails where mkdirSync would loop forever', () => {
	for (const path of ['/proc/nope', '/proc/nope/deeper']) {
		expect(() => ensurePrivateDirectory(path)).toThrow(
			expect.objectContaining({path, message: 'cannot create the folder: no such file or folder'}),
		);
	}
});

test('ensurePrivateDirectory rejects a file in place of a folder', () => {
	const file = join(makeFolder(), 'file');
	writeFileSync(file, '');
	for (const path of [file, join(file, 'deeper')]) {
		expect(() => ensurePrivateDirectory(path)).toThrow(/a part of the path is not a folder/);
	}
});

const at = new Date(2026, 10, 22, 14, 5, 9);

test.each([
	['lan', 'lan-2026-11-22T14-05-09-0aff.p2plog'],
	['../../etc/passwd', 'etc_passwd-2026-11-22T14-05-09-0aff.p2plog'],
	['Büro 7', 'Büro_7-2026-11-22T14-05-09-0aff.p2plog'],
	['部屋', '部屋-2026-11-22T14-05-09-0aff.p2plog'],
	['-rf\n\u001b[2J', 'rf___2J-2026-11-22T14-05-09-0aff.p2plog'],
	['', 'room-2026-11-22T14-05-09-0aff.p2plog'],
])('the log name for room %j is a safe file name', (room, name) => {
	expect(formatLogName(room, at, Uint8Array.of(0x0a, 0xff))).toBe(name);
});
