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
 * Maximum time that the slices requested from a peer may need to arrive. If they need longer, the peer is not
 * available, and a part that it has may be requested from a holder of all parts.
 */
const BACKLOG_MS = 1000;
/** Maximum number of remembered peers that sent wrong content. */
const MAX_LIARS = 1024;

export interface Holder extends Holding {
	readonly pipe: LinkPipe;
	/** Id of the last `file-ask` to this peer; undefined if it has not been asked. */
	askId: number | undefined;
	/**
	 * Monotonic time of the `file-ask` that requested the leaves; undefined if no answer to such a request is expected.
	 */
	leavesAskedAt: number | undefined;
}

export interface Holders {
	all(): Iterable<Holder>;
	of(peer: PeerId): Holder | undefined;
	/** Adds a connected peer. Replaces what was known on an earlier connection. */
	add(pipe: LinkPipe): Holder;
	remove(peer: PeerId): void;
	/** Records which parts a peer says that it has. */
	update(holder: Holder, have: PartSet | true): void;
	/**
	 * Notes that the peer refused a part, although it said that it has this part. After more than MAX_PART_REFUSALS
	 * such refusals the peer is treated like a silent one (`rest`).
	 */
	refused(holder: Holder, part: number, now: number): void;
	/**
	 * Notes that the peer is silent. Nothing is requested from the peer for FILE_REST_MS, which doubles with each call. The
	 * peer is asked again what it has, because its file may have changed.
	 */
	rest(holder: Holder, now: number): void;
	/** Excludes a peer that sent wrong content. Nothing more is requested from this peer, even on a new connection. */
	exclude(holder: Holder): void;
	isExcluded(peer: PeerId): boolean;
	/** Whether parts may be requested from the peer now. */
	isUsable(holder: Holder, now: number): boolean;
	/** Whether the first answer of some peer is still expected, so that it is not known yet what can be fetched. */
	isAnswerDue(): boolean;
	/**
	 * To be called regularly. Stops expecting answers that have not arrived within FILE_ANSWER_MS, and allows requests
	 * to peers whose pause (`rest`) has ended. `isStuck`: whether parts are missing, but none can be requested now. If
	 * so, peers that refused parts are treated like silent ones, because no other peer has these parts. Returns whether
	 * anything changed.
	 */
	expire(now: number, isStuck: () => boolean): boolean;
	/** Whether a usable peer has a part that is not in `have`. From call to call, `have` may only grow. */
	canAddTo(have: PartSet): boolean;
	/** Number of peers that have at least one part and are not excluded. */
	count(): number;
	/** Number of peers that have all parts and are not excluded. */
	countComplete(): number;
	/**
	 * Text for the user: no connected peer has `missing`. It also says how many connected peers sent wrong data, and how
	 * many say that they have parts but do not send them.
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
	/**
	 * False if the peer is known to have no part that is missing on this node, so that its parts are not compared again.
	 */
	mayAdd: boolean;
	/**
	 * Monotonic time since which the first answer of the peer is expected. Undefined after the answer, or when this node no
	 * longer expects one.
	 */
	answerDueSince: number | undefined;
}

/** `count`: number of parts of the file. `now`: monotonic clock in ms. */
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
			// While nothing is requested from the peer, it may still refuse earlier requests. These refusals are not
			// counted.
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
