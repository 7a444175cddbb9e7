/**
 * Unread messages of other people, and the reading position: a place in the log before which the user has read all
 * messages.
 *
 * The user can read messages in any order. The position is the place of the log record with the first unread message.
 * After a crash, some messages that were read may therefore be unread again, but no unread message is taken for read. A
 * record can contain many messages if sync has written it. The position is never inside a record, so all its messages
 * may be unread again.
 */
import type {Clock, Timer} from '../core/environment.js';
import {eventId, type FeedEvent, type Input, isWritten, type Observation, writerOf} from '../core/event.js';
import {compareOrder, type OrderKey} from '../core/event-order.js';
import {isOurs} from '../core/own-sessions.js';
import type {State} from '../core/state.js';
import {emptyTimeline, hasEntry, insertEntries, removeEntry, type Timeline} from '../core/timeline.js';
import type {LogPlace} from '../storage/log.js';
import type {Store} from './store.js';

/** The unread messages at one moment, and where they begin. */
export interface Unread {
	/** Unread messages in the order of the timeline. */
	readonly messages: Timeline;
	/** Present if at least one of these messages was written while this node was not running or not connected. */
	readonly hasMissed?: true;
	/** Time at which the last record before the position was written. Wall clock in ms. Undefined if the log is new. */
	readonly since?: number;
	/** Key of the last entry of the timeline that was read when the log was reopened. Undefined if the log is new. */
	readonly lastRead?: OrderKey;
}

/** Change of the set of unread messages. */
export interface ReadingChange {
	readonly added: readonly OrderKey[];
	readonly removed: readonly OrderKey[] | 'all';
	readonly hasMissed?: true;
}

export interface Reading {
	unread(): Unread;
	/** Marks messages as read. Messages that were read before are ignored. */
	markRead(entries: Iterable<MessageKey>): void;
	markAllRead(): void;
	/**
	 * Adds a listener, which is called after every change of the unread messages. Returns a function that removes it.
	 */
	subscribe(listener: (change: ReadingChange) => void): () => void;
}

export interface ReadingOptions {
	readonly store: Store;
	readonly clock: Clock;
	/** Place after the last record of the log. Undefined if there is none. */
	logEnd(): LogPlace | undefined;
	/** Saves the position. Undefined if this node does not save it. */
	readonly savePosition?: ((place: LogPlace) => Promise<void>) | undefined;
}

export interface ReadingTracker extends Reading {
	/**
	 * Starts to track messages, and saves the position for the first time. Messages before this call come from the log.
	 * Messages after it are new.
	 */
	start(): void;
	/** Stops tracking, and saves the position for the last time. */
	stop(): Promise<void>;
}

/** Maximum time until a changed position is saved, in ms. After a crash, the saved position is at most this old. */
export const SAVE_POSITION_MS = 500;

/**
 * Unread message, with the place from which it must be read again. The list of these messages is in the order of
 * arrival.
 */
interface Arrival {
	readonly id: string;
	/** Place of the log record with the message, or an earlier place. */
	readonly place: LogPlace | undefined;
}

/** Values that identify a message. Only whispers need `ms` and `counter`, because they have no seq. */
export type MessageKey = Pick<OrderKey, 'peer' | 'seq'> & Partial<OrderKey>;

type Message = FeedEvent | Observation;
type LoggedInput = Exclude<Input, {readonly type: 'ephemeral'}>;

