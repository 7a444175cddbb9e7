/**
 * Fair cooperative scheduler of the work that links bring: reading, decoding and handling their messages.
 *
 * Work runs in small steps in the order of the fair queue. After READ_SLICE_MS the remaining work waits for the next turn of
 * the event loop, so that sockets, keys and timers are served in between. Interactive links have a slice of their own.
 * Under overload all other links together get a ninth of the time. The limit is global, because a banned peer can return
 * with a new key.
 *
 * Ingest and answers to requests keep their own slices (sync/ingest-queue.ts, sync/range-responder.ts). Here a step starts at
 * once when bytes arrive. Batches are gathered over several turns, because one commit of many is far cheaper than many
 * commits. Answers depend on how fast the other end reads. The three share the parts: fair queue, budget, coalesced timer.
 */
import type {Clock} from '../../core/environment.js';
import {READ_SLICE_MS} from '../../core/limits.js';
import {createCoalescedTimer} from './coalesced-timer.js';
import {createFairQueue, createUsageMeter, type QueueChoice, type QueueEntry} from './fair-queue.js';

/** Usage of all links together above which a node is overloaded. Reading a million events uses less than half of it. */
const OVERLOAD_MS = 250;
/** Pause of bulk work under overload, as a multiple of the time that it used. */
const THROTTLE_FACTOR = 8;
/** Usage that no chatting person exceeds. */
const INTERACTIVE_USAGE_MS = 10;
/** Usage of a new link, because checking its hello costs more than chatting. It is interactive after one second. */
const INITIAL_USAGE_MS = 2 * INTERACTIVE_USAGE_MS;

/** The place of one link in the scheduler. */
export interface ScheduledLink {
	/** Announces that `bytes` of work wait. Starts at once if this turn of the event loop has time left. */
	ready(bytes: number): void;
	/** Drops the waiting work. */
	cancel(): void;
}

export interface LinkScheduler {
	/** `step` does one piece of the work and returns how many bytes are left. */
	register(step: () => number): ScheduledLink;
	stop(): void;
}

interface ScheduledEntry extends QueueEntry {
	readonly step: () => number;
	bytes: number;
}

export function createLinkScheduler(clock: Clock): LinkScheduler {
	const waiting = createFairQueue<ScheduledEntry>(clock, INTERACTIVE_USAGE_MS);
	const total = createUsageMeter();
	const timer = createCoalescedTimer(clock, startTurn);
	/** Time used since the last timer. */
	let interactiveMs = 0;
	let bulkMs = 0;
	let isWorking = false;
	/** Whether a step ran since the last timer, outside of it. */
	let didWork = false;
	/** Only interactive links work until the next timer. */
	let isThrottled = false;
	/** Delay of the scheduled timer. */
	let pauseMs = 0;

	function runStep({entry, isInteractive}: QueueChoice<ScheduledEntry>): void {
		const ms = waiting.run(entry, () => {
			entry.bytes = entry.step();
		});
		total.add(ms, clock.monotonic());
		didWork = true;
		if (isInteractive) interactiveMs += ms;
		else bulkMs += ms;
	}

	/** Interactive links do not wait for the time that others used in this turn. */
	const hasTimeLeft = ({isInteractive}: QueueChoice<ScheduledEntry>) =>
		isInteractive ? interactiveMs < READ_SLICE_MS : !isThrottled && bulkMs < READ_SLICE_MS;

	function work(): void {
		if (isWorking) return;
		isWorking = true;
		try {
			for (let next = waiting.next(); next && hasTimeLeft(next); next = waiting.next()) runStep(next);
		} finally {
			isWorking = false;
			planTurn();
		}
	}

	function planTurn(): void {
		const next = waiting.next();
		if (isThrottled && next?.isInteractive) timer.cancel();
		if (timer.isScheduled || (interactiveMs + bulkMs === 0 && waiting.size === 0)) return;
		const isOverloaded = total.valueAt(clock.monotonic()) > OVERLOAD_MS;
		isThrottled = isOverloaded && next !== undefined && !next.isInteractive;
		pauseMs = isThrottled ? THROTTLE_FACTOR * bulkMs : 0;
		if (isThrottled) interactiveMs = 0;
		timer.schedule(pauseMs);
	}

	function startTurn(): void {
		isThrottled = false;
		interactiveMs = 0;
		bulkMs = 0;
		// The event loop reads sockets before this timer. If that led to work, the turn is used up.
		const isUsedUp = didWork && pauseMs === 0;
		if (isUsedUp) planTurn();
		else work();
		didWork = false;
	}

	return {
		register(step) {
			const entry: ScheduledEntry = {step, usage: createUsageMeter(), bytes: 0};
			entry.usage.add(INITIAL_USAGE_MS, clock.monotonic());
			return {
				ready(bytes) {
					entry.bytes = bytes;
					waiting.add(entry);
					work();
				},
				cancel: () => waiting.delete(entry),
			};
		},
		stop() {
			timer.stop();
			waiting.clear();
		},
	};
}
