/**
 * Numbering and answers of the whispers between this node and one peer, in both directions. This file uses no clock,
 * log or network (protocol.md, Whispers).
 *
 * Invariants
 *
 * 1. A number always belongs to the same text, even if the text was refused.
 * 2. The receiver handles the numbers 1, 2, 3 … in this order. It accepts or refuses each of them exactly once.
 * 3. An answer (`whisper-ack`) never covers a whisper that was accepted but is not in the log of the receiver yet.
 */
import type {WhisperAckMessage, WhisperMessage} from '../codec/message-types.js';
import {MAX_WHISPERS_OUTSTANDING} from '../core/limits.js';

/** Whispers from this node to a peer. */
export interface WhisperOutbox {
	/** Number of whispers that the peer has not answered yet. */
	readonly outstanding: number;
	/** Adds a whisper to be sent. Returns its number. */
	add(text: string): number;
	/** Returns the next whisper to send, in order. Undefined if all were sent. */
	takeNext(): WhisperMessage | undefined;
	/** Makes all unanswered whispers be sent again. To be called after a new connection, or if no answer has come. */
	restart(): void;
	/**
	 * Processes an answer of the peer. `id`: number up to which all whispers are answered now. `refused`: numbers of
	 * the newly answered whispers that the peer refused. Undefined if the answer covers no whisper that was unanswered.
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
	/**
	 * What to do with the whisper of this number. `next`: accept or refuse it. `known`: answer it again. `gap`: drop
	 * it, because an earlier one is missing.
	 */
	check(id: number): 'next' | 'known' | 'gap';
	/** Notes that the next whisper was accepted and appended to the log. The log may not have saved it yet. */
	take(): void;
	/** Notes that the next whisper is refused. */
	refuse(): void;
	/** Notes that all accepted whispers are saved. Only saved whispers are answered. */
	markSaved(): void;
	/** The answer to all whispers so far. Undefined if there is nothing to answer. */
	answer(): WhisperAckMessage | undefined;
}

export function createWhisperInbox(): WhisperInbox {
	let last = 0;
	let saved = 0;
	/**
	 * Refused numbers that must be repeated in an answer. There are at most MAX_WHISPERS_OUTSTANDING, because the
	 * sender waits for the answers to at most that many whispers.
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
