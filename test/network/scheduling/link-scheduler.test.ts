import {expect, it} from 'vitest';
import type {Clock} from '../../../source/core/environment.js';
import {READ_SLICE_MS} from '../../../source/core/limits.js';
import {INTERACTIVE_BYTES} from '../../../source/network/scheduling/fair-queue.js';
import {createLinkScheduler, type LinkScheduler} from '../../../source/network/scheduling/link-scheduler.js';

interface BenchLink {
	ready(steps?: number): void;
	cancel(): void;
	/** Whether this node asked for the work of the next steps. */
	isWanted: boolean;
}

interface Bench {
	readonly scheduler: LinkScheduler;
	/** Name of the link that ran, for each step so far. */
	readonly done: string[];
	/** Fires the next timer, which is one turn of the event loop. Returns false if no timer is set. */
	next(): boolean;
	/**
	 * Registers a link with `steps` steps of `ms` and `bytes` each. With the default `bytes`, a link with two waiting steps
	 * is not interactive.
	 */
	link(name: string, steps: number, ms: number, bytes?: number): BenchLink;
	pass(ms: number): void;
	/** Delay of the timer that was set last, in ms. */
	pause(): number | undefined;
}

/** Creates a scheduler on a clock that advances only while a step runs, or by `pass`. */
function createBench(): Bench {
	let now = 0;
	const timers: (() => void)[] = [];
	const pauses: number[] = [];
	const clock: Clock = {
		now: () => now,
		monotonic: () => now,
		after(ms, run) {
			timers.push(run);
			pauses.push(ms);
			return {cancel: () => void timers.splice(timers.indexOf(run), 1)};
		},
	};
	const scheduler = createLinkScheduler(clock);
	const done: string[] = [];
	return {
		scheduler,
		done,
		next() {
			const run = timers.shift();
			run?.();
			return run !== undefined;
		},
		link(name, steps, ms, bytes = INTERACTIVE_BYTES) {
			let left = steps;
			const place = scheduler.register(() => {
				now += ms;
				done.push(name);
				left -= 1;
				if (link.isWanted) place.noteWanted();
				return left * bytes;
			});
			const link: BenchLink = {
				isWanted: false,
				ready(more = 0) {
					left += more;
					place.ready(left * bytes);
				},
				cancel: place.cancel,
			};
			return link;
		},
		pass(ms) {
			now += ms;
		},
		pause: () => pauses.at(-1),
	};
}

it('the scheduler runs the work of a link at once if the link announces only little work', () => {
	const bench = createBench();
	bench.link('ann', 3, READ_SLICE_MS / 3).ready();
	expect(bench.done).toEqual(['ann', 'ann', 'ann']);
});

it('a link with much work yields to the event loop after one slice, and continues after sockets have been read', () => {
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

it('all links together get one time slice in each turn of the event loop', () => {
	const bench = createBench();
	for (let index = 0; index < 10; index++) bench.link(`m${index}`, 1, 1).ready();
	expect(bench.done).toHaveLength(READ_SLICE_MS);
});

it('of several links with much work, the least-served link runs first, even if others have waited longer', () => {
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

it('the measured usage of a flooding link decays within seconds after the flood', () => {
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

it('the scheduler runs no more steps of a link that was cancelled, and no steps at all after it was stopped', () => {
	const bench = createBench();
	const mallory = bench.link('mallory', 100, 2);
	mallory.ready();
	mallory.cancel();
	const before = bench.done.length;
	while (bench.next());
	expect(bench.done).toHaveLength(before);
	bench.link('late', 100, 2).ready();
	bench.scheduler.stop();
	expect(bench.next()).toBe(false);
});

it('work that is announced during a step runs after that step', () => {
	const bench = createBench();
	const order: string[] = [];
	const inner = bench.scheduler.register(() => {
		order.push('inner');
		return 0;
	});
	bench.scheduler
		.register(() => {
			inner.ready(1);
			order.push('outer');
			return 0;
		})
		.ready(1);
	expect(order).toEqual(['outer', 'inner']);
});

it('a link that needed little time lately runs before new links with much work, even if other links have used up the time of this turn of the event loop', () => {
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

it('links that needed little time lately run by turns, one step each, and also yield to the event loop', () => {
	const bench = createBench();
	const names = Array.from({length: 8}, (_, index) => `n${index}`);
	const links = names.map(name => bench.link(name, 2, READ_SLICE_MS / 2, 10));
	bench.pass(2000);
	for (const link of links) link.ready();
	expect(bench.done).toEqual(['n0', 'n0']);
	while (bench.next());
	expect(bench.done.slice(2)).toEqual([...names.slice(1), ...names.slice(1)]);
});

it('under overload, the work of all links that are not interactive pauses for eight times as long as it has run', () => {
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

it('work that this node requested does not count as overload, but work that others send does', () => {
	const bench = createBench();
	bench.pass(2000);
	const author = bench.link('author', 2000, 1);
	author.isWanted = true;
	author.ready();
	for (let turn = 0; turn < 1000 / READ_SLICE_MS; turn++) {
		bench.next();
		expect(bench.pause()).toBe(0);
	}
	author.isWanted = false;
	const pauses = Array.from({length: 1000 / READ_SLICE_MS}, () => bench.next() && bench.pause());
	expect(pauses).toContain(8 * READ_SLICE_MS);
});

it('a new link is not interactive within its first second', () => {
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
