/**
 * Who asked whom for what, judged when it is asked by what the room knows then (design.md, 3, Sync; protocol.md, 14). Where
 * a node could not know better, because of a fault or of what was still under way, nothing is said.
 */
import type {PeerId} from '../../source/core/event.js';
import {
	MAX_ANSWER_BYTES,
	MAX_BATCH_BYTES,
	PUSH_GRACE_MS,
	WANT_BASE_MS,
	WANT_BYTES_PER_SECOND,
} from '../../source/core/limits.js';
import type {Life} from './node.js';
import type {Overhearing, SaidEnd, SaidWant} from './overhear.js';

export interface AskingRoom {
	readonly lives: () => readonly Life[];
	readonly heard: () => Overhearing;
	readonly now: () => number;
	/** For how long nothing was wrong but nodes that do not answer, ms. */
	readonly quietMs: () => number;
}

export interface AskingCheck {
	readonly faults: ReadonlySet<string>;
	asked(end: SaidEnd, want: SaidWant): void;
	/** What was asked on connections that are open still, long ago, and never answered to its end. */
	unanswered(): string[];
}

const WANT_TIMEOUT_MS = WANT_BASE_MS + (MAX_ANSWER_BYTES / WANT_BYTES_PER_SECOND) * 1000;
/** Answered after this, it may have come too late. */
const SOON_MS = WANT_TIMEOUT_MS - 2000;
/** Longer than any list or change is under way. */
const MARGIN_MS = 3000;
/** An author who wrote this shortly before is in the middle of saying more. */
const STREAM_MS = 3000;

const short = (peer: PeerId | undefined) => peer?.slice(0, 6);

export function createAskingCheck(room: AskingRoom): AskingCheck {
	const faults = new Set<string>();
	const partner = (end: SaidEnd) => room.heard().partner(end);
	const endsOf = (life: Life) => room.heard().ends.filter(end => end.life === life);

	/** Whether two ends of one life lead to the same other life. */
	function isSamePair(a: SaidEnd, b: SaidEnd): boolean {
		const [one, other] = [partner(a)?.life, partner(b)?.life];
		return one && other ? one === other : a.remoteAddress === b.remoteAddress;
	}

	/** When it began anew with this peer: what was asked before is open no more. */
	function renewedAt(end: SaidEnd): number {
		return Math.max(0, ...endsOf(end.life).map(one => (isSamePair(one, end) ? (one.digests.at(-1) ?? 0) : 0)));
	}

	/** Open at both ends, and both have said all that they hold a while ago. */
	function isSettled(end: SaidEnd): boolean {
		const other = partner(end);
		if (!other || end.closedAt !== undefined || other.closedAt !== undefined) return false;
		const said = [end.listedAt, other.listedAt];
		if (said.some(at => at === undefined || at > room.now() - MARGIN_MS)) return false;
		return end.listedAt! > (other.digests.at(-1) ?? 0) && other.listedAt! > (end.digests.at(-1) ?? 0);
	}

	function isOpen(end: SaidEnd, want: SaidWant): boolean {
		const isOver = want.doneAt !== undefined || room.now() - want.at >= WANT_TIMEOUT_MS - 1;
		return !isOver && end.closedAt === undefined && renewedAt(end) < want.at;
	}

	function checkTwice(end: SaidEnd, feed: PeerId): void {
		for (const other of endsOf(end.life))
			for (const want of other.wants)
				if (want.ranges.has(feed) && isOpen(other, want))
					faults.add(`node ${end.life.index}: asked for ${short(feed)} while its answer was under way`);
	}

	function checkVoid(end: SaidEnd, feed: PeerId, from: number): void {
		const lists = partner(end)?.lists.length;
		const others = endsOf(end.life).filter(one => one !== end && isSamePair(one, end));
		/** On another connection of the pair it may have come before or behind the answer. */
		const isSaidBeside = (since: number) => others.some(one => partner(one)?.lists.some(at => at > since - MARGIN_MS));
		for (const {at, ranges, given, bytes, doneAt, listsAtDone} of end.wants) {
			if (doneAt === undefined || ranges.get(feed) !== from || bytes > MAX_ANSWER_BYTES - MAX_BATCH_BYTES) continue;
			// Behind the last one given it may be that the answer was full.
			const asked = [...ranges.keys()];
			const isPassed = given.size === 0 || asked.slice(asked.indexOf(feed) + 1).some(other => given.has(other));
			if (!given.has(feed) && isPassed && listsAtDone === lists && !isSaidBeside(at))
				faults.add(
					`node ${end.life.index}: asked again for ${short(feed)}:${from} of one who claims it and does not give it`,
				);
		}
	}

	const isLate = ({at, doneAt}: SaidWant, ms: number) => (doneAt ?? room.now()) - at > ms;

	function checkLate(end: SaidEnd, feed: PeerId, from: number): void {
		const since = renewedAt(end);
		if (room.quietMs() < MARGIN_MS || !end.wants.some(want => want.at > since && isLate(want, WANT_TIMEOUT_MS))) return;
		for (const other of endsOf(end.life)) {
			if (isSamePair(end, other) || !isSettled(other) || other.wants.some(want => isLate(want, SOON_MS))) continue;
			const holder = partner(other)?.life;
			if (holder?.state !== 'running' || holder.traffic.boasted) continue;
			if ((holder.learntAt.get(`${feed}:${from}`) ?? Number.POSITIVE_INFINITY) < room.now() - MARGIN_MS)
				faults.add(
					`node ${end.life.index}: asked one who answered late for ${short(feed)}:${from}, though node ${holder.index} holds it`,
				);
		}
	}

	/** Of what an author says rarely, and on a connection of old: nobody asks others before it had time to come. */
	function checkPushed(end: SaidEnd, feed: PeerId, from: number): void {
		const now = room.now();
		if (room.quietMs() < STREAM_MS) return;
		const author = room.lives().find(life => life.info?.peer === feed);
		if (author?.state !== 'running' || partner(end)?.life === author) return;
		const writtenAt = author.learntAt.get(`${feed}:${from}`);
		if (writtenAt === undefined || now - writtenAt >= PUSH_GRACE_MS) return;
		const times = author.events.flatMap(({peer, seq}) => {
			return peer === feed && seq !== from ? (author.learntAt.get(`${peer}:${seq}`) ?? []) : [];
		});
		if (times.some(at => at > writtenAt - STREAM_MS)) return;
		const own = endsOf(end.life).filter(one => one.closedAt === undefined);
		// Whoever comes anew says what is not live to it.
		if (own.some(one => !isSettled(one))) return;
		if (!own.some(one => partner(one)?.life === author)) return;
		faults.add(`node ${end.life.index}: asked others for ${short(feed)}:${from}, which its author had just sent`);
	}

	return {
		faults,
		unanswered() {
			const faults = new Set<string>();
			for (const end of room.heard().ends) {
				const other = partner(end);
				if (!other || end.closedAt !== undefined || other.closedAt !== undefined) continue;
				for (const {id, at, doneAt, isKept} of end.wants)
					if (doneAt === undefined && !isKept && room.now() - at > MARGIN_MS)
						faults.add(`node ${other.life.index}: never answered what node ${end.life.index} asked (${id})`);
			}
			return [...faults];
		},
		asked(end, {ranges}) {
			for (const [feed, from] of ranges) {
				checkTwice(end, feed);
				checkVoid(end, feed, from);
				checkLate(end, feed, from);
				checkPushed(end, feed, from);
			}
		},
	};
}
