import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {findDownloadFolder} from '../../../source/storage/files/download-folder.js';
import {markAsReceived} from '../../../source/storage/files/received-mark.js';
import {makeFolder} from '../log-samples.js';

const folderFor = (home: string, environment = {}, platform = 'linux') =>
	findDownloadFolder(join(home, 'data'), {platform, environment, home});

function writeUserDirs(home: string, text: string, folder = '.config'): void {
	mkdirSync(join(home, folder), {recursive: true});
	writeFileSync(join(home, folder, 'user-dirs.dirs'), text);
}

test('files go to the download folder of the platform, or to the data folder if there is none', () => {
	const home = makeFolder();
	const fallback = join(home, 'data', 'downloads');
	expect(folderFor(home)).toBe(fallback);
	if (process.platform !== 'win32') expect(statSync(fallback).mode & 0o777).toBe(0o700);
	mkdirSync(join(home, 'Downloads'));
	for (const platform of ['linux', 'darwin', 'win32'])
		expect(folderFor(home, {}, platform)).toBe(join(home, 'Downloads'));
	const homeless = {platform: 'linux', environment: {}, home: ''};
	expect(findDownloadFolder(join(home, 'data'), homeless)).toBe(fallback);
});

test('on Linux the folder that the desktop has configured is used if it exists', () => {
	const home = makeFolder();
	mkdirSync(join(home, 'Downloads'));
	writeUserDirs(home, '# comment\nXDG_DESKTOP_DIR="$HOME/Desktop"\nXDG_DOWNLOAD_DIR="$HOME/Get it \\$"\n');
	expect(folderFor(home)).toBe(join(home, 'Downloads'));
	mkdirSync(join(home, 'Get it $'));
	expect(folderFor(home)).toBe(join(home, 'Get it $'));
	writeUserDirs(home, `XDG_DOWNLOAD_DIR="${home}/Downloads/"`, 'xdg');
	expect(folderFor(home, {XDG_CONFIG_HOME: join(home, 'xdg')})).toBe(join(home, 'Downloads'));
	for (const text of ['XDG_DOWNLOAD_DIR="$HOME/"', 'XDG_DOWNLOAD_DIR="relative"', 'XDG_DOWNLOAD_DIR=$HOME/x', '']) {
		writeUserDirs(home, text);
		expect(folderFor(home)).toBe(join(home, 'Downloads'));
	}
});

test('a received file gets the download mark of its platform without a shell, and a failure to set the mark is ignored', async () => {
	const calls: unknown[] = [];
	const environment = (platform: string, fails: boolean) => {
		async function record(...call: unknown[]): Promise<void> {
			calls.push(call);
			if (fails) throw new Error('failed');
		}
		return {platform, now: () => 0x6543_2100 * 1000, run: record, write: record};
	};
	for (const platform of ['linux', 'win32', 'darwin'])
		for (const fails of [false, true]) await markAsReceived('/d/x.exe', environment(platform, fails));
	const zone = ['/d/x.exe:Zone.Identifier', '[ZoneTransfer]\r\nZoneId=3\r\n'];
	const quarantine = ['/usr/bin/xattr', ['-w', 'com.apple.quarantine', '0081;65432100;p2pchat-ink;', '/d/x.exe']];
	expect(calls).toEqual([zone, zone, quarantine, quarantine]);
});