export function createReading(options: ReadingOptions): ReadingTracker {
	const {store, clock} = options;
	const listeners = new Set<(change: ReadingChange) => void>();
	let unread: Unread = {messages: emptyTimeline};
	/** Keys of the unread messages by id. */
	const waiting = new Map<string, OrderKey>();
	let arrivals: Arrival[] = [];
	let firstArrival = 0;
	let isStarted = false;
	let endBefore: LogPlace | undefined;
	let timer: Timer | undefined;
	let saved: LogPlace | undefined;
	let saving: Promise<void> = Promise.resolve();

	/**
	 * Whether a message is unread when it arrives. In a new log, a message that a peer already had when it connected
	 * counts as read.
	 */
	function isUnread(state: State, event: Message, input: LoggedInput): boolean {
		const author = writerOf(event);
		if ((!isWritten(event) && event.type !== 'whisper') || isOurs(state, author)) return false;
		const isHistory = input.live === false && unread.lastRead === undefined;
		if (isStarted ? isHistory : input.unreadOffset === undefined) return false;
		return hasEntry(state.timeline, event);
	}

	function placeOf({unreadOffset}: {readonly unreadOffset?: number}): LogPlace | undefined {
		const end = unreadOffset === undefined ? endBefore : options.logEnd();
		return end && unreadOffset !== undefined ? {...end, offset: unreadOffset} : end;
	}

	function onCommit(state: State, inputs: readonly Input[]): void {
		const added: Message[] = [];
		for (const input of inputs) {
			if (input.type === 'ephemeral') continue;
			if (input.type === 'observed' && input.observation.type !== 'whisper') continue;
			const events = input.type === 'events' ? input.events : [input.observation];
			for (const event of events) {
				const id = idOf(event);
				if (!isUnread(state, event, input) || waiting.has(id)) continue;
				waiting.set(id, event);
				arrivals.push({id, place: placeOf(input)});
				added.push(event);
				if (input.live === false) unread = {...unread, hasMissed: true};
			}

			const last = events.at(-1);
			if (isStarted || input.unreadOffset !== undefined || !last) continue;
			const isLater = unread.lastRead === undefined || compareOrder(last, unread.lastRead) > 0;
			if (isLater && hasEntry(state.timeline, last)) unread = {...unread, lastRead: keyOf(last)};
			unread = {...unread, since: input.loggedAt};
		}

		endBefore = options.logEnd();
		if (added.length === 0) return;
		change(insertEntries(unread.messages, added.sort(compareOrder)), {added: added.map(keyOf), removed: []});
	}

	function change(messages: Timeline, {added, removed}: Pick<ReadingChange, 'added' | 'removed'>): void {
		unread = {...unread, messages};
		scheduleSave();
		const {hasMissed} = unread;
		for (const listener of listeners) listener({added, removed, ...(hasMissed && {hasMissed})});
	}

	function position(): LogPlace | undefined {
		while (firstArrival < arrivals.length && !waiting.has(arrivals[firstArrival]?.id ?? '')) firstArrival++;
		if (firstArrival === arrivals.length) {
			arrivals = [];
			firstArrival = 0;
		}

		const end = options.logEnd();
		const first = arrivals[firstArrival]?.place;
		// After a failed write the log continues in a new file. A place in the old file is not valid there.
		return first && first.marker === end?.marker ? first : end;
	}

	function scheduleSave(): void {
		if (!isStarted || !options.savePosition) return;
		timer ??= clock.after(SAVE_POSITION_MS, save);
	}

	/**
	 * Writes the position after the previous write has ended. A failure is not reported, because the next change tries
	 * again.
	 */
	function save(): void {
		timer?.cancel();
		timer = undefined;
		saving = saving.then(async () => {
			const place = position();
			if (!place || (saved?.marker === place.marker && saved.offset === place.offset)) return;
			await options.savePosition?.(place).then(
				() => {
					saved = place;
				},
				() => {},
			);
		});
	}

	const unsubscribe = store.subscribe(onCommit);
	return {
		unread: () => unread,
		markRead(entries) {
			let {messages} = unread;
			const removed: OrderKey[] = [];
			for (const entry of entries) {
				const id = idOf(entry);
				const key = waiting.get(id);
				if (!key) continue;
				waiting.delete(id);
				messages = removeEntry(messages, key);
				removed.push(keyOf(key));
			}

			if (messages !== unread.messages) change(messages, {added: [], removed});
		},
		markAllRead() {
			if (waiting.size === 0) return;
			waiting.clear();
			change(emptyTimeline, {added: [], removed: 'all'});
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		start() {
			isStarted = true;
			endBefore = options.logEnd();
			save();
		},
		async stop() {
			unsubscribe();
			if (isStarted && options.savePosition) save();
			timer?.cancel();
			await saving;
		},
	};
}

/** Key of a message in a map. A whisper has no seq, so its key contains its clock reading. */
export function idOf({peer, seq, ms = 0, counter = 0}: MessageKey): string {
	return seq === 0 ? `${peer}@${ms}-${counter}` : eventId(peer, seq);
}

function keyOf({ms, counter, peer, seq}: OrderKey): OrderKey {
	return {ms, counter, peer, seq};
}
