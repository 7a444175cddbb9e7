/**
 * Answers `want`s, one at a time for each connection, as fast as the other end reads (design.md, 3, Sync). Every answer
 * ends with `done`, so that the asker knows when to ask on.
 */
import type {WantMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import {batchByteLength, lastSeq, type PeerId} from '../../core/event.js';
import {MAX_ANSWER_BYTES, MAX_OPEN_WANTS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FeedInventory} from './feed-inventory.js';

/** What one turn of the event loop reads here, and has to check and reduce over there: about 400 messages, some ms. */
const STEP_BYTES = 32 * 1024;
const MIN_STEP_BYTES = 4 * 1024;
/** Where what is read was written in short pieces, less is read at a time. */
const STEP_MS = 1;

interface Answer {
	readonly want: WantMessage;
	/** Index of the range being answered, and the next seq of it. */
	range: number;
	next: number;
	bytes: number;
}

export interface LinkResponder {
	serve(want: WantMessage): void;
	/** The other end read on. */
	drained(): void;
	stop(): void;
}

/** `said`: what our last pages to this peer named, where answers are cut. */
export function createLinkResponder(
	link: PeerLink,
	clock: Clock,
	holdings: FeedInventory,
	announced: ReadonlyMap<PeerId, number>,
): LinkResponder {
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
		const batches = holdings.have(range.peer) ? holdings.read(range.peer, from, room, announced.get(range.peer)) : [];
		const last = batches.at(-1);
		if (!last) {
			answer.range += 1;
			answer.next = 0;
			return true;
		}

		answer.next = lastSeq(last) + 1;
		for (const batch of batches) {
			answer.bytes += batchByteLength(batch);
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

		if (ms > STEP_MS) stepBytes = Math.max(MIN_STEP_BYTES, stepBytes / 2);
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

/**
 * What is asked of us: one server for each connection on which something was asked, since the two ends of a pair may for a
 * moment prefer different ones.
 */

export interface RangeResponder {
	/** What our last pages to this peer named: answers are cut there, so that the other end can tell old from live. */
	announcedTo(peer: PeerId): Map<PeerId, number>;
	serve(link: PeerLink, want: WantMessage): void;
	/** The other end read on. */
	drained(link: PeerLink): void;
	/** What they asked on others goes on. */
	closed(link: PeerLink): void;
	/** No connection is left. */
	forget(peer: PeerId): void;
	stop(): void;
}

interface PeerRequests {
	readonly announced: Map<PeerId, number>;
	readonly servers: Map<PeerLink, LinkResponder>;
}

export function createRangeResponder(clock: Clock, holdings: FeedInventory): RangeResponder {
	const peers = new Map<PeerId, PeerRequests>();

	function requestsOf(peer: PeerId): PeerRequests {
		const known = peers.get(peer);
		if (known) return known;
		const asking: PeerRequests = {announced: new Map(), servers: new Map()};
		peers.set(peer, asking);
		return asking;
	}

	function closed(link: PeerLink): void {
		const servers = peers.get(link.peer)?.servers;
		servers?.get(link)?.stop();
		servers?.delete(link);
	}

	function forget(peer: PeerId): void {
		for (const server of peers.get(peer)?.servers.values() ?? []) server.stop();
		peers.delete(peer);
	}

	return {
		announcedTo: peer => requestsOf(peer).announced,
		serve(link, want) {
			const {servers, announced} = requestsOf(link.peer);
			let server = servers.get(link);
			if (!server) {
				server = createLinkResponder(link, clock, holdings, announced);
				servers.set(link, server);
			}

			server.serve(want);
		},
		drained(link) {
			peers.get(link.peer)?.servers.get(link)?.drained();
		},
		closed,
		forget,
		stop() {
			for (const peer of [...peers.keys()]) forget(peer);
		},
	};
}
