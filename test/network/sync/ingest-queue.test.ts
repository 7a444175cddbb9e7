import {describe, expect, it} from 'vitest';
import type {Batch} from '../../../source/core/batch.js';
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

/** Creates a queue whose ingest of one batch takes `costMs`. */
function createBench(costMs: number) {
	const clock = createFakeClock();
	let spent = 0;
	const ingested: number[] = [];
	const commits: number[] = [];
	const calls: string[] = [];
	const link = {pause: () => calls.push('pause'), resume: () => calls.push('resume')} as unknown as PeerLink;
	const queue = createIngestQueue(
		{...clock, monotonic: () => clock.monotonic() + spent},
		{
			ingest({batch}: IncomingBatch) {
				ingested.push(batch.firstSeq);
				spent += costMs;
			},
			commit: () => commits.push(ingested.length),
		},
	);
	const push = (batch: Batch, requested = true) => queue.push({batch, link, requested, live: true});
	return {clock, queue, ingested, commits, calls, push};
}

describe('the ingest queue', () => {
	it('the ingest queue ingests batches in order, in short slices, and commits the batches of four slices together', async () => {
		const {clock, ingested, commits, push} = createBench(RECEIVE_SLICE_MS / 2);
		const seqs = Array.from({length: 19}, (_, index) => index + 1);
		for (const seq of seqs) push(batchOf(seq, INTERACTIVE_BYTES));
		expect(ingested).toEqual([]);
		await clock.advance(1);
		expect(ingested).toEqual(seqs);
		expect(commits).toEqual([8, 16, 19]);
	});

	it('the ingest queue yields to the event loop between slices, and before a commit that takes as long as a slice', () => {
		const clock = createTurnClock();
		const log: string[] = [];
		const work = (name: string) => () => {
			log.push(name);
			clock.spend(RECEIVE_SLICE_MS);
		};
		const queue = createIngestQueue(clock, {ingest: work('ingest'), commit: work('commit')});
		const link = {pause() {}, resume() {}} as PeerLink;
		for (let seq = 1; seq <= 6; seq++)
			queue.push({batch: batchOf(seq, INTERACTIVE_BYTES), link, requested: true, live: true});
		for (let run = clock.turns.shift(); run; run = clock.turns.shift()) {
			run();
			log.push('|');
		}

		expect(log.join(' ')).toBe('ingest | ingest | ingest | ingest | commit | ingest | ingest | commit |');
	});

	it('the ingest queue ingests and commits all waiting batches when it is drained', () => {
		const {queue, ingested, commits, push} = createBench(100);
		for (let seq = 1; seq <= 3; seq++) push(batchOf(seq));
		queue.drain();
		expect([ingested.length, commits, queue.busy]).toEqual([3, [3], false]);
	});

	it('the ingest queue pauses a connection while more than MAX_INGEST_BYTES wait, and resumes it when less than half of that is left', async () => {
		const {clock, calls, push} = createBench(RECEIVE_SLICE_MS);
		for (let seq = 1; seq <= 5; seq++) push(batchOf(seq, MAX_INGEST_BYTES / 4));
		expect(calls).toEqual(['pause']);
		await clock.advance(1);
		expect(calls).toEqual(['pause', 'resume']);
	});

	it('the ingest queue ingests and commits batches of interactive links first, and never pauses these links because of other links', async () => {
		const clock = createFakeClock();
		let now = 0;
		const log: string[] = [];
		const linkOf = (name: string) =>
			({pause: () => log.push(`${name} pauses`), resume: () => log.push(`${name} resumes`)}) as unknown as PeerLink;
		const [mallory, ann] = [linkOf('mallory'), linkOf('ann')];
		const queue = createIngestQueue(
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
				queue.push({batch: batchOf(seq, MAX_INGEST_BYTES / 4), link: mallory, requested: false, live: true});
		};
		flood();
		await clock.advance(1);
		log.length = 0;
		flood();
		queue.push({batch: batchOf(1), link: ann, requested: false, live: true});
		await clock.advance(1);
		expect(log.slice(0, 4)).toEqual(['mallory pauses', 'ann', 'commit', 'm']);
		expect(log).not.toContain('ann pauses');
	});

	it('the ingest queue ingests pushed batches of interactive links before the next turn of the event loop', async () => {
		const {ingested, commits, push} = createBench(1);
		push(batchOf(1), false);
		push(batchOf(2), false);
		await Promise.resolve();
		expect([ingested, commits]).toEqual([[1, 2], [2]]);
		for (let seq = 3; seq < 6; seq++) push(batchOf(seq, INTERACTIVE_BYTES), false);
		await Promise.resolve();
		expect(ingested).toEqual([1, 2]);
	});

	it('the ingest queue ingests requested batches only in the next turn of the event loop', async () => {
		const {ingested, push} = createBench(1);
		push(batchOf(1));
		await Promise.resolve();
		expect(ingested).toEqual([]);
	});

	it('the ingest queue commits each pushed batch alone until the pushes of this turn have used up a small budget of time, and then ingests pushes in slices', async () => {
		const {clock, ingested, commits, push} = createBench(1);
		for (let seq = 1; seq <= 8 * RECEIVE_SLICE_MS + 3; seq++) {
			push(batchOf(seq), false);
			await Promise.resolve();
		}

		expect(commits).toHaveLength(8 * RECEIVE_SLICE_MS);
		await clock.advance(1);
		expect(ingested).toHaveLength(8 * RECEIVE_SLICE_MS + 3);
		expect(commits.length).toBeGreaterThan(8 * RECEIVE_SLICE_MS);
	});

	it('the ingest queue serves an interactive link before a new link that has used no time yet but has much waiting work', async () => {
		const clock = createFakeClock();
		const log: unknown[] = [];
		let now = 0;
		const queue = createIngestQueue(
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
		queue.push({batch: batchOf(1), link: ann, requested: false, live: true});
		await clock.advance(1);
		log.length = 0;
		for (let seq = 1; seq <= 9; seq++)
			queue.push({batch: batchOf(seq, INTERACTIVE_BYTES), link: mallory, requested: false, live: true});
		queue.push({batch: batchOf(2), link: ann, requested: false, live: true});
		await clock.advance(1);
		expect(log.slice(0, 3)).toEqual([ann, 'commit', mallory]);
	});

	it('the ingest queue commits fewer batches together if a commit takes long', async () => {
		const clock = createFakeClock();
		let now = 0;
		const slices: number[] = [];
		let ingested = 0;
		const queue = createIngestQueue(
			{...clock, monotonic: () => now},
			{
				ingest() {
					ingested += 1;
					now += 1;
				},
				commit() {
					slices.push(ingested);
					now += 3 * ingested;
					ingested = 0;
				},
			},
		);
		const link = {pause() {}, resume() {}} as PeerLink;
		for (let seq = 1; seq <= 100; seq++) queue.push({batch: batchOf(seq), link, requested: true, live: true});
		await clock.advance(1);
		expect(slices[0]).toBe(4);
		expect(Math.max(...slices.slice(1))).toBe(1);
	});

	it('the ingest queue does not delay batches of interactive links, even if there are many such links', async () => {
		const {clock, queue, ingested} = createBench(2);
		for (let seq = 1; seq <= 60; seq++) {
			const link = {pause() {}, resume() {}} as unknown as PeerLink;
			queue.push({batch: batchOf(seq), link, requested: false, live: true});
			await clock.advance(0);
		}

		expect(ingested).toHaveLength(60);
	});

	it('the ingest queue drops all batches when it is stopped, and all that are pushed after the stop', async () => {
		const {clock, queue, ingested, push} = createBench(1);
		push(batchOf(1));
		queue.stop();
		push(batchOf(2));
		await clock.advance(10);
		expect(ingested).toEqual([]);
	});
});
