/**
 * Fair cooperative scheduler of the work of all links: reading, decoding and handling their messages.
 *
 * Work runs in small steps in the order of the fair queue. When READ_SLICE_MS are used, the remaining work waits for
 * the next turn of the event loop, so that sockets, key presses and timers are served. Interactive links have a time
 * slice of their own. Under overload all other links together get a ninth of the time. The limit applies to all of them
 * together and not to each peer, because a banned peer can return with a new key. Work that this node requested, for
 * example a slice of a file, does not count as overload, because this node itself limits it.
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
 * Value of the usage meter of all links together above which a node is overloaded. While a node receives a million
 * events, the value stays below half of this.
 */
const OVERLOAD_MS = 250;
/** Under overload, links that are not interactive pause for this multiple of the time that they have used. */
const THROTTLE_FACTOR = 8;
/** Maximum value of the usage meter of an interactive link. The link of a person who chats stays below it. */
const INTERACTIVE_USAGE_MS = 10;
/**
 * Value of the usage meter of a new link, because the check of its hello takes much time. The link can be interactive
 * after one second.
 */
const INITIAL_USAGE_MS = 2 * INTERACTIVE_USAGE_MS;

/** Access of one link to the scheduler. */
export interface ScheduledLink {
	/**
	 * Announces `bytes` of waiting work. The work starts immediately if the present turn of the event loop has time
	 * left for this kind of link: interactive or not.
	 */
	ready(bytes: number): void;
	/**
	 * To be called in a step whose work this node requested. The time of this step is ignored when overload is
	 * detected.
	 */
	noteWanted(): void;
	/** Removes the link from the queue. The next call of `ready` adds it again. */
	cancel(): void;
}

export interface LinkScheduler {
	/**
	 * Registers a link. `step` does one part of the work of the link, and returns the number of bytes that still wait.
	 */
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
	/** Time that interactive links, and all other links, have used since the timer last fired. */
	let interactiveMs = 0;
	let bulkMs = 0;
	let isWorking = false;
	/** Whether this node requested the work of the step that is running. */
	let isWanted = false;
	/** Whether a step has run since the timer last fired, not counting steps in the callback of the timer. */
	let didWork = false;
	/** Whether only interactive links may work until the timer fires. True under overload. */
	let isThrottled = false;
	/** Delay for which the timer is set, in ms. Above 0 only under overload. */
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

	/**
	 * Whether the kind of link of the entry has time left in this turn. Interactive links have a time slice of their
	 * own.
	 */
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
		// The event loop reads sockets before it fires this timer. If bytes from the sockets have already caused work,
		// the time of this turn is used up.
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
