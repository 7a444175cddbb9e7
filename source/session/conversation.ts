/** What this node says of itself: joined, posted, renamed, moved, left. */
import type {EntryBody} from '../codec/entry.js';
import type {Batch} from '../core/batch.js';
import {lastSeq} from '../core/batch.js';
import {hasFalseFingerprint} from '../core/false-fingerprint.js';
import {MAX_ADDRESSES, MAX_TEXT_BYTES, TYPING_INTERVAL_MS} from '../core/limits.js';
import {cleanName, cleanText, utf8Length} from '../core/text.js';
import type {Clock} from '../network/clock.js';

export type Said = {readonly seq: number} | {readonly refused: string};

export interface ConversationOptions {
	readonly name: string;
	readonly version: string;
	readonly clock: Clock;
	/** Own LAN addresses, as of now. */
	addresses(): readonly string[];
	write(bodies: readonly EntryBody[]): Batch;
	tellTyping(): void;
}

export interface Conversation {
	name(): string;
	/** Writes `joined`, once. */
	join(): void;
	post(text: string, options?: {readonly action?: boolean}): Said;
	rename(name: string): Said;
	/** A sign of it to all, at most one each TYPING_INTERVAL_MS, whatever is said between: more is a flood to them. */
	typing(): void;
	/** Writes `moved` if our addresses are others now. */
	checkAddresses(): void;
	/** Writes `left`; nothing can be said after it. */
	leave(): void;
}

const NO_FINGERPRINT =
	'a name must not hold “#” and a code: that is how the program tells people of the same name apart';

export function createConversation(options: ConversationOptions): Conversation {
	const {clock, write} = options;
	let {name} = options;
	let joined: string | undefined;
	let left = false;
	let typedAt = Number.NEGATIVE_INFINITY;

	const ownAddresses = () => options.addresses().slice(0, MAX_ADDRESSES);

	function join(): void {
		if (joined !== undefined || left) return;
		const addresses = ownAddresses();
		joined = addresses.join();
		write([{type: 'joined', name, addresses, version: options.version}]);
	}

	function say(body: EntryBody): Said {
		if (left) return {refused: 'this node is leaving'};
		join();
		return {seq: lastSeq(write([body]))};
	}

	return {
		name: () => name,
		join,
		post(text, how) {
			const clean = cleanText(text);
			if (clean.trim() === '') return {refused: 'nothing to say: the text is empty'};
			if (utf8Length(text) > MAX_TEXT_BYTES) {
				return {refused: `the text is too long: ${utf8Length(text)} bytes, at most ${MAX_TEXT_BYTES}`};
			}

			return say(how?.action ? {type: 'posted', text: clean, action: true} : {type: 'posted', text: clean});
		},
		rename(wanted) {
			if (hasFalseFingerprint(wanted)) return {refused: NO_FINGERPRINT};
			const clean = cleanName(wanted);
			if (clean === '') return {refused: 'a name needs at least one visible character'};
			if (clean === name) return {refused: `your name is ${name} already`};
			join();
			name = clean;
			return say({type: 'renamed', name});
		},
		typing() {
			if (clock.monotonic() - typedAt < TYPING_INTERVAL_MS) return;
			typedAt = clock.monotonic();
			options.tellTyping();
		},
		checkAddresses() {
			const addresses = ownAddresses();
			if (joined === undefined || left || addresses.length === 0 || addresses.join() === joined) return;
			joined = addresses.join();
			write([{type: 'moved', addresses}]);
		},
		leave() {
			if (joined !== undefined && !left) write([{type: 'left'}]);
			left = true;
		},
	};
}
