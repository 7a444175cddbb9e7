/**
 * Batches that came in, taken in slices of about RECEIVE_SLICE_MS, so that words and keys come in between while a million
 * events come in. What a few slices took is committed once, in a turn of the event loop of its own, as soon as that takes a
 * slice as well. Connections are paused while too much waits.
 */
import {MAX_INTAKE_BYTES, RECEIVE_SLICE_MS} from '../core/limits.js';
import type {Clock} from './clock.js';
import {costOf, type IncomingBatch, type Intake, type IntakeHandlers} from './incoming-batch.js';
import {type Choice, chooseNext, createLoad, LIGHT_BYTES, type Load, type Waiting} from './load.js';
import type {PeerLink} from './peer-link.js';
import {createRest} from './rest.js';

const COMPACT_AFTER = 1024;
/** So many slices at most are committed together. */
const MAX_GATHERED_SLICES = 4;
/** Of what is taken at once, before what others say is gathered: where all talk at once, each slice commits little. */
const HURRY_MS = 8 * RECEIVE_SLICE_MS;
/** Of every commit, however little it is. */
const COMMIT_MS = 0.3;
/** Who brings no more than people write, and some history, takes less. */
const LIGHT_LOAD_MS = 20;
/** Who is new is light after a second. */
const NEW_LOAD_MS = 2 * LIGHT_LOAD_MS;

/** Waiting batches of one connection; those before `next` are taken. */
interface Queue extends Waiting {
	readonly link: PeerLink;
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/** Takes in the order of `chooseNext`; what one says who brings no more than people write is committed before more is taken. */
export function createIntake(clock: Clock, handlers: IntakeHandlers): Intake {
	const queues = new Map<PeerLink, Queue>();
	const loads = new WeakMap<PeerLink, Load>();
	let bytes = 0;
	let planned = false;
	/** What was taken at once cost so much since the last slice. */
	let hurriedMs = 0;
	let hurrying = false;
	let stopped = false;
	/** Taken and not committed: entries, and in how many slices. */
	let gathered = 0;
	let slices = 0;
	/** What committing an entry cost lately, with all that it led to. */
	let msPerEntry = 0;
	const paused = new Set<PeerLink>();
	const rest = createRest();

	/** An empty one. */
	function open(link: PeerLink): Queue {
		const load = loads.get(link) ?? createLoad();
		loads.set(link, load);
		return {link, load, batches: [], next: 0, bytes: 0};
	}

	/** Queues stand in the order in which they were taken from last. */
	const choose = () => chooseNext(queues.values(), LIGHT_LOAD_MS, clock.monotonic());

	/** How many entries it took. */
	function takeOne({chosen: queue, isLight}: Choice<Queue>): number {
		const {link, load} = queue;
		const incoming = queue.batches[queue.next];
		if (!incoming) return 0;
		const cost = costOf(incoming.batch);
		bytes -= cost;
		queue.bytes -= cost;
		queue.next += 1;
		queues.delete(link);
		if (queue.next < queue.batches.length) queues.set(link, compact(queue));
		const from = clock.monotonic();
		handlers.take(incoming);
		const to = clock.monotonic();
		load.add(to - from, to);
		if (!isLight) rest.took(incoming.batch.entries.length, to - from, to);
		return incoming.batch.entries.length;
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(queue: Queue): Queue {
		return queue.next < COMPACT_AFTER ? queue : {...queue, batches: queue.batches.slice(queue.next), next: 0};
	}

	/** Whether what somebody light says is among it. */
	function takeSlice(until: number): boolean {
		let tookLight = false;
		for (let turn = choose(); turn; turn = choose()) {
			if (turn.isLight) tookLight = true;
			else if (tookLight) break;
			gathered += takeOne(turn);
			if (clock.monotonic() >= until) break;
		}

		slices += 1;
		return tookLight;
	}

	function commit(): void {
		const from = clock.monotonic();
		const entries = gathered;
		gathered = 0;
		slices = 0;
		handlers.commit();
		const ms = Math.max(0, clock.monotonic() - from - COMMIT_MS);
		if (entries > 0) msPerEntry = (msPerEntry + ms / entries) / 2;
	}

	/** What somebody says now does not wait for all the sockets that bring more in this turn of the event loop. */
	function hurry(): void {
		if (hurrying || hurriedMs >= HURRY_MS) return;
		hurrying = true;
		queueMicrotask(() => {
			hurrying = false;
			if (stopped) return;
			const from = clock.monotonic();
			const before = gathered;
			const mayTake = () => hurriedMs + clock.monotonic() - from < HURRY_MS;
			for (let turn = choose(); turn?.isLight && mayTake(); turn = choose()) gathered += takeOne(turn);
			if (gathered > before) {
				rest.talked(from);
				commit();
			}

			hurriedMs += clock.monotonic() - from;
		});
	}

	/** Enough is gathered, or all that there was. */
	const isCommitDue = () =>
		queues.size === 0 || slices >= MAX_GATHERED_SLICES || gathered * msPerEntry >= RECEIVE_SLICE_MS;

	function slice(): void {
		planned = false;
		hurriedMs = 0;
		if (stopped) return;
		const from = clock.monotonic();
		const isGathered = slices > 0 && isCommitDue();
		const tookLight = !isGathered && takeSlice(from + RECEIVE_SLICE_MS);
		const spent = clock.monotonic() - from + COMMIT_MS + gathered * msPerEntry;
		if (isGathered || tookLight || (isCommitDue() && spent < RECEIVE_SLICE_MS)) commit();
		if (bytes < MAX_INTAKE_BYTES / 2) {
			for (const link of paused) link.resume();
			paused.clear();
		}

		plan();
	}

	function plan(): void {
		if (planned || stopped || (queues.size === 0 && slices === 0)) return;
		planned = true;
		clock.after(rest.due(clock.monotonic()), slice);
	}

	return {
		greet(link) {
			const load = createLoad();
			load.add(NEW_LOAD_MS, clock.monotonic());
			loads.set(link, load);
		},
		talked: () => rest.talked(clock.monotonic()),
		push(incoming) {
			if (stopped) return;
			const {link} = incoming;
			const cost = costOf(incoming.batch);
			const queue = queues.get(link) ?? open(link);
			queues.set(link, queue);
			queue.batches.push(incoming);
			queue.bytes += cost;
			bytes += cost;
			// Who brought less than most is not held up for them.
			if (bytes > MAX_INTAKE_BYTES && queue.bytes * queues.size >= bytes && !paused.has(link)) {
				paused.add(link);
				link.pause();
			}

			plan();
			if (!incoming.asked && queue.bytes <= LIGHT_BYTES) hurry();
		},
		get busy() {
			return queues.size > 0;
		},
		get bytes() {
			return bytes;
		},
		finish() {
			if (stopped) return;
			for (let turn = choose(); turn; turn = choose()) gathered += takeOne(turn);
			commit();
		},
		stop() {
			stopped = true;
			bytes = 0;
			queues.clear();
			paused.clear();
		},
	};
}
