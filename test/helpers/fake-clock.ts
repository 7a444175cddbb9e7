import type {Clock, Timer} from '../../source/core/environment.js';

interface Entry {
	readonly at: number;
	/** Of two at the same time the one set first runs first. */
	readonly order: number;
	run: (() => void) | undefined;
}

/** A node's own view: its wall clock may be off, it may be suspended, and it ends with its node. */
export interface ClockView extends Clock {
	/** Wall clock minus the true time, ms. */
	setSkew(ms: number): void;
	/**
	 * As `after`, for what comes from outside: a process that stood still runs its own timers first, then reads its sockets.
	 * `landed`: it has come this far, whether the process runs or not.
	 */
	arrival(ms: number, run: () => void, landed?: () => void): Timer;
	/** The process gets no CPU: its timers come due and wait, and so does what arrives. */
	freeze(): void;
	/** Runs, in order, the timers that came due meanwhile, and then what arrived. */
	thaw(): void;
	readonly frozen: boolean;
	/** The process is gone: nothing of it ever runs again. */
	kill(): void;
}

export interface FakeClock extends Clock {
	/** Runs all timers of the next `ms` in order; promises settle after each. */
	advance(ms: number): Promise<void>;
	/** Advances timer by timer until the condition holds; false if `limitMs` passed or no timer is left. */
	advanceUntil(condition: () => boolean, limitMs: number): Promise<boolean>;
	/** Time passes and nothing runs until it has: the machine slept. */
	sleep(ms: number): Promise<void>;
	view(options?: {readonly skewMs?: number}): ClockView;
	/** Timers that are set: what is left after a stop is a leak. */
	readonly pending: number;
	/** Lets promises settle without time passing. */
	settle(): Promise<void>;
}

const DEFAULT_START = Date.UTC(2026, 10, 22, 12);

/** A macrotask: every promise and `nextTick` chain that needs no outside world has settled by then. */
function settle(): Promise<void> {
	return new Promise(resolve => setImmediate(resolve));
}

function before(a: Entry, b: Entry): boolean {
	return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/** Binary heap, earliest first. */
function createQueue() {
	const heap: Entry[] = [];
	return {
		peek: (): Entry | undefined => heap[0],
		push(entry: Entry): void {
			let place = heap.push(entry) - 1;
			while (place > 0) {
				const parent = (place - 1) >> 1;
				if (!before(entry, heap[parent]!)) break;
				heap[place] = heap[parent]!;
				place = parent;
			}
			heap[place] = entry;
		},
		pop(): void {
			const last = heap.pop();
			if (!last || heap.length === 0) return;
			let place = 0;
			for (;;) {
				let child = place * 2 + 1;
				if (child >= heap.length) break;
				if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
				if (!before(heap[child]!, last)) break;
				heap[place] = heap[child]!;
				place = child;
			}
			heap[place] = last;
		},
	};
}

function createView(clock: Clock, skewMs: number): ClockView {
	let skew = skewMs;
	let state: 'running' | 'frozen' | 'killed' = 'running';
	const overdue = new Set<() => void>();
	const arrived = new Set<() => void>();

	function plan(ms: number, run: () => void, waiting: Set<() => void>, landed?: () => void): Timer {
		let cancelled = false;
		const go = () => {
			if (cancelled) return;
			if (state === 'running') run();
			else if (state === 'frozen') waiting.add(go);
		};
		const timer = clock.after(ms, () => {
			if (!cancelled && state !== 'killed') landed?.();
			go();
		});
		return {
			cancel() {
				cancelled = true;
				timer.cancel();
				waiting.delete(go);
			},
		};
	}

	return {
		now: () => clock.now() + skew,
		monotonic: () => clock.monotonic(),
		after: (ms, run) => plan(ms, run, overdue),
		arrival: (ms, run, landed) => plan(ms, run, arrived, landed),
		setSkew(ms) {
			skew = ms;
		},
		freeze() {
			if (state === 'running') state = 'frozen';
		},
		thaw() {
			if (state !== 'frozen') return;
			state = 'running';
			const due = [...overdue, ...arrived];
			overdue.clear();
			arrived.clear();
			for (const run of due) clock.after(0, run);
		},
		get frozen() {
			return state === 'frozen';
		},
		kill() {
			state = 'killed';
			overdue.clear();
			arrived.clear();
		},
	};
}

/** Time that passes only when a test says so. Nothing here touches a real timer. */
export function createFakeClock(start: number = DEFAULT_START): FakeClock {
	const queue = createQueue();
	let elapsed = 0;
	let order = 0;
	let pending = 0;

	const clock: Clock = {
		now: () => Math.floor(start + elapsed),
		monotonic: () => elapsed,
		after(ms, run) {
			const entry: Entry = {at: elapsed + Math.max(0, ms), order: order++, run};
			queue.push(entry);
			pending++;
			return {
				cancel() {
					if (entry.run) pending--;
					entry.run = undefined;
				},
			};
		},
	};

	/** The next timer that was not cancelled. */
	function next(): Entry | undefined {
		for (let entry = queue.peek(); entry; entry = queue.peek()) {
			if (entry.run) return entry;
			queue.pop();
		}
		return undefined;
	}

	async function runOne(entry: Entry): Promise<void> {
		queue.pop();
		pending--;
		elapsed = Math.max(elapsed, entry.at);
		const run = entry.run!;
		entry.run = undefined;
		run();
		await settle();
	}

	async function advanceUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
		const end = elapsed + limitMs;
		await settle();
		for (;;) {
			if (condition()) return true;
			const entry = next();
			if (!entry || entry.at > end) break;
			await runOne(entry);
		}
		elapsed = Math.max(elapsed, end);
		return condition();
	}

	return {
		...clock,
		advanceUntil,
		async advance(ms) {
			await advanceUntil(() => false, ms);
		},
		async sleep(ms) {
			elapsed += ms;
			await advanceUntil(() => false, 0);
		},
		view: ({skewMs = 0} = {}) => createView(clock, skewMs),
		get pending() {
			return pending;
		},
		settle,
	};
}
