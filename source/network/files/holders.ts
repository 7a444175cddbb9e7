/** Peers that have parts of one file, according to their `file-info` messages. */
import type {PeerId} from '../../core/event.js';
import {FILE_ANSWER_MS, FILE_REST_MS, MAX_PART_REFUSALS} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {
	clearUnusedBits,
	countParts,
	emptyPartSet,
	fullPartSet,
	hasPart,
	type PartSet,
	removePart,
} from '../../core/part-set.js';
import type {Holding} from './choose-part.js';
import type {LinkPipe} from './link-pipe.js';

/**
 * Maximum time until the slices that are already requested from a peer have arrived. A peer that needs longer is not
 * available: a part that it has may then be requested from a holder of all parts.
 */
const BACKLOG_MS = 1000;
/** Maximum number of remembered peers that sent content with a wrong hash. */
const MAX_LIARS = 1024;

export interface Holder extends Holding {
	readonly pipe: LinkPipe;
	/** Id of the last `file-ask` to this peer. Undefined if this node must send a `file-ask` to the peer. */
	askId: number | undefined;
	/**
	 * Monotonic time of the `file-ask` that requested the leaves from this peer. Undefined if no leaves are expected
	 * from it.
	 */
	leavesAskedAt: number | undefined;
}

export interface Holders {
	all(): Iterable<Holder>;
	of(peer: PeerId): Holder | undefined;
	/**
	 * Adds a peer that has connected. Nothing is known about its parts yet. Replaces the entry of an earlier
	 * connection.
	 */
	add(pipe: LinkPipe): Holder;
	remove(peer: PeerId): void;
	/** Records the parts that a peer says it has. `true`: all parts. */
	update(holder: Holder, have: PartSet | true): void;
	/**
	 * Notes that the peer refused to send a part that it said it has. After more than MAX_PART_REFUSALS such refusals
	 * the peer is treated like one that does not answer (`rest`).
	 */
	refused(holder: Holder, part: number, now: number): void;
	/**
	 * Notes that the peer does not answer. Nothing is requested from it for FILE_REST_MS, a time that doubles with each
	 * call. The peer then gets another `file-ask`, because it may not have the same parts any more.
	 */
	rest(holder: Holder, now: number): void;
	/**
	 * Excludes a peer that sent content with a wrong hash. Nothing more is requested from this peer, even after it
	 * connects again.
	 */
	exclude(holder: Holder): void;
	isExcluded(peer: PeerId): boolean;
	/** Whether parts may be requested from the peer now. */
	isUsable(holder: Holder, now: number): boolean;
	/**
	 * Whether the first answer of a peer to a `file-ask` is still expected. Then it is not known yet which parts can be
	 * fetched.
	 */
	isAnswerDue(): boolean;
	/**
	 * To be called regularly. Stops expecting answers that have not arrived within FILE_ANSWER_MS, and ends pauses
	 * (`rest`) that are over. `isStuck`: whether parts are missing, but none can be requested now. If so, the peers
	 * that refused parts pause too, because no other peer has these parts. Returns whether anything has changed.
	 */
	expire(now: number, isStuck: () => boolean): boolean;
	/**
	 * Whether a usable peer has a part that is not in `have`. The caller may add parts to `have` between two calls, but
	 * not remove any.
	 */
	canAddTo(have: PartSet): boolean;
	/** Number of peers that have at least one part and are not excluded. */
	count(): number;
	/** Number of peers that have all parts and are not excluded. */
	countComplete(): number;
	/**
	 * Text for the user which says that no connected peer has `missing`. It also says how many connected peers sent
	 * wrong data, and how many say that they have parts but do not send them.
	 */
	describeAbsence(missing: string): string;
}

interface Entry extends Holder {
	parts: PartSet;
	heldCount: number;
	refusals: number;
	restUntil: number;
	restMs: number;
	isComplete: boolean;
	/** False if this node is known to have all parts of the peer. These parts are then not compared again. */
	mayAdd: boolean;
	/**
	 * Monotonic time since which the first answer of the peer to a `file-ask` is expected. Undefined if no such answer
	 * is expected any more.
	 */
	answerDueSince: number | undefined;
}

