import {chmodSync, chownSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {keepCode, readKeptCode} from '../../source/storage/kept-code.js';
import {makeFolder} from './log-samples.js';

const code = Buffer.from('what V8 made of it');

async function keep(): Promise<string> {
	const folder = makeFolder();
	chmodSync(folder, 0o700);
	const path = join(folder, 'compiled');
	await keepCode(path, 'one program', code);
	return path;
}

test('what was kept is found again, in a file for its owner alone', async () => {
	const path = await keep();
	expect(readKeptCode(path, 'one program')).toEqual(code);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(readdirSync(join(path, '..'))).toEqual(['compiled']);
});

test('a newer one takes the place of the older', async () => {
	const path = await keep();
	await keepCode(path, 'another program', Buffer.from('other code'));
	expect(readKeptCode(path, 'another program')).toEqual(Buffer.from('other code'));
	expect(readKeptCode(path, 'one program')).toBeUndefined();
});

test('of another program, or with any byte changed or missing, it is not believed', async () => {
	const path = await keep();
	expect(readKeptCode(path, 'another program')).toBeUndefined();
	const good = readFileSync(path);
	for (let at = 0; at < good.length; at++) {
		const damaged = Buffer.from(good);
		damaged[at] = (damaged[at] ?? 0) ^ 1;
		for (const content of [damaged, good.subarray(0, at), Buffer.from(good).fill(0, at)]) {
			writeFileSync(path, content);
			expect(readKeptCode(path, 'one program')).toBeUndefined();
		}
	}
});

test('what others may write to is not believed, and nothing is put where they may', async () => {
	const path = await keep();
	for (const mode of [0o620, 0o602]) {
		chmodSync(path, mode);
		expect(readKeptCode(path, 'one program')).toBeUndefined();
	}
	chmodSync(path, 0o600);
	chmodSync(join(path, '..'), 0o777);
	expect(readKeptCode(path, 'one program')).toBeUndefined();
	await keepCode(path, 'another program', code);
	chmodSync(join(path, '..'), 0o700);
	expect(readKeptCode(path, 'one program')).toEqual(code);
});

test('a link is not followed', async () => {
	const path = await keep();
	const link = `${path}-link`;
	symlinkSync(path, link);
	expect(readKeptCode(link, 'one program')).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)('what belongs to another user is not believed, not even by root', async () => {
	const path = await keep();
	chownSync(path, 54321, 54321);
	expect(readKeptCode(path, 'one program')).toBeUndefined();
	chownSync(path, 0, 0);
	chownSync(join(path, '..'), 54321, 54321);
	expect(readKeptCode(path, 'one program')).toBeUndefined();
});

test('where there is no folder, none is made', async () => {
	const path = join(makeFolder(), 'nowhere', 'compiled');
	await keepCode(path, 'one program', code);
	expect(readKeptCode(path, 'one program')).toBeUndefined();
	expect(readdirSync(join(path, '../..'))).toEqual([]);
});
