/**
 * Clock of a process whose work takes time. A fake clock does not advance while code runs, so that a flood would cost the
 * flooded node nothing. Here each reading of the monotonic clock costs STEP_MS: the program reads that clock a few times for
 * each message. While the process is busy, its timers and arrivals wait, as in an event loop.
 */
import type {Timer} from '../../source/core/environment.js';
import type {ClockView} from '../helpers/fake-clock.js';

/**
 * Time that each reading of the clock takes, ms: the time that a small message takes, divided by the number of readings
 * for it.
 */
const STEP_MS = 0.01;

export function createBusyClock(view: ClockView): ClockView {
	const ready: (() => void)[] = [];
	let busyUntil = 0;
	let turn: Timer | undefined;

	/**
	 * Runs the timers and arrivals that are due, until their work makes the process busy. The others wait until it is
	 * free again.
	 */
	function runReady(): void {
		while (ready.length > 0 && busyUntil <= view.monotonic()) ready.shift()?.();
		if (ready.length === 0 || turn) return;
		turn = view.after(busyUntil - view.monotonic(), () => {
			turn = undefined;
			runReady();
		});
	}

	function defer(plan: (run: () => void) => Timer, run: () => void): Timer {
		let isCancelled = false;
		const timer = plan(() => {
			ready.push(() => {
				if (!isCancelled) run();
			});
			runReady();
		});
		return {
			cancel() {
				isCancelled = true;
				timer.cancel();
			},
		};
	}

	return {
		now: view.now,
		monotonic() {
			busyUntil = Math.max(busyUntil, view.monotonic()) + STEP_MS;
			return busyUntil;
		},
		after: (ms, run) => defer(go => view.after(ms, go), run),
		arrival: (ms, run, landed) => defer(go => view.arrival(ms, go, landed), run),
		setSkew: view.setSkew,
		freeze: view.freeze,
		thaw: view.thaw,
		kill: view.kill,
		get frozen() {
			return view.frozen;
		},
	};
}
