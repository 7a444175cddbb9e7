/**
 * Checks each request for history at the moment when it is sent (protocol.md, 14). The check knows the state of the whole
 * room. It reports nothing where the node could not know better, because of a fault or of messages in flight.
 */
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	PUSH_GRACE_MS,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../source/core/limits.js';
import {SLOW_AFTER_MS} from '../../source/network/sync/plan-requests.js';
import type {MessageRecorder, RecordedEnd, RecordedWant} from './message-recorder.js';
import type {Life} from './node.js';

export interface RequestCheckOptions {
	readonly lives: () => readonly Life[];
	readonly recorder: () => MessageRecorder;
	readonly now: () => number;
	/** Time since the last fault other than an unresponsive node, ms. */
	readonly quietMs: () => number;
}

/** Check of all requests of a run, with the faults found so far. */
export interface RequestCheck {
	readonly faults: ReadonlySet<string>;
	requestSent(end: RecordedEnd, want: RecordedWant): void;
	/**
	 * Requests that are older than MARGIN_MS and have no complete answer, although their connection is open. Each is a
	 * fault.
	 */
	unanswered(): string[];
}

const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;
/** Time in ms. An answer that takes no longer than this is certain to arrive before the timeout of its request. */
const SOON_MS = WANT_TIMEOUT_MS - 2000;
/** Time within which every list or change of an inventory has arrived, ms. */
const MARGIN_MS = 3000;
/** Maximum time between two events of one author that belong to a series, ms. */
const STREAM_MS = 3000;

const short = (peer: PeerId | undefined) => peer?.slice(0, 6);

