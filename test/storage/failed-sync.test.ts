/** A log whose bytes the system cannot force to the disk, for example because of a failing disk. */
import {statSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openFileLog} from '../../source/storage/file-log.js';
import {createResilientLog, type PersistenceStatus} from '../../source/storage/resilient-log.js';
import {batchRecord, makeFolder, peerOf, readAll, SAMPLE_HEADER, textsOf} from './log-samples.js';

test('after bytes could not be forced to the disk, the log counts as saved only when these bytes were written again and are on the disk', async () => {
	const timers = new Set<() => void>();
	const timer = {
		after(_: number, run: () => void) {
			timers.add(run);
			return {cancel: () => timers.delete(run)};
		},
	};
	const tick = async () => {
		for (const run of [...timers]) if (timers.delete(run)) run();
		await new Promise(resolve => setTimeout(resolve, 20));
	};
	const path = join(makeFolder(), 'a.p2plog');
	const states: PersistenceStatus[] = [];
	let isFailing = false;
	const sync = async () => {
		if (isFailing) throw Object.assign(new Error('EIO: i/o error'), {code: 'EIO'});
	};
	const open = () => openFileLog(path, {create: SAMPLE_HEADER, timer, sync}).log;
	const log = createResilientLog({
		log: open(),
		header: SAMPLE_HEADER,
		createReplacement: open,
		timer,
		onPersistenceChange: state => states.push(state),
	});
	const carol = peerOf(1);
	log.append([batchRecord(carol, 1, ['one'])]);
	isFailing = true;
	await tick();
	for (const [index, text] of ['two', 'three'].entries()) {
		log.append([batchRecord(carol, index + 2, [text])]);
		await tick();
		expect(states.at(-1)).toMatchObject({isSaving: false, reason: expect.stringContaining('cannot save the log')});
	}
	utimesSync(path, 0, 0);
	isFailing = false;
	await tick();
	expect(statSync(path).mtimeMs).toBeGreaterThan(0);
	await tick();
	expect(states.map(({isSaving}) => isSaving)).toEqual([false, true]);
	await log.close();
	const opened = openFileLog(path);
	expect(textsOf(await readAll(opened))).toEqual(['one', 'two', 'three']);
	await opened.log.close();
});
