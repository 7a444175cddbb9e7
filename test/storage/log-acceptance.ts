import fc from 'fast-check';
import {expect, test} from 'vitest';
import {lastSeq} from '../../source/core/batch.js';
import {MAX_BATCH_BYTES} from '../../source/core/limits.js';
import type {Log} from '../../source/storage/log.js';
import {batchOf, batchRecord, entryTexts, observationRecord, peerOf, plain} from './log-samples.js';

const carol = peerOf(1);
const bob = peerOf(2);

/** Acceptance suite for all kinds of log (source/storage/log.ts). `open` returns a new, empty log, ready for appending. */
export function testLog(name: string, open: () => Promise<Log>): void {
	test(`${name}: is empty at first`, async () => {
		const log = await open();
		expect(log.heldSeq(carol)).toBe(0);
		expect(log.batchesFrom(carol, 1, 1000)).toEqual([]);
		await log.close();
	});

	test(`${name}: returns batches as they were appended`, async () => {
		const log = await open();
		log.append([batchRecord(carol, 1, ['a', 'b']), observationRecord(carol, 'hm'), batchRecord(bob, 1, ['x'])]);
		expect(log.heldSeq(carol)).toBe(2);
		expect(log.savedSeq(carol)).toBe(2);
		expect(log.heldSeq(bob)).toBe(1);
		expect(plain(log.batchesFrom(carol, 1, 1000))).toEqual(plain([batchOf(carol, 1, ['a', 'b'])]));
		expect(plain(log.batchesFrom(bob, 1, 1000))).toEqual(plain([batchOf(bob, 1, ['x'])]));
		await log.close();
	});

	test(`${name}: batchesFrom starts with the batch that contains the seq, and returns nothing for a seq above the held ones`, async () => {
		const log = await open();
		log.append([batchRecord(carol, 1, ['1', '2', '3'])]);
		expect(log.batchesFrom(carol, 2, 1000).map(batch => batch.firstSeq)).toEqual([1]);
		expect(log.batchesFrom(carol, 4, 1000)).toEqual([]);
		expect(log.batchesFrom(carol, 0, 1000)).toEqual([]);
		await log.close();
	});

	test(`${name}: merges adjacent batches under the signature of the last one, up to the size limit of a batch`, async () => {
		const log = await open();
		const big = 'x'.repeat(30_000);
		for (let seq = 1; seq <= 20; seq++) log.append([batchRecord(carol, seq, [big])]);
		const batches = log.batchesFrom(carol, 1, 10_000_000);
		expect(batches.length).toBeLessThan(5);
		expect(batches.flatMap(batch => batch.entries)).toHaveLength(20);
		for (const batch of batches) {
			expect(batch.entries.reduce((sum, entry) => sum + entry.length, 0)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
			const last = batchOf(carol, lastSeq(batch), [big]);
			expect(Buffer.from(batch.signature)).toEqual(Buffer.from(last.signature));
		}
		await log.close();
	});

	test(`${name}: batchesFrom returns at least one batch, but otherwise at most the requested number of bytes`, async () => {
		const log = await open();
		for (let seq = 1; seq <= 10; seq++) log.append([batchRecord(carol, seq, ['x'.repeat(100)])]);
		expect(log.batchesFrom(carol, 1, 0).flatMap(entryTexts)).toHaveLength(1);
		expect(log.batchesFrom(carol, 3, 350).flatMap(entryTexts)).toHaveLength(3);
		await log.close();
	});

	test(`${name}: counts batches after a gap as held only when the gap is filled`, async () => {
		const log = await open();
		log.append([batchRecord(carol, 1, ['1']), batchRecord(carol, 5, ['5', '6']), batchRecord(carol, 4, ['4'])]);
		expect(log.heldSeq(carol)).toBe(1);
		log.append([batchRecord(carol, 2, ['2', '3'])]);
		expect(log.heldSeq(carol)).toBe(6);
		expect(log.batchesFrom(carol, 1, 1000).flatMap(entryTexts)).toEqual(['1', '2', '3', '4', '5', '6']);
		await log.close();
	});

	test(`${name}: accepts overlapping batches in any order and serves every held seq`, async () => {
		const arbitrary = fc.array(fc.record({from: fc.integer({min: 1, max: 30}), count: fc.integer({min: 1, max: 6})}), {
			maxLength: 25,
		});
		await fc.assert(
			fc.asyncProperty(arbitrary, async pieces => {
				const log = await open();
				const held = new Set<number>();
				for (const {from, count} of pieces) {
					const seqs = Array.from({length: count}, (_, index) => from + index);
					for (const seq of seqs) held.add(seq);
					log.append([batchRecord(carol, from, seqs.map(String))]);
				}
				let contiguous = 0;
				while (held.has(contiguous + 1)) contiguous++;
				expect(log.heldSeq(carol)).toBe(contiguous);
				for (let seq = 1; seq <= contiguous; seq++) {
					const [batch] = log.batchesFrom(carol, seq, 1000);
					expect(batch && entryTexts(batch)[seq - batch.firstSeq]).toBe(String(seq));
				}
				await log.close();
			}),
			{numRuns: 40},
		);
	});

	test(`${name}: can be flushed and closed several times`, async () => {
		const log = await open();
		log.append([batchRecord(carol, 1, ['a'])]);
		await Promise.all([log.flush(), log.flush()]);
		await Promise.all([log.close(), log.close()]);
		await log.close();
	});
}
