import {rmSync, truncateSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createServedFiles, type ServedDisk} from '../../../source/storage/files/served-files.js';
import {createMemorySharesFile} from '../../../source/storage/files/shares-file.js';
import {readFileState} from '../../../source/storage/files/source-file.js';
import {makeFolder} from '../log-samples.js';
import {contentOf, hourly, isSame, leavesOf, namedFile, PART, partsOf, writeSample} from './file-samples.js';

const content = contentOf(PART + 7);
const {id} = namedFile(content);

/** `now`: clock of the store. By default each operation checks again that the file is unchanged. */
async function serveSample(now = hourly()) {
	const path = writeSample(makeFolder(), content);
	const state = await readFileState(path);
	if (!state) throw new Error('no sample');
	const share = {id, path, state};
	const leaves = leavesOf(content);
	const sharesFile = createMemorySharesFile();
	sharesFile.add(share, leaves);
	const told: string[] = [];
	let failing: {readonly at: keyof ServedDisk | 'leaves'; readonly code: string} | undefined;
	const failAt = (at: keyof ServedDisk | 'leaves') => {
		if (failing?.at === at) throw Object.assign(new Error(failing.code), {code: failing.code});
	};
	const served = createServedFiles({
		sharesFile: {
			...sharesFile,
			readLeaves: async file => (failing?.at === 'leaves' ? undefined : sharesFile.readLeaves(file)),
		},
		now,
		isValid: () => true,
		onChanged: () => told.push('changed'),
		onUnreadable: (_, error) => told.push(error instanceof Error ? error.message : ''),
		disk: {
			async readState(at) {
				failAt('readState');
				return readFileState(at);
			},
			async open(at) {
				failAt('open');
				return open(at);
			},
		},
	});
	served.add(share);
	onTestFinished(() => served.close());
	return {
		path,
		told,
		fail: (at: keyof ServedDisk | 'leaves', code: string) => {
			failing = {at, code};
		},
		repair: () => {
			failing = undefined;
		},
		leaves: () => served.find(id)?.leaves(),
		read: (part = 0) => served.find(id)?.read(part),
	};
}

test.each([
	['open', 'EMFILE'],
	['open', 'EACCES'],
	['readState', 'EIO'],
	['readState', 'EMFILE'],
] as const)(
	'a file is served again when the operation "%s" on it, which failed with %s, succeeds again, and the user is notified once for each failure',
	async (at, code) => {
		const file = await serveSample();
		file.fail(at, code);
		expect(await file.read()).toBeUndefined();
		expect(await file.read()).toBeUndefined();
		expect(file.told).toEqual([code]);
		file.repair();
		expect(isSame(await file.read(), partsOf(content)[0])).toBe(true);
		file.fail('readState', code);
		await file.read();
		expect(file.told).toEqual([code, code]);
	},
);

test('a file that was deleted is not served any more', async () => {
	const file = await serveSample();
	rmSync(file.path);
	expect(await file.read()).toBeUndefined();
	expect(file.told).toEqual(['changed']);
	file.fail('open', 'EMFILE');
	expect(await file.read()).toBeUndefined();
	expect(file.told).toEqual(['changed']);
});

test('if the stored hashes of a served file could not be read for one peer, they are read again for the next peer that asks', async () => {
	const file = await serveSample();
	file.fail('leaves', 'EMFILE');
	expect(await file.leaves()).toBeUndefined();
	file.repair();
	expect(isSame(await file.leaves(), leavesOf(content))).toBe(true);
});

test('a file that became shorter is not served any more, even directly after a check that found it unchanged', async () => {
	const file = await serveSample(() => 0);
	expect(isSame(await file.read(), partsOf(content)[0])).toBe(true);
	truncateSync(file.path, PART);
	expect(await file.read(2)).toBeUndefined();
	expect(file.told).toEqual([]);
	expect(await file.read(1)).toBeUndefined();
	expect(file.told).toEqual(['changed']);
	expect(await file.read()).toBeUndefined();
});