/** Creates the check of one run. It must be notified of every request. */
export function createRequestCheck(room: RequestCheckOptions): RequestCheck {
	const faults = new Set<string>();
	const partner = (end: RecordedEnd) => room.recorder().partner(end);
	const endsOf = (life: Life) => room.recorder().ends.filter(end => end.life === life);

	/** Whether two connection ends of one process lead to the same other process. */
	function isSamePair(a: RecordedEnd, b: RecordedEnd): boolean {
		const [one, other] = [partner(a)?.life, partner(b)?.life];
		return one && other ? one === other : a.remoteAddress === b.remoteAddress;
	}

	/** Time of the last digest to the peer at the other end. A digest ends all earlier requests, because both ends begin sync again. */
	function renewedAt(end: RecordedEnd): number {
		return Math.max(0, ...endsOf(end.life).map(one => (isSamePair(one, end) ? (one.digests.at(-1) ?? 0) : 0)));
	}

	/** Whether the connection is open at both ends and both sent their whole inventory more than MARGIN_MS ago. */
	function isSettled(end: RecordedEnd): boolean {
		const other = partner(end);
		if (!other || end.closedAt !== undefined || other.closedAt !== undefined) return false;
		const listTimes = [end.listedAt, other.listedAt];
		if (listTimes.some(at => at === undefined || at > room.now() - MARGIN_MS)) return false;
		return end.listedAt! > (other.digests.at(-1) ?? 0) && other.listedAt! > (end.digests.at(-1) ?? 0);
	}

	function isOpen(end: RecordedEnd, want: RecordedWant): boolean {
		const isOver = want.doneAt !== undefined || room.now() - want.at >= WANT_TIMEOUT_MS - 1;
		return !isOver && end.closedAt === undefined && renewedAt(end) < want.at;
	}

	/**
	 * Checks that a feed is not requested twice at the same time. If the answer of one peer is slow, another peer may be
	 * asked too.
	 */
	function checkDuplicate(end: RecordedEnd, feed: PeerId): void {
		for (const other of endsOf(end.life))
			for (const want of other.wants)
				if (want.ranges.has(feed) && isOpen(other, want) && room.now() - want.at <= SLOW_AFTER_MS)
					faults.add(`node ${end.life.index}: requested ${short(feed)} again while the answer was in flight`);
	}

	function checkRefused(end: RecordedEnd, feed: PeerId, from: number): void {
		const lists = partner(end)?.lists.length;
		const others = endsOf(end.life).filter(one => one !== end && isSamePair(one, end));
		/** Whether a list on another connection of the same two processes may have overtaken the answer. */
		const hasParallelList = (since: number) =>
			others.some(one => partner(one)?.lists.some(at => at > since - MARGIN_MS));
		for (const {at, ranges, delivered, bytes, doneAt, listsAtDone} of end.wants) {
			if (doneAt === undefined || ranges.get(feed) !== from || bytes > MAX_ANSWER_BYTES - MAX_BATCH_BYTES) continue;
			// An answer may lack the feeds after the last feed that it delivers, because it reached its size limit.
			const requested = [...ranges.keys()];
			const isPassed =
				delivered.size === 0 || requested.slice(requested.indexOf(feed) + 1).some(other => delivered.has(other));
			if (!delivered.has(feed) && isPassed && listsAtDone === lists && !hasParallelList(at))
				faults.add(
					`node ${end.life.index}: requested ${short(feed)}:${from} again from a peer that claims it and did not deliver it`,
				);
		}
	}

	const isLate = ({at, doneAt}: RecordedWant, ms: number) => (doneAt ?? room.now()) - at > ms;

	function checkLate(end: RecordedEnd, feed: PeerId, from: number): void {
		const since = renewedAt(end);
		if (room.quietMs() < MARGIN_MS || !end.wants.some(want => want.at > since && isLate(want, WANT_TIMEOUT_MS))) return;
		for (const other of endsOf(end.life)) {
			if (isSamePair(end, other) || !isSettled(other) || other.wants.some(want => isLate(want, SOON_MS))) continue;
			const holder = partner(other)?.life;
			if (holder?.state !== 'running' || holder.traffic.hasExaggerated) continue;
			if ((holder.appliedAt.get(`${feed}:${from}`) ?? Number.POSITIVE_INFINITY) < room.now() - MARGIN_MS)
				faults.add(
					`node ${end.life.index}: requested ${short(feed)}:${from} from a peer that answered late, although node ${holder.index} holds it`,
				);
		}
	}

	/** An event that an idle author pushes must not be requested from others before the push had time to arrive. */
	function checkPushed(end: RecordedEnd, feed: PeerId, from: number): void {
		const now = room.now();
		if (room.quietMs() < STREAM_MS) return;
		const author = room.lives().find(life => life.info?.peer === feed);
		if (author?.state !== 'running' || partner(end)?.life === author) return;
		const writtenAt = author.appliedAt.get(`${feed}:${from}`);
		if (writtenAt === undefined || now - writtenAt >= PUSH_GRACE_MS) return;
		const times = author.events.flatMap(({peer, seq}) => {
			return peer === feed && seq !== from ? (author.appliedAt.get(`${peer}:${seq}`) ?? []) : [];
		});
		if (times.some(at => at > writtenAt - STREAM_MS)) return;
		const own = endsOf(end.life).filter(one => one.closedAt === undefined);
		// A peer on a new connection lists events that it did not receive live, so nothing is checked before both inventories
		// are known.
		if (own.some(one => !isSettled(one))) return;
		if (!own.some(one => partner(one)?.life === author)) return;
		faults.add(
			`node ${end.life.index}: requested ${short(feed)}:${from} from another peer while its author was pushing it`,
		);
	}

	return {
		faults,
		unanswered() {
			const faults = new Set<string>();
			for (const end of room.recorder().ends) {
				const other = partner(end);
				if (!other || end.closedAt !== undefined || other.closedAt !== undefined) continue;
				for (const {id, at, doneAt, isSuppressed} of end.wants)
					if (doneAt === undefined && !isSuppressed && room.now() - at > MARGIN_MS)
						faults.add(`node ${other.life.index}: never answered request ${id} of node ${end.life.index}`);
			}
			return [...faults];
		},
		requestSent(end, {ranges}) {
			for (const [feed, from] of ranges) {
				checkDuplicate(end, feed);
				checkRefused(end, feed, from);
				checkLate(end, feed, from);
				checkPushed(end, feed, from);
			}
		},
	};
}
