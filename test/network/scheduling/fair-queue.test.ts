import {expect, it} from 'vitest';
import {runWithinBudget} from '../../../source/network/scheduling/chunked-work.js';
import {createFairQueue, createUsageMeter, INTERACTIVE_BYTES} from '../../../source/network/scheduling/fair-queue.js';
import {createTurnClock} from '../../helpers/turn-clock.js';

const INTERACTIVE_MS = 10;

/** A queue of named entries. `step` runs one step of the next entry, which takes `ms` and leaves `bytes` waiting. */
function createBench() {
	const clock = createTurnClock();
	const queue = createFairQueue<ReturnType<typeof createEntry>>(clock, INTERACTIVE_MS);
	function createEntry(name: string, usageMs: number, bytes = 2 * INTERACTIVE_BYTES) {
		const entry = {name, usage: createUsageMeter(), bytes};
		entry.usage.add(usageMs, clock.monotonic());
		return entry;
	}

	return {
		clock,
		queue,
		add(name: string, usageMs: number, bytes?: number) {
			queue.add(createEntry(name, usageMs, bytes));
		},
		step(ms: number, bytes: number) {
			const next = queue.next();
			if (!next) return undefined;
			queue.run(next.entry, () => {
				clock.spend(ms);
				next.entry.bytes = bytes;
			});
			return next.entry.name;
		},
		next: () => queue.next()?.entry.name,
	};
}

it('the next entry of a fair queue is the least-served one', () => {
	const bench = createBench();
	for (const [name, usageMs] of [
		['a', 30],
		['b', 20],
		['c', 25],
	] as const)
		bench.add(name, usageMs);
	expect(Array.from({length: 4}, () => bench.step(8, 2 * INTERACTIVE_BYTES))).toEqual(['b', 'c', 'b', 'a']);
});

it('an entry of a fair queue is interactive if it has little waiting work and used little time recently', () => {
	const bench = createBench();
	bench.add('new with much work', 0);
	bench.add('busy with little work', INTERACTIVE_MS + 1, 1);
	expect(bench.queue.next()).toMatchObject({entry: {name: 'new with much work'}, isInteractive: false});
	bench.add('chatting', INTERACTIVE_MS, INTERACTIVE_BYTES);
	expect(bench.queue.next()).toMatchObject({entry: {name: 'chatting'}, isInteractive: true});
});

it('interactive entries of a fair queue run in turn, one step each', () => {
	const bench = createBench();
	for (const name of ['a', 'b', 'c']) bench.add(name, 0, 2);
	expect(Array.from({length: 4}, () => bench.step(1, 1))).toEqual(['a', 'b', 'c', 'a']);
});

it('an entry without waiting work is removed from the fair queue', () => {
	const bench = createBench();
	bench.add('a', 0);
	bench.step(1, 0);
	expect([bench.queue.size, bench.next()]).toEqual([0, undefined]);
});

it('the value of a usage meter halves within each second', () => {
	const meter = createUsageMeter();
	meter.add(80, 1000);
	expect([meter.valueAt(1000), meter.valueAt(2000), meter.valueAt(4000)]).toEqual([80, 40, 10]);
});

it('`runWithinBudget` runs no step after the one that uses up the budget', () => {
	const clock = createTurnClock();
	let steps = 0;
	const step = () => {
		steps += 1;
		clock.spend(3);
		return steps < 5;
	};
	expect([runWithinBudget(clock, 7, step), steps]).toEqual([9, 3]);
	expect([runWithinBudget(clock, 100, step), steps]).toEqual([3, 5]);
});
