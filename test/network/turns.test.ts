import {expect, it} from 'vitest';
import {READ_SLICE_MS} from '../../source/core/limits.js';
import type {Clock} from '../../source/network/clock.js';
import {createTurns, type Turns} from '../../source/network/turns.js';

interface Bench {
	readonly turns: Turns;
	/** One line a step done. */
	readonly done: string[];
	/** Runs what was put off, a turn of the event loop. */
	next(): boolean;
	/** A link that has so many steps to do, each of so many ms. */
	link(name: string, steps: number, ms: number): {ready(steps?: number): void; leave(): void};
	pass(ms: number): void;
	/** For how long the rest was put off last. */
	pause(): number | undefined;
}

/** A clock that moves only as steps work. */
function createBench(): Bench {
	let now = 0;
	const put: (() => void)[] = [];
	const pauses: number[] = [];
	const clock: Clock = {
		now: () => now,
		monotonic: () => now,
		after(ms, run) {
			put.push(run);
			pauses.push(ms);
			return {cancel: () => void put.splice(put.indexOf(run), 1)};
		},
	};
	const turns = createTurns(clock);
	const done: string[] = [];
	return {
		turns,
		done,
		next() {
			const run = put.shift();
			run?.();
			return run !== undefined;
		},
		link(name, steps, ms) {
			let left = steps;
			const turn = turns.join(() => {
				now += ms;
				done.push(name);
				left -= 1;
				return left > 0;
			});
			return {
				ready(more = 0) {
					left += more;
					turn.ready();
				},
				leave: turn.leave,
			};
		},
		pass(ms) {
			now += ms;
		},
		pause: () => pauses.at(-1),
	};
}

it('little work is done at once', () => {
	const bench = createBench();
	bench.link('ann', 3, 1).ready();
	expect(bench.done).toEqual(['ann', 'ann', 'ann']);
});

it('much work leaves the event loop free after a slice, and goes on in the next turn', () => {
	const bench = createBench();
	bench.link('mallory', 10, 1).ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
	bench.next();
	expect(bench.done).toHaveLength(2 * READ_SLICE_MS);
	while (bench.next());
	expect(bench.done).toHaveLength(10);
});

it('what all links do within one turn counts together', () => {
	const bench = createBench();
	for (let index = 0; index < 10; index++) bench.link(`m${index}`, 1, 1).ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
});

it('who took least of our time lately comes first, however long others wait', () => {
	const bench = createBench();
	for (const name of ['m1', 'm2', 'm3']) bench.link(name, 100, 2).ready();
	for (let turn = 0; turn < 5; turn++) bench.next();
	bench.done.length = 0;
	const ann = bench.link('ann', 1, 1);
	ann.ready();
	bench.next();
	expect(bench.done[0]).toBe('ann');
	bench.next();
	bench.done.length = 0;
	ann.ready(1);
	bench.next();
	expect(bench.done[0]).toBe('ann');
});

it('a flood is forgiven after some seconds of rest', () => {
	const bench = createBench();
	const mallory = bench.link('mallory', 100, 2);
	mallory.ready();
	while (bench.next());
	const busy = bench.link('busy', 1000, 1);
	busy.ready();
	for (let turn = 0; turn < 3; turn++) bench.next();
	bench.pass(30_000);
	busy.ready();
	for (let turn = 0; turn < 3; turn++) bench.next();
	bench.done.length = 0;
	mallory.ready(1);
	bench.next();
	expect(bench.done[0]).toBe('mallory');
});

it('who left or was stopped does nothing more', () => {
	const bench = createBench();
	const mallory = bench.link('mallory', 100, 2);
	mallory.ready();
	mallory.leave();
	const before = bench.done.length;
	while (bench.next());
	expect(bench.done).toHaveLength(before);
	bench.link('late', 100, 2).ready();
	bench.turns.stop();
	expect(bench.next()).toBe(false);
});

it('work that comes up within a step waits for the end of that step', () => {
	const bench = createBench();
	const order: string[] = [];
	const inner = bench.turns.join(() => {
		order.push('inner');
		return false;
	});
	bench.turns
		.join(() => {
			inner.ready();
			order.push('outer');
			return false;
		})
		.ready();
	expect(order).toEqual(['outer', 'inner']);
});

it('who took more than history needs rests as long as it works, and nobody else does', () => {
	const bench = createBench();
	const mallory = bench.link('mallory', 1000, 1);
	mallory.ready();
	for (let turn = 0; turn < 80; turn++) bench.next();
	expect(bench.pause()).toBe(READ_SLICE_MS);
	bench.done.length = 0;
	bench.link('ann', 1, 1).ready();
	expect(bench.done).toEqual(['ann']);
	bench.next();
	expect(bench.done).toEqual(['ann', ...Array.from({length: READ_SLICE_MS}, () => 'mallory')]);
});
