/**
 * Answers `want`s, one at a time for each connection, as fast as the other end reads (design.md, 3, Sync). Every answer
 * ends with `done`, so that the asker knows when to ask on.
 */
import type {WantMessage} from '../codec/message.js';
import {batchBytes, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {MAX_ANSWER_BYTES, MAX_OPEN_WANTS} from '../core/limits.js';
import type {Clock} from './clock.js';
import type {Holdings} from './holdings.js';
import type {PeerLink} from './peer-link.js';

/** What one turn of the event loop reads here, and has to check and reduce over there: about 400 messages, some ms. */
const STEP_BYTES = 32 * 1024;
const LEAST_STEP_BYTES = 4 * 1024;
/** Where what is read was written in short pieces, less is read at a time. */
const STEP_MS = 1;

interface Answer {
	readonly want: WantMessage;
	/** Index of the range being answered, and the next seq of it. */
	range: number;
	next: number;
	bytes: number;
}

export interface WantServer {
	serve(want: WantMessage): void;
	/** The other end read on. */
	drained(): void;
	stop(): void;
}

/** `said`: what our last pages to this peer named, where answers are cut. */
export function createWantServer(
	link: PeerLink,
	clock: Clock,
	holdings: Holdings,
	said: ReadonlyMap<PeerId, number>,
): WantServer {
	const waiting: Answer[] = [];
	let running = false;
	let blocked = false;
	let stopped = false;
	let stepBytes = STEP_BYTES;

	/** One batch of the answer; true while there is more. */
	function step(answer: Answer): boolean {
		const {want} = answer;
		const range = want.ranges[answer.range];
		if (!range || answer.bytes >= MAX_ANSWER_BYTES) {
			blocked = !link.send({type: 'events', batches: [], answer: want.id, done: true});
			return false;
		}

		const from = Math.max(range.from, answer.next);
		const room = Math.min(stepBytes, MAX_ANSWER_BYTES - answer.bytes);
		const batches = holdings.have(range.peer) ? holdings.read(range.peer, from, room, said.get(range.peer)) : [];
		const last = batches.at(-1);
		if (!last) {
			answer.range += 1;
			answer.next = 0;
			return true;
		}

		answer.next = lastSeq(last) + 1;
		for (const batch of batches) {
			answer.bytes += batchBytes(batch);
			blocked = !link.send({type: 'events', batches: [batch], answer: want.id});
		}

		return true;
	}

	/** How many bytes of entries it sent. */
	function serveOne(): number {
		const [answer] = waiting;
		if (!answer) return 0;
		const before = answer.bytes;
		if (!step(answer)) waiting.shift();
		return answer.bytes - before;
	}

	/** Ranges of little are answered together. */
	function run(): void {
		running = false;
		const from = clock.monotonic();
		let bytes = 0;
		let ms = 0;
		while (!stopped && !blocked && waiting.length > 0 && bytes < stepBytes && ms < STEP_MS) {
			bytes += serveOne();
			ms = clock.monotonic() - from;
		}

		if (ms > STEP_MS) stepBytes = Math.max(LEAST_STEP_BYTES, stepBytes / 2);
		else if (ms < STEP_MS / 2) stepBytes = Math.min(STEP_BYTES, stepBytes * 2);
		plan();
	}

	function plan(): void {
		if (running || stopped || blocked || waiting.length === 0) return;
		running = true;
		clock.after(0, run);
	}

	return {
		serve(want) {
			if (waiting.length >= MAX_OPEN_WANTS) {
				link.fail('too-many-wants', 'asked for more before the last answers were complete');
				return;
			}

			waiting.push({want, range: 0, next: 0, bytes: 0});
			plan();
		},
		drained() {
			blocked = false;
			plan();
		},
		stop() {
			stopped = true;
			waiting.length = 0;
		},
	};
}
