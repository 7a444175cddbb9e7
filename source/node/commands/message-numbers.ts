/**
 * Short numbers of messages, so that commands can refer to them: `/reply 3 TEXT`. Lists of messages show these numbers.
 */
import {type EventRef, eventId} from '../../core/event.js';
import {LruMap} from '../../core/lru-map.js';

/** Maximum number of messages that have a number. A list shows ten at a time. */
const MAX_NUMBERED_MESSAGES = 10_000;

export interface MessageNumbers {
	/**
	 * Number of a message. The first call for a message assigns the next free number. The number then stays the same.
	 */
	numberOf(message: EventRef): number;
	/** Message with this number. Undefined if no list has shown this number. */
	find(number: number): EventRef | undefined;
}

/**
 * Creates the numbers of one screen. They begin with 1. If more than MAX_NUMBERED_MESSAGES are assigned, the oldest are
 * forgotten.
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
