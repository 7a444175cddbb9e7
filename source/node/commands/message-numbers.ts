/** Short numbers of messages, with which commands name them: `/reply 3 TEXT`. A list of messages shows the numbers. */
import {type EventRef, eventId} from '../../core/event.js';
import {LruMap} from '../../core/lru-map.js';

/** Maximum number of messages that have a number. A list shows ten at a time. */
const MAX_NUMBERED_MESSAGES = 10_000;

export interface MessageNumbers {
	/** The number of a message. The first call for a message assigns the next number, which then stays the same. */
	numberOf(message: EventRef): number;
	/** The message with this number; undefined if no list has shown it. */
	find(number: number): EventRef | undefined;
}

/**
 * Numbers for one screen, starting at 1. The oldest numbers are forgotten when there are more than MAX_NUMBERED_MESSAGES.
 */
export function createMessageNumbers(): MessageNumbers {
	const numbers = new LruMap<string, number>(MAX_NUMBERED_MESSAGES);
	const messages = new LruMap<number, EventRef>(MAX_NUMBERED_MESSAGES);
	let assigned = 0;
	return {
		numberOf({peer, seq}) {
			const id = eventId(peer, seq);
			const known = numbers.get(id);
			if (known !== undefined) return known;
			assigned += 1;
			numbers.set(id, assigned);
			messages.set(assigned, {peer, seq});
			return assigned;
		},
		find: number => messages.get(number),
	};
}
