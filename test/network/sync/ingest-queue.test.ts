import {describe, expect, it} from 'vitest';
import type {Batch} from '../../../source/core/event.js';
import {MAX_INGEST_BYTES, RECEIVE_SLICE_MS} from '../../../source/core/limits.js';
import type {PeerLink} from '../../../source/network/link/peer-link.js';
import {INTERACTIVE_BYTES} from '../../../source/network/scheduling/fair-queue.js';
import type {IncomingBatch} from '../../../source/network/sync/ingest-queue.js';
import {createIngestQueue} from '../../../source/network/sync/ingest-queue.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {createTurnClock} from '../../helpers/turn-clock.js';

function batchOf(firstSeq: number, bytes = 10): Batch {
	const entries = [new Uint8Array(bytes)];
	return {peer: fakePeerId(1), firstSeq, previousHash: new Uint8Array(32), entries, signature: new Uint8Array(64)};
}

/** A machine on which taking one batch costs `costMs`. */
function createWorld(costMs: number) {
	const clock = createFakeClock();
	let spent = 0;
	const taken: number[] = [];
	const commits: number[] = [];
	const calls: string[] = [];
	const link = {pause: () => calls.push('pause'), resume: () => calls.push('resume')} as unknown as PeerLink;
	const intake = createIngestQueue(
		{...clock, monotonic: () => clock.monotonic() + spent},
		{
			ingest({batch}: IncomingBatch) {
				taken.push(batch.firstSeq);
				spent += costMs;
			},
			commit: () => commits.push(taken.length),
		},
	);
	const push = (batch: Batch, requested = true) => intake.push({batch, link, requested});
	return {clock, intake, taken, commits, calls, push};
}

