/**
 * Reactions, corrections, withdrawals and pins of the user of this node. Each function checks the message and the
 * content, and then appends the event.
 */
import {effectsOn} from '../core/effect-index.js';
import {type EffectBody, type EventRef, isWindowRow, isWritten, type PeerId, type WrittenEvent} from '../core/event.js';
import {findPosted} from '../core/find-posted.js';
import {MAX_MARKS_PER_FEED, MAX_WORD_BYTES, MAX_WORDS_PER_FEED} from '../core/limits.js';
import {findPeer} from '../core/roster.js';
import type {State} from '../core/state.js';
import {cleanLine, cleanText, isReactionWord} from '../core/text.js';
import {contentOf} from '../core/text-of.js';
import {entryAt} from '../core/timeline.js';
import type {ChatNode} from './chat-node.js';
import {type PostResult, refuseText} from './conversation.js';

export interface EffectCommandOptions {
	/** Peer id of this node. */
	readonly self: PeerId;
	getState(): State;
	append(body: EffectBody): PostResult;
}

const NOT_HERE = 'There is no such message here.';
const WITHDRAWN = 'This message was withdrawn.';
const IS_WINDOW_ROW = 'This row says who shows the room to guests, so it cannot be changed.';
const NOT_OWN = 'Only your own messages can be changed.';

/** Creates the commands of a node. If a command is refused, the result is a sentence for the user. */
export function createEffectCommands(
	options: EffectCommandOptions,
): Pick<ChatNode, 'mark' | 'correct' | 'withdraw' | 'pin'> {
	const {self, getState, append} = options;

	/** The message to which `target` refers. If it cannot be changed, a sentence for the user that says why. */
	function findTarget(target: EventRef): WrittenEvent | string {
		const state = getState();
		const message = findPosted(state.timeline, target);
		if (!message) return NOT_HERE;
		return contentOf(state, message).withdrawal ? WITHDRAWN : message;
	}

	function findOwn(target: EventRef): WrittenEvent | string {
		const message = findTarget(target);
		if (typeof message === 'object' && isWindowRow(message)) return IS_WINDOW_ROW;
		return typeof message === 'string' || isOwnMessage(getState(), self, message) ? message : NOT_OWN;
	}

	return {
		mark(target, word, on) {
			const message = findTarget(target);
			if (typeof message === 'string') return {refused: message};
			if (!isReactionWord(word) || cleanLine(word) === '')
				return {refused: `A reaction is one emoji or word without spaces, at most ${MAX_WORD_BYTES} bytes.`};
			const own = effectsOn(getState().effects.marks, target, {author: self, max: MAX_MARKS_PER_FEED});
			if (own.length >= MAX_MARKS_PER_FEED)
				return {
					refused: `You have changed your reactions to this message ${MAX_MARKS_PER_FEED} times, which is the limit.`,
				};
			const words = new Set(own.map(mark => (mark.type === 'marked' ? mark.word : '')));
			if (!words.has(word) && words.size >= MAX_WORDS_PER_FEED)
				return {
					refused: `You have used ${MAX_WORDS_PER_FEED} different reactions on this message, which is the limit.`,
				};
			return append({type: 'marked', target, word, on});
		},
		correct(target, text) {
			const message = findOwn(target);
			if (typeof message === 'string') return {refused: message};
			const refused = refuseText(text);
			if (refused !== undefined) return {refused};
			if (cleanText(text) === contentOf(getState(), message).text) return {refused: 'The text is the same as before.'};
			return append({type: 'corrected', target, text: cleanText(text)});
		},
		withdraw(target) {
			const message = findOwn(target);
			return typeof message === 'string' ? {refused: message} : append({type: 'withdrawn', target});
		},
		pin(target, on) {
			const message = findTarget(target);
			return typeof message === 'string' ? {refused: message} : append({type: 'pinned', target, on});
		},
	};
}

/** Number of newest rows of the timeline that `findNewest` searches. */
const MAX_SEARCHED_ROWS = 512;

/**
 * The newest message for which `isSought` returns true. Only the newest MAX_SEARCHED_ROWS rows are searched. Withdrawn
 * messages are skipped.
 */
export function findNewest(state: State, isSought: (message: WrittenEvent) => boolean): WrittenEvent | undefined {
	const {timeline} = state;
	const oldest = Math.max(0, timeline.length - MAX_SEARCHED_ROWS);
	for (let position = timeline.length - 1; position >= oldest; position--) {
		const entry = entryAt(timeline, position);
		if (entry && isWritten(entry) && isSought(entry) && !contentOf(state, entry).withdrawal) return entry;
	}
	return undefined;
}

/**
 * The newest message of the user that can be corrected or withdrawn. Undefined if none of the newest rows contains one.
 */
export function newestOwnMessage(state: State, self: PeerId): WrittenEvent | undefined {
	return findNewest(state, message => isOwnMessage(state, self, message) && !isWindowRow(message));
}

/**
 * Whether the user of this node wrote a message: in this run, or in another session with the same verified identity.
 */
export function isOwnMessage({roster}: State, self: PeerId, message: WrittenEvent): boolean {
	if (message.peer === self) return true;
	const key = findPeer(roster, self)?.identity?.key;
	return key !== undefined && key === findPeer(roster, message.peer)?.identity?.key;
}
