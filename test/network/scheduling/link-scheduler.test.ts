import {expect, it} from 'vitest';
import type {Clock} from '../../../source/core/environment.js';
import {READ_SLICE_MS} from '../../../source/core/limits.js';
import {INTERACTIVE_BYTES} from '../../../source/network/scheduling/fair-queue.js';
import {createLinkScheduler, type LinkScheduler} from '../../../source/network/scheduling/link-scheduler.js';

interface Bench {
	readonly turns: LinkScheduler;
	/** One line a step done. */
	readonly done: string[];
	/** Runs what was put off, a turn of the event loop. */
	next(): boolean;
	/** A link that has so many steps to do, each of so many ms and bytes: with two it is not light. */
	link(name: string, steps: number, ms: number, bytes?: number): {ready(steps?: number): void; leave(): void};
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
	const turns = createLinkScheduler(clock);
	const done: string[] = [];
	return {
		turns,
		done,
		next() {
			const run = put.shift();
			run?.();
			return run !== undefined;
		},
		link(name, steps, ms, bytes = INTERACTIVE_BYTES) {
			let left = steps;
			const turn = turns.register(() => {
				now += ms;
				done.push(name);
				left -= 1;
				return left * bytes;
			});
			return {
				ready(more = 0) {
					left += more;
					turn.ready(left * bytes);
				},
				leave: turn.cancel,
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
	bench.link('ann', 3, READ_SLICE_MS / 3).ready();
	expect(bench.done).toEqual(['ann', 'ann', 'ann']);
});

it('much work leaves the event loop free after a slice, and goes on once sockets were read again', () => {
	const bench = createBench();
	bench.link('mallory', 10, 1).ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
	bench.next();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
	bench.next();
	expect(bench.done).toHaveLength(2 * READ_SLICE_MS);
	bench.next();
	expect(bench.done).toHaveLength(3 * READ_SLICE_MS);
	while (bench.next());
	expect(bench.done).toHaveLength(10);
});

it('what all links do within one turn counts together', () => {
	const bench = createBench();
	for (let index = 0; index < 10; index++) bench.link(`m${index}`, 1, 1).ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
});

it('of those who bring much, who took least of our time lately comes first, however long others wait', () => {
	const bench = createBench();
	for (const name of ['m1', 'm2', 'm3']) bench.link(name, 100, 2).ready();
	for (let turn = 0; turn < 5; turn++) bench.next();
	bench.done.length = 0;
	const ann = bench.link('ann', 2, 1);
	ann.ready();
	bench.next();
	bench.next();
	expect(bench.done[0]).toBe('ann');
	bench.next();
	bench.done.length = 0;
	ann.ready(2);
	bench.next();
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
	mallory.ready(2);
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
	const inner = bench.turns.register(() => {
		order.push('inner');
		return 0;
	});
	bench.turns
		.register(() => {
			inner.ready(1);
			order.push('outer');
			return 0;
		})
		.ready(1);
	expect(order).toEqual(['outer', 'inner']);
});

it('who says little goes before who is new and took nothing yet, and finds time left in a turn that others used up', () => {
	const bench = createBench();
	const ann = bench.link('ann', 5, 1);
	ann.ready();
	while (bench.next());
	bench.pass(2000);
	bench.done.length = 0;
	for (const name of ['m1', 'm2', 'm3']) bench.link(name, 100, READ_SLICE_MS).ready();
	expect(bench.done).toEqual(['m1']);
	ann.ready(1);
	expect(bench.done).toEqual(['m1', 'ann']);
});

it('many who say little have their turns one after the other, and leave the event loop free as well', () => {
	const bench = createBench();
	const names = Array.from({length: 8}, (_, index) => `n${index}`);
	const links = names.map(name => bench.link(name, 2, READ_SLICE_MS / 2, 10));
	bench.pass(2000);
	for (const link of links) link.ready();
	expect(bench.done).toEqual(['n0', 'n0']);
	while (bench.next());
	expect(bench.done.slice(2)).toEqual([...names.slice(1), ...names.slice(1)]);
});

it('who took more than history needs rests eight times as long as it works, and nobody else does', () => {
	const bench = createBench();
	const [ann, bob] = [bench.link('ann', 1, 1), bench.link('bob', 2 * READ_SLICE_MS, 1, 10)];
	bench.pass(2000);
	const mallory = bench.link('mallory', 1000, 1);
	mallory.ready();
	for (let turn = 0; turn < 160 / READ_SLICE_MS; turn++) bench.next();
	expect(bench.pause()).toBe(0);
	for (let turn = 0; turn < 160 / READ_SLICE_MS; turn++) bench.next();
	expect(bench.pause()).toBe(8 * READ_SLICE_MS);
	bench.done.length = 0;
	ann.ready();
	expect(bench.done).toEqual(['ann']);
	bench.next();
	expect(bench.done).toEqual(['ann', ...Array.from({length: READ_SLICE_MS}, () => 'mallory')]);
	expect(bench.pause()).toBe(8 * READ_SLICE_MS);
	bench.done.length = 0;
	bob.ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
	expect(bench.pause()).toBe(0);
	bench.next();
	bench.next();
	expect(bench.done.slice(0, 2 * READ_SLICE_MS)).toEqual(Array.from({length: 2 * READ_SLICE_MS}, () => 'bob'));
});

it('who is new does not go before others for saying little, until a second is over', () => {
	const bench = createBench();
	bench.link('mallory', 100, READ_SLICE_MS).ready();
	bench.done.length = 0;
	const hello = bench.link('hello', 1, 1);
	hello.ready();
	expect(bench.done).toEqual([]);
	bench.pass(1000);
	hello.ready();
	expect(bench.done).toEqual(['hello']);
});