/** Creates an empty list of peers. `count`: number of parts of the file. `now`: monotonic clock in ms. */
export function createHolders(count: number, now: () => number): Holders {
	const entries = new Map<PeerId, Entry>();
	const liars = new LruMap<PeerId, true>(MAX_LIARS);

	function entryOf(holder: Holder): Entry | undefined {
		const entry = entries.get(holder.pipe.link.peer);
		return entry === holder ? entry : undefined;
	}

	function isUsable(holder: Holder, at: number): boolean {
		const entry = entryOf(holder);
		return entry !== undefined && entry.heldCount > 0 && entry.restUntil <= at && !liars.has(entry.pipe.link.peer);
	}

	function rest(holder: Holder, at: number): void {
		const entry = entryOf(holder);
		if (!entry) return;
		entry.restMs = entry.restMs === 0 ? FILE_REST_MS : entry.restMs * 2;
		entry.restUntil = at + entry.restMs;
		entry.refusals = 0;
		entry.askId = undefined;
		entry.leavesAskedAt = undefined;
	}

	return {
		all: () => entries.values(),
		of: peer => entries.get(peer),
		add(pipe) {
			const entry: Entry = {
				pipe,
				askId: undefined,
				answerDueSince: now(),
				leavesAskedAt: undefined,
				parts: emptyPartSet(count),
				heldCount: 0,
				refusals: 0,
				restUntil: 0,
				restMs: 0,
				isComplete: false,
				mayAdd: false,
				get isAvailable() {
					if (!isUsable(entry, now())) return false;
					if (pipe.rate === 0) return pipe.outstandingBytes === 0 || now() - pipe.progressAt < BACKLOG_MS;
					return pipe.outstandingBytes * 1000 <= pipe.rate * BACKLOG_MS;
				},
			};
			entries.set(pipe.link.peer, entry);
			return entry;
		},
		remove: peer => void entries.delete(peer),
		update(holder, have) {
			const entry = entryOf(holder);
			if (!entry) return;
			entry.answerDueSince = undefined;
			if (have === true) {
				entry.parts = fullPartSet(count);
			} else {
				entry.parts = emptyPartSet(count);
				entry.parts.set(have.subarray(0, entry.parts.length));
				clearUnusedBits(entry.parts, count);
			}
			entry.heldCount = countParts(entry.parts);
			entry.mayAdd = entry.heldCount > 0;
			entry.isComplete = have === true || (count > 0 && entry.heldCount === count);
		},
		refused(holder, part, at) {
			const entry = entryOf(holder);
			if (!entry || !hasPart(entry.parts, part)) return;
			removePart(entry.parts, part);
			entry.heldCount--;
			entry.isComplete = false;
			// During a pause, the peer may still refuse requests that were sent before the pause. These refusals are
			// not counted.
			if (entry.restUntil <= at && ++entry.refusals > MAX_PART_REFUSALS) rest(entry, at);
		},
		rest,
		exclude: holder => void liars.set(holder.pipe.link.peer, true),
		isExcluded: peer => liars.has(peer),
		isUsable,
		isAnswerDue() {
			for (const {answerDueSince} of entries.values()) if (answerDueSince !== undefined) return true;
			return false;
		},
		expire(at, isStuck) {
			const refusing: Entry[] = [];
			let isChanged = false;
			for (const entry of entries.values()) {
				if (entry.answerDueSince !== undefined && at - entry.answerDueSince >= FILE_ANSWER_MS) {
					entry.answerDueSince = undefined;
					isChanged = true;
				}
				if (entry.restUntil !== 0 && entry.restUntil <= at) {
					entry.restUntil = 0;
					isChanged = true;
				}
				if (entry.refusals > 0) refusing.push(entry);
			}
			if (refusing.length === 0 || !isStuck()) return isChanged;
			for (const entry of refusing) rest(entry, at);
			return true;
		},
		canAddTo(have) {
			for (const entry of entries.values()) {
				if (!(entry.mayAdd && isUsable(entry, now()))) continue;
				if (entry.parts.some((byte, index) => (byte & ~(have[index] ?? 0)) !== 0)) return true;
				entry.mayAdd = false;
			}
			return false;
		},
		count() {
			let number = 0;
			for (const {heldCount, isComplete, pipe} of entries.values())
				if ((heldCount > 0 || isComplete) && !liars.has(pipe.link.peer)) number++;
			return number;
		},
		countComplete() {
			let number = 0;
			for (const {isComplete, pipe} of entries.values()) if (isComplete && !liars.has(pipe.link.peer)) number++;
			return number;
		},
		describeAbsence(missing) {
			let excluded = 0;
			let resting = 0;
			for (const entry of entries.values()) {
				if (liars.has(entry.pipe.link.peer)) excluded++;
				else if (entry.heldCount > 0 && entry.restUntil > now()) resting++;
			}
			const describe = (number: number, what: string) =>
				number === 0 ? [] : [`${number === 1 ? '1 peer' : `${number} peers`} that ${what}`];
			const exceptions = [...describe(excluded, 'sent wrong data'), ...describe(resting, 'did not send it')];
			return [`nobody who is connected has ${missing}`, exceptions.join(' and ')].filter(Boolean).join(', except ');
		},
	};
}
