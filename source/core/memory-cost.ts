/**
 * Upper estimate of the memory that an event takes in the state. MAX_EVENTS and MAX_LOG_BYTES do not bound this
 * memory well enough. In memory, a text with one wide character takes up to twice its encoded length, and a short
 * entry takes many times its encoded length. The constants were measured (performance.md, Memory at the limits).
 */
import type {FeedEvent, Whisper} from './event.js';

/**
 * Memory of a `posted` event without its text: the object, two numbers that V8 stores outside of the object, and one
 * slot each in the timeline and in the index of the log.
 */
const POSTED_BYTES = 160;
/** Memory of an event of any kind but `posted`, without its texts. */
const EVENT_BYTES = 304;
/** Memory of a reference to another event: a peer id and a seq. */
const REFERENCE_BYTES = 144;
/**
 * Memory of a new peer: its record in the roster, the tip of its feed, the index of its log records, its key, its
 * view for the screen, and the tables of names. Measured with the running program (test/hostile/many-feeds.mjs).
 */
const PEER_BYTES = 8192;
/** Memory of a text without its characters: its header, and its slot in an array. */
const TEXT_BYTES = 24;
/**
 * A character beyond Latin-1. If a text contains one such character, each of its characters takes two bytes instead
 * of one.
 */
const WIDE = /[\u0100-\uffff]/;

function textBytes(text: string): number {
	return TEXT_BYTES + text.length * (WIDE.test(text) ? 2 : 1);
}

/** Estimated bytes of memory that an event takes. */
export function memoryCost(event: FeedEvent): number {
	switch (event.type) {
		case 'posted':
			return POSTED_BYTES + textBytes(event.text) + (event.replyTo ? REFERENCE_BYTES : 0);
		case 'shared':
			return EVENT_BYTES + textBytes(event.fileName) + textBytes(event.file) + textBytes(event.note ?? '');
		case 'joined': {
			const addresses = event.addresses.reduce((sum, address) => sum + textBytes(address), 0);
			return EVENT_BYTES + textBytes(event.name) + addresses + textBytes(event.version);
		}
		case 'renamed':
			return EVENT_BYTES + textBytes(event.name);
		case 'moved':
			return event.addresses.reduce((sum, address) => sum + textBytes(address), EVENT_BYTES);
		case 'lost':
			return EVENT_BYTES + REFERENCE_BYTES;
		case 'marked':
			return EVENT_BYTES + REFERENCE_BYTES + textBytes(event.word);
		case 'corrected':
			return EVENT_BYTES + REFERENCE_BYTES + textBytes(event.text);
		case 'withdrawn':
		case 'pinned':
			return EVENT_BYTES + REFERENCE_BYTES;
		case 'left':
		case 'returned':
		case 'unreadable':
			return EVENT_BYTES;
		default:
			return event satisfies never;
	}
}

/**
 * Estimated bytes of memory that a whisper takes: those of an event, of the reference to the other peer, and of the
 * text.
 */
export function whisperCost({text}: Whisper): number {
	return EVENT_BYTES + REFERENCE_BYTES + textBytes(text);
}

/**
 * Estimated bytes of memory that events will take which have not arrived yet, from their number and the total bytes
 * of their entries.
 */
export function estimateMemory(events: number, bytes: number): number {
	return events * EVENT_BYTES + 2 * bytes;
}

/** Bytes of memory that the first event of a peer takes in addition to its `memoryCost`. */
export const newPeerCost = PEER_BYTES;

/**
 * Copy of an object with added fields. All copies share one hidden class of V8. With `{...object, field}`, each copy
 * would get a separate hidden class, which takes 300 bytes or more.
 */
export function extend<T extends object, U extends object>(object: T, fields: U): T & U {
	return Object.assign({}, object, fields);
}

/** Copy of an object with the fields of those arguments that are not undefined. See `extend`. */
export function extendOptionally<T extends object>(object: T, ...fields: readonly (Partial<T> | undefined)[]): T {
	return Object.assign({}, object, ...fields);
}
