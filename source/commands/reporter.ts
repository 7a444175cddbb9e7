/** From commits to lines on an output, at the reader's pace: what waits is references into the state, not text. */
import type {Input} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import type {State} from '../core/state.js';
import type {Clock, Timer} from '../network/clock.js';
import {createReportCollector, type Report} from './collect-reports.js';
import {createDeliveryTracker, type DeliveryChange} from './delivery.js';
import type {Output} from './output.js';

/** At most one `delivery` per id in this time. */
const DELIVERY_INTERVAL_MS = 250;
/** Lines written in one turn of the event loop. */
const LINES_A_TURN = 500;

export type ReportOrDelivery =
	| Report
	| ({readonly type: 'delivery'; readonly peer: PeerId} & DeliveryChange)
	/** Nothing follows. */
	| {readonly type: 'end'};

/** One or more lines without the newline at the end; undefined: nothing to tell. */
export type ReportFormat = (report: ReportOrDelivery, state: State) => string | undefined;

export interface Reporter {
	/** A store listener: subscribe it before the session starts. */
	commit(state: State, inputs: readonly Input[]): void;
	/** Writes `first` and lets what was committed follow. */
	open(first?: string): void;
	/** A line of its own, in order. */
	say(line: string): void;
	/** Writes what waits and `last`; gives up after `ms`. */
	finish(last: string | undefined, ms?: number): Promise<void>;
}

export function createReporter(output: Output, format: ReportFormat, clock: Clock, readState: () => State): Reporter {
	const collect = createReportCollector();
	const deliveries = createDeliveryTracker();
	const queue: (ReportOrDelivery | string)[] = [];
	const queuedPeers = new Set<PeerId>();
	let opened = false;
	let waiting: Promise<void> | undefined;
	let cooling: Timer | undefined;
	let again = false;

	function push(report: Report): void {
		if (report.type === 'peer') {
			if (queuedPeers.has(report.peer)) return;
			queuedPeers.add(report.peer);
		}
		queue.push(report);
	}

	function tellDeliveries(state: State): void {
		const peer = state.launch?.peer;
		if (peer) for (const change of deliveries.changes(state)) queue.push({type: 'delivery', peer, ...change});
	}

	function noteDelivered(state: State): void {
		again = cooling !== undefined;
		if (again || !deliveries.open) return;
		tellDeliveries(state);
		cooling = clock.after(DELIVERY_INTERVAL_MS, () => {
			cooling = undefined;
			if (again) noteDelivered(readState());
			drain();
		});
	}

	/** Runs at once as far as the reader keeps pace, the rest when it has caught up. */
	function drain(): void {
		while (opened && !waiting && queue.length > 0) {
			let text = '';
			for (const item of queue.splice(0, output.ended ? queue.length : LINES_A_TURN)) {
				const line = typeof item === 'string' ? item : formatReport(item);
				if (line !== undefined) text += `${line}\n`;
			}
			if (text !== '') output.write(text);
			const pause = output.full ? output.ready() : queue.length > 0 ? nextTurn() : undefined;
			waiting = pause?.then(() => {
				waiting = undefined;
				drain();
			});
		}
	}

	function formatReport(report: ReportOrDelivery): string | undefined {
		if (report.type === 'peer') queuedPeers.delete(report.peer);
		return format(report, readState());
	}

	return {
		commit(state, inputs) {
			if (output.ended) return;
			for (const report of collect(state, inputs)) {
				push(report);
				if (report.type !== 'event' || report.event.type !== 'posted' || !report.live) continue;
				if (report.event.peer === state.launch?.peer) deliveries.posted(report.event.seq);
			}
			if (inputs.some(input => input.type === 'passing' && input.fact.type === 'delivered')) noteDelivered(state);
			drain();
		},
		open(first) {
			opened = true;
			if (first !== undefined) queue.unshift(first);
			drain();
		},
		say(line) {
			queue.push(line);
			drain();
		},
		async finish(last, ms) {
			cooling?.cancel();
			cooling = undefined;
			tellDeliveries(readState());
			queue.push({type: 'end'});
			if (last !== undefined) queue.push(last);
			opened = true;
			drain();
			const late = ms === undefined ? undefined : new Promise<void>(resolve => clock.after(ms, resolve));
			const written = (async () => {
				while (waiting) await waiting;
				await output.flush();
			})();
			await (late ? Promise.race([written, late]) : written);
		},
	};
}

/** Lets sockets and timers run in between. */
function nextTurn(): Promise<void> {
	return new Promise(resolve => setImmediate(resolve));
}
