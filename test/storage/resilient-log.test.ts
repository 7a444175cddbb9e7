import {existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {StorageError} from '../../source/storage/errors.js';
import {type FileLog, openFileLog} from '../../source/storage/file-log.js';
import {
	createResilientLog,
	type PersistenceStatus,
	type ResilientLogOptions,
} from '../../source/storage/resilient-log.js';
import {testLog} from './log-acceptance.js';
import {
	batchRecord,
	entryTexts,
	makeFolder,
	observationRecord,
	peerOf,
	readAll,
	SAMPLE_HEADER,
	textsOf,
} from './log-samples.js';

const carol = peerOf(1);
const full = () => new StorageError('failed', 'cannot write the log: the disk is full', 'x', 'Free some space.');

/** Creates a log on a disk that can be full, with a timer that only the test advances. */
function makeRig(options: Partial<ResilientLogOptions> & {readonly isFull?: boolean} = {}) {
	const folder = makeFolder();
	const rig = {
		isFull: options.isFull ?? false,
		states: [] as PersistenceStatus[],
		timers: new Set<() => void>(),
		opened: 0,
	};
	const guard = () => {
		if (rig.isFull) throw full();
	};
	const open = (): FileLog => {
		guard();
		const {log} = openFileLog(join(folder, `${++rig.opened}.p2plog`), {create: SAMPLE_HEADER});
		const append = log.append.bind(log);
		log.append = records => {
			guard();
			append(records);
		};
		return log;
	};
	const after = (_: number, run: () => void) => {
		const due = () => {
			rig.timers.delete(due);
			run();
		};
		rig.timers.add(due);
		return {cancel: () => rig.timers.delete(due)};
	};
	const log = createResilientLog({
		log: rig.isFull ? full() : open(),
		header: SAMPLE_HEADER,
		createReplacement: open,
		timer: {after},
		onPersistenceChange: state => rig.states.push(state),
		...options,
	});
	const tick = () => {
		for (const due of [...rig.timers]) due();
	};
	/** Closes the log and returns the texts in the newest file. */
	const texts = async () => {
		await log.close();
		expect(rig.timers.size).toBe(0);
		const opened = openFileLog(join(folder, `${rig.opened}.p2plog`));
		const read = textsOf(await readAll(opened));
		await opened.log.close();
		return read;
	};
	return {...rig, rig, log, folder, tick, texts};
}

const seq = (from: number, ...texts: string[]) => [batchRecord(carol, from, texts)];

testLog('resilient log', async () => makeRig().log);
testLog('buffered log that cannot save', async () => {
	const {log} = makeRig({isFull: true});
	const savedSeq = log.heldSeq.bind(log);
	return {...delegate(log), savedSeq};
});

/** Methods of a class instance as an object, so that a test can replace single methods. */
function delegate(log: ReturnType<typeof createResilientLog>): ReturnType<typeof createResilientLog> {
	return {
		path: log.path,
		header: log.header,
		size: log.size,
		isSaved: log.isSaved,
		end: log.end,
		append: records => log.append(records),
		batchesFrom: (peer, from, maxBytes) => log.batchesFrom(peer, from, maxBytes),
		heldSeq: peer => log.heldSeq(peer),
		savedSeq: peer => log.savedSeq(peer),
		flush: () => log.flush(),
		close: () => log.close(),
	};
}

test('a resilient log reports no status as long as saving works', async () => {
	const {log, states, texts} = makeRig();
	log.append(seq(1, 'one'));
	expect(log.savedSeq(carol)).toBe(1);
	expect(await texts()).toEqual(['one']);
	expect(states).toEqual([]);
});

test('records that cannot be saved are kept and served to peers, and saved in order when saving works again', async () => {
	const {rig, log, states, tick, texts} = makeRig();
	log.append(seq(1, 'one'));
	rig.isFull = true;
	log.append(seq(2, 'two'));
	log.append([observationRecord(carol, 'hm'), ...seq(3, 'three')]);
	expect(log.heldSeq(carol)).toBe(3);
	expect(log.savedSeq(carol)).toBe(1);
	expect(log.batchesFrom(carol, 1, 1000).flatMap(entryTexts)).toEqual(['one', 'two', 'three']);
	expect(log.batchesFrom(carol, 3, 1000).flatMap(entryTexts)).toEqual(['three']);
	expect(states).toMatchObject([
		{isSaving: false, reason: expect.stringContaining('full'), advice: expect.any(String)},
	]);
	tick();
	expect(states).toHaveLength(1);
	rig.isFull = false;
	tick();
	expect(log.savedSeq(carol)).toBe(3);
	expect(states).toMatchObject([{isSaving: false}, {isSaving: true, dropped: 0}]);
	log.append(seq(4, 'four'));
	expect(await texts()).toEqual(['one', 'two', 'three', 'four']);
});

test('a resilient log tries to save again at the next append', async () => {
	const {rig, log, texts} = makeRig();
	rig.isFull = true;
	log.append(seq(1, 'one'));
	rig.isFull = false;
	log.append(seq(2, 'two'));
	expect(log.savedSeq(carol)).toBe(2);
	expect(await texts()).toEqual(['one', 'two']);
});

test('a log file that could not be created at first is created later', async () => {
	const {rig, log, states, tick, texts} = makeRig({isFull: true});
	expect(states).toMatchObject([{isSaving: false}]);
	expect(log.path).toBeUndefined();
	log.append(seq(1, 'one'));
	tick();
	await expect.poll(() => rig.timers.size).toBe(1);
	rig.isFull = false;
	tick();
	await expect.poll(() => log.savedSeq(carol)).toBe(1);
	expect(states).toMatchObject([{isSaving: false}, {isSaving: true, path: log.path}]);
	expect(await texts()).toEqual(['one']);
});

test('a new log file with all records is created if the old one was deleted', async () => {
	const {log, states, tick, texts} = makeRig();
	log.append([...seq(1, 'one'), ...seq(2, 'two')]);
	rmSync(log.path ?? '');
	log.append(seq(3, 'three'));
	expect(states).toMatchObject([{isSaving: false, reason: expect.stringContaining('deleted')}]);
	tick();
	log.append(seq(4, 'four'));
	await expect.poll(() => log.savedSeq(carol)).toBe(4);
	expect(states.at(-1)).toMatchObject({isSaving: true, path: expect.stringContaining('2.p2plog')});
	expect(await texts()).toEqual(['one', 'two', 'three', 'four']);
});

test('a new log file with the remaining records is created if the old one was truncated, and only these records count as saved', async () => {
	const {log, tick, texts} = makeRig();
	log.append(seq(1, 'one'));
	const size = log.size;
	log.append(seq(2, 'two'));
	truncateSync(log.path ?? '', size);
	log.append(seq(3, 'three'));
	tick();
	await expect.poll(() => log.path).toContain('2.p2plog');
	expect(log.savedSeq(carol)).toBe(1);
	log.append(seq(2, 'two'));
	expect(log.savedSeq(carol)).toBe(3);
	expect(await texts()).toEqual(['one', 'three', 'two']);
});

test('failed attempts to create a new log file on a full disk leave no files', async () => {
	const {rig, log, folder, tick, texts} = makeRig();
	log.append(seq(1, 'one'));
	rmSync(log.path ?? '');
	log.append(seq(2, 'two'));
	rig.isFull = true;
	for (let round = 0; round < 5; round++) {
		tick();
		await expect.poll(() => rig.timers.size).toBe(1);
	}
	expect(readdirSync(folder).filter(name => name.endsWith('.p2plog'))).toEqual([]);
	rig.isFull = false;
	tick();
	await expect.poll(() => log.savedSeq(carol)).toBe(2);
	expect(await texts()).toEqual(['one', 'two']);
});

test('the buffer of a resilient log is limited; dropped records are reported once, and no record is kept after a dropped one', async () => {
	const {rig, log, states, tick} = makeRig({maxUnsavedBytes: 2000});
	rig.isFull = true;
	for (let at = 1; at <= 20; at++) log.append(seq(at, 'x'.repeat(200)));
	expect(log.heldSeq(carol)).toBe(4);
	expect(states).toMatchObject([
		{isSaving: false, dropped: 0},
		{isSaving: false, dropped: 1},
	]);
	rig.isFull = false;
	tick();
	expect(log.savedSeq(carol)).toBe(4);
	expect(states.at(-1)).toMatchObject({isSaving: true, dropped: 16});
	await log.close();
});

test('a resilient log can be closed while saving fails', async () => {
	const {rig, log, folder} = makeRig();
	rig.isFull = true;
	log.append(seq(1, 'one'));
	await log.close();
	expect(rig.timers.size).toBe(0);
	expect(existsSync(join(folder, '1.p2plog.lock'))).toBe(false);
});

test('the own feed is written again if another program emptied the file, including events that are still in the buffer', async () => {
	const {log, tick, texts} = makeRig();
	log.keepFeed?.(carol);
	log.append([...seq(1, 'one'), batchRecord(peerOf(2), 1, ['of another peer']), ...seq(2, 'two')]);
	truncateSync(log.path ?? '');
	log.append(seq(3, 'three'));
	tick();
	await expect.poll(() => log.savedSeq(carol)).toBe(3);
	expect(log.savedSeq(peerOf(2))).toBe(0);
	log.append(seq(4, 'four'));
	expect(await texts()).toEqual(['one', 'two', 'three', 'four']);
});

test.each(['own feed', 'feed of somebody else'])(
	'if a record of the %s cannot be read any more, the log continues in a new file with all that is left, and holds no more than that',
	async whose => {
		const {rig, log, states, folder, tick, texts} = makeRig();
		if (whose === 'own feed') log.keepFeed?.(carol);
		for (const [index, text] of ['one', 'two', 'three'].entries()) log.append(seq(index + 1, text));
		const path = join(folder, '1.p2plog');
		// Changes a record within the file. The inode and the length stay the same, so that only reading the record shows
		// the change.
		writeFileSync(path, readFileSync(path, 'latin1').replace('two', 'xxx'), {encoding: 'latin1', flag: 'r+'});
		expect(log.batchesFrom(carol, 1, 1e6).flatMap(entryTexts)).toEqual(['one']);
		log.batchesFrom(carol, 2, 1e6);
		expect(states).toEqual([]);
		tick();
		expect(states.at(-1)).toMatchObject({isSaving: false, reason: 'a part of the log cannot be read any more'});
		log.append(seq(4, 'four'));
		tick();
		await expect.poll(() => states.at(-1)).toMatchObject({isSaving: true, path: join(folder, '2.p2plog')});
		expect(rig.opened).toBe(2);
		const isOwn = whose === 'own feed';
		const held = isOwn ? ['one', 'two', 'three', 'four'] : ['one'];
		expect(log.heldSeq(carol)).toBe(held.length);
		expect(log.batchesFrom(carol, 1, 1e6).flatMap(entryTexts)).toEqual(held);
		expect(await texts()).toEqual(expect.arrayContaining(['one', 'three', 'four', ...held]));
		expect(readFileSync(path, 'latin1')).toContain('xxx');
	},
);

test('records that could not be saved yet, because the log needs a new file, are saved when the log is closed', async () => {
	const {log, texts} = makeRig();
	log.append(seq(1, 'one'));
	rmSync(log.path ?? '');
	log.append(seq(2, 'two'));
	expect(await texts()).toEqual(['one', 'two']);
});
