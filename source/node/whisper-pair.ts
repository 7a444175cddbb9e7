/**
 * The two directions of the whispers between this node and one peer, without clock, log and network (protocol.md,
 * Whispers).
 *
 * Invariants
 * 1. A number always belongs to the same text, even if the text was refused.
 * 2. The receiver handles the numbers 1, 2, 3 … in this order, each one time, and takes or refuses each of them.
 * 3. An answer (`whisper-ack`) never covers a whisper that was taken but is not yet in the log of the receiver.
 */
import type {WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import {MAX_WHISPERS_OUTSTANDING} from '../core/limits.js';

/** Whispers from this node to a peer. */
export interface WhisperOutbox {
	/** Number of whispers that the peer has not answered. */
	readonly outstanding: number;
	/** Adds a whisper, which waits to be sent. Returns its number. */
	add(text: string): number;
	/** Takes the next whisper to send, in order; undefined if all of them were sent. */
	takeNext(): WhisperMessage | undefined;
	/** Marks all whispers without an answer to be sent again. Called after a new connection, or if no answer came. */
	restart(): void;
	/**
	 * Applies an answer. Returns the number up to which the whispers are answered now, and which of the newly answered
	 * whispers are refused. Returns undefined if the answer covers no whisper that was unanswered.
	 */
	apply(answer: WhisperAckMessage): {readonly id: number; readonly refused: readonly number[]} | undefined;
}

export function createWhisperOutbox(): WhisperOutbox {
	let waiting: WhisperMessage[] = [];
	let lastId = 0;
	let sent = 0;

	return {
		get outstanding() {
			return waiting.length;
		},
		add(text) {
			lastId += 1;
			waiting.push({type: 'whisper', id: lastId, text});
			return lastId;
		},
		takeNext() {
			const next = waiting[sent];
			if (next) sent += 1;
			return next;
		},
		restart() {
			sent = 0;
		},
		apply({id, refused = []}) {
			const answered = waiting.filter(whisper => whisper.id <= id);
			if (answered.length === 0) return undefined;
			waiting = waiting.slice(answered.length);
			sent = Math.max(0, sent - answered.length);
			return {
				id: answered.at(-1)?.id ?? 0,
				refused: answered.map(whisper => whisper.id).filter(one => refused.includes(one)),
			};
		},
	};
}

/** Whispers from a peer to this node. */
export interface WhisperInbox {
	/** What to do with the whisper of this number: handle it now, answer it again, or drop it because an earlier one is missing. */
	check(id: number): 'next' | 'known' | 'gap';
	/** Notes that the next whisper was appended to the log, which may not have saved it yet. */
	take(): void;
	/** Notes that the next whisper is refused. */
	refuse(): void;
	/** Notes that everything taken so far is saved. Only saved whispers are answered. */
	markSaved(): void;
	/** The answer to all whispers so far; undefined if there is nothing to answer. */
	answer(): WhisperAckMessage | undefined;
}

export function createWhisperInbox(): WhisperInbox {
	let last = 0;
	let saved = 0;
	/**
	 * Refused numbers that the sender may still ask about. There are at most MAX_WHISPERS_OUTSTANDING of them, because the
	 * sender waits for the answers of at most that many whispers.
	 */
	let refused: number[] = [];

	return {
		check: id => (id <= last ? 'known' : id === last + 1 ? 'next' : 'gap'),
		take() {
			last += 1;
		},
		refuse() {
			last += 1;
			refused = [...refused, last].filter(id => id > last - MAX_WHISPERS_OUTSTANDING);
		},
		markSaved() {
			saved = last;
		},
		answer() {
			if (saved === 0) return undefined;
			const answered = refused.filter(id => id <= saved && id > saved - MAX_WHISPERS_OUTSTANDING);
			return {type: 'whisper-ack', id: saved, ...(answered.length > 0 && {refused: answered})};
		},
	};
}