describe('batches that come in', () => {
	it('are taken in short slices, in order, and what four of them took is committed together', async () => {
		const {clock, taken, commits, push} = createWorld(RECEIVE_SLICE_MS / 2);
		const seqs = Array.from({length: 19}, (_, index) => index + 1);
		for (const seq of seqs) push(batchOf(seq, INTERACTIVE_BYTES));
		expect(taken).toEqual([]);
		await clock.advance(1);
		expect(taken).toEqual(seqs);
		expect(commits).toEqual([8, 16, 19]);
	});

	it('leave the event loop free between two slices, and before a commit that takes as long as one', () => {
		const clock = createTurnClock();
		const log: string[] = [];
		const work = (what: string) => () => {
			log.push(what);
			clock.spend(RECEIVE_SLICE_MS);
		};
		const intake = createIngestQueue(clock, {ingest: work('take'), commit: work('commit')});
		const link = {pause() {}, resume() {}} as PeerLink;
		for (let seq = 1; seq <= 6; seq++) intake.push({batch: batchOf(seq, INTERACTIVE_BYTES), link, requested: true});
		for (let run = clock.turns.shift(); run; run = clock.turns.shift()) {
			run();
			log.push('|');
		}

		expect(log.join(' ')).toBe('take | take | take | take | commit | take | take | commit |');
	});

	it('are taken at once when somebody says goodbye', () => {
		const {intake, taken, commits, push} = createWorld(100);
		for (let seq = 1; seq <= 3; seq++) push(batchOf(seq));
		intake.drain();
		expect([taken.length, commits, intake.busy]).toEqual([3, [3], false]);
	});

	it('stop the reading of who sends too much, until half of it is taken', async () => {
		const {clock, calls, push} = createWorld(RECEIVE_SLICE_MS);
		for (let seq = 1; seq <= 5; seq++) push(batchOf(seq, MAX_INGEST_BYTES / 4));
		expect(calls).toEqual(['pause']);
		await clock.advance(1);
		expect(calls).toEqual(['pause', 'resume']);
	});

	it('of one who sends little are taken first and committed at once, and it is never held up for others', async () => {
		const clock = createFakeClock();
		let now = 0;
		const log: string[] = [];
		const linkOf = (name: string) =>
			({pause: () => log.push(`${name} pauses`), resume: () => log.push(`${name} goes on`)}) as unknown as PeerLink;
		const [mallory, ann] = [linkOf('mallory'), linkOf('ann')];
		const intake = createIngestQueue(
			{...clock, monotonic: () => now},
			{
				ingest({link}) {
					log.push(link === ann ? 'ann' : 'm');
					now += link === ann ? 1 : RECEIVE_SLICE_MS;
				},
				commit: () => log.push('commit'),
			},
		);
		const flood = () => {
			for (let seq = 1; seq <= 5; seq++)
				intake.push({batch: batchOf(seq, MAX_INGEST_BYTES / 4), link: mallory, requested: false});
		};
		flood();
		await clock.advance(1);
		log.length = 0;
		flood();
		intake.push({batch: batchOf(1), link: ann, requested: false});
		await clock.advance(1);
		expect(log.slice(0, 4)).toEqual(['mallory pauses', 'ann', 'commit', 'm']);
		expect(log).not.toContain('ann pauses');
	});

	it('of one who sends little do not wait for the next turn of the event loop', async () => {
		const {taken, commits, push} = createWorld(1);
		push(batchOf(1), false);
		push(batchOf(2), false);
		await Promise.resolve();
		expect([taken, commits]).toEqual([[1, 2], [2]]);
		for (let seq = 3; seq < 6; seq++) push(batchOf(seq, INTERACTIVE_BYTES), false);
		await Promise.resolve();
		expect(taken).toEqual([1, 2]);
	});

	it('that we asked for do', async () => {
		const {taken, push} = createWorld(1);
		push(batchOf(1));
		await Promise.resolve();
		expect(taken).toEqual([]);
	});

	it('are gathered all the same once taking each at once has cost eight slices', async () => {
		const {clock, taken, commits, push} = createWorld(1);
		for (let seq = 1; seq <= 8 * RECEIVE_SLICE_MS + 3; seq++) {
			push(batchOf(seq), false);
			await Promise.resolve();
		}

		expect(commits).toHaveLength(8 * RECEIVE_SLICE_MS);
		await clock.advance(1);
		expect(taken).toHaveLength(8 * RECEIVE_SLICE_MS + 3);
		expect(commits.length).toBeGreaterThan(8 * RECEIVE_SLICE_MS);
	});

	it('of one who sends little go before those of one who is new and took nothing of our time yet', async () => {
		const clock = createFakeClock();
		const log: unknown[] = [];
		let now = 0;
		const intake = createIngestQueue(
			{...clock, monotonic: () => now},
			{
				ingest({link}) {
					log.push(link);
					now += 1;
				},
				commit: () => log.push('commit'),
			},
		);
		const linkOf = () => ({pause() {}, resume() {}}) as unknown as PeerLink;
		const [ann, mallory] = [linkOf(), linkOf()];
		intake.push({batch: batchOf(1), link: ann, requested: false});
		await clock.advance(1);
		log.length = 0;
		for (let seq = 1; seq <= 9; seq++)
			intake.push({batch: batchOf(seq, INTERACTIVE_BYTES), link: mallory, requested: false});
		intake.push({batch: batchOf(2), link: ann, requested: false});
		await clock.advance(1);
		expect(log.slice(0, 3)).toEqual([ann, 'commit', mallory]);
	});

	it('are gathered to fewer when what they lead to takes long', async () => {
		const clock = createFakeClock();
		let now = 0;
		const slices: number[] = [];
		let taken = 0;
		const intake = createIngestQueue(
			{...clock, monotonic: () => now},
			{
				ingest() {
					taken += 1;
					now += 1;
				},
				commit() {
					slices.push(taken);
					now += 3 * taken;
					taken = 0;
				},
			},
		);
		const link = {pause() {}, resume() {}} as PeerLink;
		for (let seq = 1; seq <= 100; seq++) intake.push({batch: batchOf(seq), link, requested: true});
		await clock.advance(1);
		expect(slices[0]).toBe(4);
		expect(Math.max(...slices.slice(1))).toBe(1);
	});

	it('of many who each say little wait for no rest', async () => {
		const {clock, intake, taken} = createWorld(2);
		for (let seq = 1; seq <= 60; seq++) {
			const link = {pause() {}, resume() {}} as unknown as PeerLink;
			intake.push({batch: batchOf(seq), link, requested: false});
			await clock.advance(0);
		}

		expect(taken).toHaveLength(60);
	});

	it('are forgotten after a stop', async () => {
		const {clock, intake, taken, push} = createWorld(1);
		push(batchOf(1));
		intake.stop();
		push(batchOf(2));
		await clock.advance(10);
		expect(taken).toEqual([]);
	});
});
