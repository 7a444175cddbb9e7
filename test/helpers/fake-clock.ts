import type {Clock, Timer} from '../../source/core/environment.js';

interface Entry {
	readonly at: number;
	/** Decides between two timers that are due at the same time: the one that was set first runs first. */
	readonly order: number;
	run: (() => void) | undefined;
}

/** Clock of one process. Its wall clock can be wrong, and the process can be suspended or killed. */
export interface ClockView extends Clock {
	/** Wall clock minus the true time, ms. */
	setSkew(ms: number): void;
	/**
	 * Timer for an arrival from the network. After a stall the process first runs its own timers, then its arrivals.
	 * `landed` runs at the time of arrival, even if the process is suspended.
	 */
	arrival(ms: number, run: () => void, landed?: () => void): Timer;
	/** Suspends the process: due timers and arrivals wait. */
	freeze(): void;
	/** Resumes the process: runs the due timers in order, then the arrivals. */
	thaw(): void;
	readonly frozen: boolean;
	/** Ends the process: none of its timers runs again. */
	kill(): void;
}

/** Clock of a test, with a view for each simulated process. */
export interface FakeClock extends Clock {
	/** Runs all timers of the next `ms` in order; promises settle after each. */
	advance(ms: number): Promise<void>;
	/** Advances timer by timer until the condition holds; false if `limitMs` passed or no timer is left. */
	advanceUntil(condition: () => boolean, limitMs: number): Promise<boolean>;
	/** Advances the time first and then runs the due timers, as a machine does when it wakes from sleep. */
	sleep(ms: number): Promise<void>;
	view(options?: {readonly skewMs?: number}): ClockView;
	/** Number of timers that are set. Timers that remain after all nodes have stopped are a leak. */
	readonly pending: number;
	/** Lets promises settle without time passing. */
	settle(): Promise<void>;
}

const DEFAULT_START = Date.UTC(2026, 10, 22, 12);

/** Waits for a macrotask: by then every promise and `nextTick` chain without real I/O has settled. */
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
			let position = heap.push(entry) - 1;
			while (position > 0) {
				const parent = (position - 1) >> 1;
				if (!before(entry, heap[parent]!)) break;
				heap[position] = heap[parent]!;
				position = parent;
			}
			heap[position] = entry;
		},
		pop(): void {
			const last = heap.pop();
			if (!last || heap.length === 0) return;
			let position = 0;
			for (;;) {
				let child = position * 2 + 1;
				if (child >= heap.length) break;
				if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
				if (!before(heap[child]!, last)) break;
				heap[position] = heap[child]!;
				position = child;
			}
			heap[position] = last;
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

/** Clock whose time advances only when a test advances it. It uses no real timer. */
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
