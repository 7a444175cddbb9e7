/**
 * Prints the reports of all commits of the store, no faster than the output accepts them. The queue contains reports
 * without their text. The text is made from the state at the time of printing.
 */

import type {Clock, Timer} from '../../core/environment.js';
import {type Input, isWritten, type PeerId} from '../../core/event.js';
import type {State} from '../../core/state.js';
import type {Output} from '../standard-output.js';
import {createDeliveryTracker, createReportCollector, type DeliveryChange, type Report} from './collect-reports.js';

/** Minimum interval between two reports of deliveries, ms. */
const DELIVERY_INTERVAL_MS = 250;
/** Maximum number of reports written in one turn of the event loop. */
const LINES_PER_TURN = 500;
/**
 * After this number of characters, a turn of the event loop writes no further reports. Without this limit, long strings
 * would wait for a slow reader, survive several garbage collections, and stay in memory until V8 collects the whole heap.
 */
const CHARACTERS_PER_TURN = 256 * 1024;

export type OutputReport =
	| Report
	| ({readonly type: 'delivery'; readonly peer: PeerId} & DeliveryChange)
	/** The last report. On it, the format of plain lines prints the history that it has collected so far. */
	| {readonly type: 'end'};

/** Formats a report as one or more lines without a final newline, or as undefined if nothing is printed. */
export type ReportFormat = (report: OutputReport, state: State) => string | undefined;

export interface Reporter {
	/** Store listener, to be subscribed before the node starts. */
	onCommit(state: State, inputs: readonly Input[]): void;
	/** Writes the line `first`, then the reports of all commits so far. */
	start(first?: string): void;
	/** Writes a line after all reports that are queued. */
	writeLine(line: string): void;
	/** Writes all queued reports and the line `last`. Resolves when they are written, at the latest after `ms` milliseconds. */
	finish(last: string | undefined, ms?: number): Promise<void>;
}

/** `onAllPrinted` is called whenever every report so far was formatted and given to the output. */
export function createReporter(
	output: Output,
	format: ReportFormat,
	clock: Clock,
	readState: () => State,
	onAllPrinted: () => void = () => {},
): Reporter {
	const collect = createReportCollector();
	const deliveries = createDeliveryTracker();
	const queue: (OutputReport | string)[] = [];
	const queuedPeers = new Set<PeerId>();
	let isStarted = false;
	let pendingWrite: Promise<void> | undefined;
	let throttleTimer: Timer | undefined;
	let hasNewDeliveries = false;

	function enqueue(report: Report): void {
		if (report.type === 'peer') {
			if (queuedPeers.has(report.peer)) return;
			queuedPeers.add(report.peer);
		}
		queue.push(report);
	}

	function enqueueDeliveries(state: State): void {
		const peer = state.launch?.peer;
		if (peer) for (const change of deliveries.takeChanges(state)) queue.push({type: 'delivery', peer, ...change});
	}

	function throttleDeliveries(state: State): void {
		hasNewDeliveries = throttleTimer !== undefined;
		if (hasNewDeliveries || !deliveries.hasOpenPosts) return;
		enqueueDeliveries(state);
		throttleTimer = clock.after(DELIVERY_INTERVAL_MS, () => {
			throttleTimer = undefined;
			if (hasNewDeliveries) throttleDeliveries(readState());
			drain();
		});
	}

	/** Writes queued reports until the output is full, and continues when its buffer has drained. */
	function drain(): void {
		while (isStarted && !pendingWrite && queue.length > 0) {
			let text = '';
			let count = 0;
			for (const item of queue) {
				if (!output.isClosed && (count === LINES_PER_TURN || text.length >= CHARACTERS_PER_TURN)) break;
				count += 1;
				const line = typeof item === 'string' ? item : formatReport(item);
				if (line !== undefined) text += `${line}\n`;
			}
			queue.splice(0, count);
			if (text !== '') output.write(text);
			const pause = output.isFull ? output.whenWritable() : queue.length > 0 ? yieldToEventLoop() : undefined;
			pendingWrite = pause?.then(() => {
				pendingWrite = undefined;
				drain();
			});
		}

		if (isStarted && !pendingWrite) onAllPrinted();
	}

	function formatReport(report: OutputReport): string | undefined {
		if (report.type === 'peer') queuedPeers.delete(report.peer);
		return format(report, readState());
	}

	return {
		onCommit(state, inputs) {
			if (output.isClosed) return;
			for (const report of collect(state, inputs)) {
				enqueue(report);
				if (report.type !== 'event' || !isWritten(report.event) || !report.live) continue;
				if (report.event.peer === state.launch?.peer) deliveries.trackPost(report.event.seq);
			}
			if (inputs.some(input => input.type === 'ephemeral' && input.event.type === 'delivered'))
				throttleDeliveries(state);
			drain();
		},
		start(first) {
			isStarted = true;
			if (first !== undefined) queue.unshift(first);
			drain();
		},
		writeLine(line) {
			queue.push(line);
			drain();
		},
		async finish(last, ms) {
			throttleTimer?.cancel();
			throttleTimer = undefined;
			enqueueDeliveries(readState());
			queue.push({type: 'end'});
			if (last !== undefined) queue.push(last);
			isStarted = true;
			drain();
			const late = ms === undefined ? undefined : new Promise<void>(resolve => clock.after(ms, resolve));
			const written = (async () => {
				while (pendingWrite) await pendingWrite;
				await output.flush();
			})();
			await (late ? Promise.race([written, late]) : written);
		},
	};
}

/** Resolves in the next turn of the event loop, so that sockets and timers are served between two chunks of reports. */
function yieldToEventLoop(): Promise<void> {
	return new Promise(resolve => setImmediate(resolve));
}
