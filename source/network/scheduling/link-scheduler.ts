/**
 * Fair cooperative scheduler of the work of all links: reading, decoding and handling their messages.
 *
 * Work runs in small steps in the order of the fair queue. After READ_SLICE_MS the remaining work waits for the next
 * turn of the event loop, so that sockets, key presses and timers are served. Interactive links have a separate slice
 * of time. Under overload all other links together get a ninth of the time. This limit holds for all links together,
 * not for each peer, because a banned peer can return with a new key. The detection of overload ignores work that this
 * node requested, for example a slice of a file, because this node itself limits this work.
 *
 * This scheduler runs a step immediately when bytes arrive. Ingest and answers to requests use other schedules
 * (sync/ingest-queue.ts, sync/range-responder.ts). Ingest collects batches over several turns, because one large commit
 * is cheaper than many small ones. An answer is sent as fast as the other end reads.
 */
import type {Clock} from '../../core/environment.js';
import {READ_SLICE_MS} from '../../core/limits.js';
import {createCoalescedTimer} from './coalesced-timer.js';
import {createFairQueue, createUsageMeter, type QueueChoice, type QueueEntry} from './fair-queue.js';

/**
 * Total usage of all links above which a node is overloaded. Receiving a million events needs less than half of this
 * usage.
 */
const OVERLOAD_MS = 250;
/** Under overload, links that are not interactive pause for this multiple of the time that they used. */
const THROTTLE_FACTOR = 8;
/** Maximum usage of an interactive link. The link of a chatting person stays below it. */
const INTERACTIVE_USAGE_MS = 10;
/**
 * Initial usage of a new link, because checking its hello is expensive. The link can be interactive after one second.
 */
const INITIAL_USAGE_MS = 2 * INTERACTIVE_USAGE_MS;

/** Registration of one link with the scheduler. */
export interface ScheduledLink {
	/**
	 * Announces `bytes` of waiting work. The work starts immediately if this turn has time left for links of its kind:
	 * interactive links, or all others.
	 */
	ready(bytes: number): void;
	/**
	 * To be called in a step whose work this node asked for. The time of this step is not counted when an overload is
	 * detected.
	 */
	noteWanted(): void;
	/** Removes the link from the queue until the next call of `ready`. */
	cancel(): void;
}

export interface LinkScheduler {
	/** Registers a link. `step` does one part of its work and returns the number of bytes that still wait. */
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
	/** Time used by interactive links, and by all other links, since the timer last fired. */
	let interactiveMs = 0;
	let bulkMs = 0;
	let isWorking = false;
	/** Whether this node asked for the work of the step that is running. */
	let isWanted = false;
	/** Whether a step ran since the timer last fired, outside the callback of the timer. */
	let didWork = false;
	/** Whether only interactive links may work until the timer fires. */
	let isThrottled = false;
	/** Delay of the scheduled timer, in ms. */
	let pauseMs = 0;

	function runStep({entry, isInteractive}: QueueChoice<ScheduledEntry>): void {
		isWanted = false;
		const ms = waiting.run(entry, () => {
			entry.bytes = entry.step();
		});
		if (!isWanted) total.add(ms, clock.monotonic());
		didWork = true;
		if (isInteractive) interactiveMs += ms;
		else bulkMs += ms;
	}

	/** Whether the slice of the entry has time left. Interactive links have a separate slice. */
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
		// The event loop reads sockets before it fires this timer. If bytes from the sockets caused work, the time of this turn
		// is used up.
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
				noteWanted() {
					isWanted = true;
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
