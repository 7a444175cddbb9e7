/**
 * Responder to requests for ranges. It answers each `want` message with `events` messages (protocol.md, Sync), as fast
 * as the peer reads. Every answer ends with `done`, so that the peer knows when it can send its next request.
 *
 * Each connection has its own responder, because two peers with two connections may for a moment send on different
 * ones. Responders do not run in the link scheduler. That scheduler limits only the time that this node uses. To send
 * events takes little time here, but the peer has to verify and apply them. Therefore a responder also limits the bytes
 * that it sends in each turn of the event loop.
 */
import type {WantMessage} from '../../codec/message-types.js';
import {batchByteLength, lastSeq} from '../../core/batch.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_ANSWER_BYTES, MAX_OPEN_WANTS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {runWithinBudget} from '../scheduling/chunked-work.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {FeedInventory} from './feed-inventory.js';

/**
 * Maximum number of bytes of entries that are sent in one turn of the event loop: about 400 messages, which take the
 * peer a few ms.
 */
const TURN_BYTES = 32 * 1024;
const MIN_TURN_BYTES = 4 * 1024;
/**
 * Maximum time of sending in one turn of the event loop. Many short batches take longer to read than a few long ones,
 * so fewer bytes are then sent in a turn.
 */
const TURN_MS = 1;

export interface RangeResponder {
	/**
	 * Last seq of each feed that this node has listed to the peer in pages. The caller fills this map. No batch in an
	 * answer contains events on both sides of this seq, so the peer can distinguish history from live events.
	 */
	announcedTo(peer: PeerId): Map<PeerId, number>;
	serve(link: PeerLink, want: WantMessage): void;
	/** Continues the answers on a connection whose send queue has space again. */
	drained(link: PeerLink): void;
	/** Drops the requests of a closed connection that are not answered yet. */
	linkClosed(link: PeerLink): void;
	/** Drops everything about a peer that has disconnected. */
	forget(peer: PeerId): void;
}

/** Answer to one `want` message, as far as it is sent. */
interface Answer {
	readonly want: WantMessage;
	/** Index of the range in `want.ranges` that is being sent. `nextSeq`: next seq to send of this range. */
	range: number;
	nextSeq: number;
	bytes: number;
}

/** Responder of one connection. */
interface LinkResponder {
	serve(want: WantMessage): void;
	drained(): void;
	stop(): void;
}

interface PeerRequests {
	readonly announced: Map<PeerId, number>;
	readonly responders: Map<PeerLink, LinkResponder>;
}

export function createRangeResponder(clock: Clock, inventory: FeedInventory): RangeResponder {
	const peers = new Map<PeerId, PeerRequests>();

	function requestsOf(peer: PeerId): PeerRequests {
		const known = peers.get(peer);
		if (known) return known;
		const requests: PeerRequests = {announced: new Map(), responders: new Map()};
		peers.set(peer, requests);
		return requests;
	}

	return {
		announcedTo: peer => requestsOf(peer).announced,
		serve(link, want) {
			const {responders, announced} = requestsOf(link.peer);
			const responder = responders.get(link) ?? createLinkResponder(link, clock, inventory, announced);
			responders.set(link, responder);
			responder.serve(want);
		},
		drained(link) {
			peers.get(link.peer)?.responders.get(link)?.drained();
		},
		linkClosed(link) {
			const responders = peers.get(link.peer)?.responders;
			responders?.get(link)?.stop();
			responders?.delete(link);
		},
		forget(peer) {
			for (const responder of peers.get(peer)?.responders.values() ?? []) responder.stop();
			peers.delete(peer);
		},
	};
}

function createLinkResponder(
	link: PeerLink,
	clock: Clock,
	inventory: FeedInventory,
	announced: ReadonlyMap<PeerId, number>,
): LinkResponder {
	const answers: Answer[] = [];
	const turnTimer = createCoalescedTimer(clock, runTurn);
	let isBlocked = false;
	let stopped = false;
	let turnBytes = TURN_BYTES;

	/** Sends the next batches of an answer. Returns false if the answer is complete now. */
	function sendNext(answer: Answer): boolean {
		const {want} = answer;
		const range = want.ranges[answer.range];
		if (!range || answer.bytes >= MAX_ANSWER_BYTES) {
			isBlocked = !link.send({type: 'events', batches: [], answer: want.id, done: true});
			return false;
		}

		const from = Math.max(range.from, answer.nextSeq);
		const maxBytes = Math.min(turnBytes, MAX_ANSWER_BYTES - answer.bytes);
		const {peer} = range;
		const batches = inventory.have(peer) ? inventory.read(peer, from, maxBytes, announced.get(peer)) : [];
		const last = batches.at(-1);
		if (!last) {
			answer.range += 1;
			answer.nextSeq = 0;
			return true;
		}

		answer.nextSeq = lastSeq(last) + 1;
		for (const batch of batches) {
			answer.bytes += batchByteLength(batch);
			isBlocked = !link.send({type: 'events', batches: [batch], answer: want.id});
		}

		return true;
	}

	/** Sends batches for at most TURN_MS. Then adjusts `turnBytes`, so that the next turn takes about this time. */
	function runTurn(): void {
		let sentBytes = 0;
		const usedMs = runWithinBudget(clock, TURN_MS, () => {
			const [answer] = answers;
			if (!answer || stopped || isBlocked || sentBytes >= turnBytes) return false;
			const bytesBefore = answer.bytes;
			if (!sendNext(answer)) answers.shift();
			sentBytes += answer.bytes - bytesBefore;
			return true;
		});
		if (usedMs > TURN_MS) turnBytes = Math.max(MIN_TURN_BYTES, turnBytes / 2);
		else if (usedMs < TURN_MS / 2) turnBytes = Math.min(TURN_BYTES, turnBytes * 2);
		scheduleTurn();
	}

	function scheduleTurn(): void {
		if (!stopped && !isBlocked && answers.length > 0) turnTimer.schedule();
	}

	return {
		serve(want) {
			if (answers.length >= MAX_OPEN_WANTS) {
				link.fail('too-many-wants', `it has more than ${MAX_OPEN_WANTS} unanswered history requests`);
				return;
			}

			answers.push({want, range: 0, nextSeq: 0, bytes: 0});
			scheduleTurn();
		},
		drained() {
			isBlocked = false;
			scheduleTurn();
		},
		stop() {
			stopped = true;
			turnTimer.stop();
			answers.length = 0;
		},
	};
}
