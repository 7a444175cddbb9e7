/** What this node says of itself: joined, posted, renamed, moved, left. */
import type {EntryBody} from '../codec/entry.js';
import {containsSpoofedFingerprint} from '../core/confusables.js';
import type {Clock} from '../core/environment.js';
import {type Batch, lastSeq, type PeerId} from '../core/event.js';
import {MAX_ADDRESSES, MAX_NAME_BYTES, MAX_NAME_CELLS, MAX_TEXT_BYTES, TYPING_INTERVAL_MS} from '../core/limits.js';
import {cleanName, cleanText, utf8Length} from '../core/text.js';
import type {Store} from './store.js';

export type PostResult = {readonly seq: number} | {readonly refused: string};

export interface ConversationOptions {
	readonly name: string;
	readonly version: string;
	readonly clock: Clock;
	/** Own LAN addresses, as of now. */
	addresses(): readonly string[];
	append(bodies: readonly EntryBody[]): Batch;
	sendTyping(): void;
}

export interface Conversation {
	name(): string;
	/** Writes `joined`, once. */
	join(): void;
	post(text: string, options?: {readonly action?: boolean}): PostResult;
	rename(name: string): PostResult;
	/** A sign of it to all, at most one each TYPING_INTERVAL_MS, whatever is said between: more is a flood to them. */
	notifyTyping(): void;
	/** Writes `moved` if our addresses are others now. */
	announceAddressChange(): void;
	/** Writes `left`; nothing can be said after it. */
	leave(): void;
}

const FINGERPRINT_IN_NAME =
	'a name must not hold “#” and a code: that is how the program tells people of the same name apart';

export function createConversation(options: ConversationOptions): Conversation {
	const {clock, append} = options;
	let {name} = options;
	let announcedAddresses: string | undefined;
	let hasLeft = false;
	let typingSentAt = Number.NEGATIVE_INFINITY;

	const ownAddresses = () => options.addresses().slice(0, MAX_ADDRESSES);

	function join(): void {
		if (announcedAddresses !== undefined || hasLeft) return;
		const addresses = ownAddresses();
		announcedAddresses = addresses.join();
		append([{type: 'joined', name, addresses, version: options.version}]);
	}

	function appendBody(body: EntryBody): PostResult {
		if (hasLeft) return {refused: 'this node is leaving'};
		join();
		return {seq: lastSeq(append([body]))};
	}

	return {
		name: () => name,
		join,
		post(text, postOptions) {
			const cleaned = cleanText(text);
			if (cleaned.trim() === '') return {refused: 'nothing to say: the text is empty'};
			if (utf8Length(text) > MAX_TEXT_BYTES) {
				return {refused: `the text is too long: ${utf8Length(text)} bytes, at most ${MAX_TEXT_BYTES}`};
			}

			return appendBody(
				postOptions?.action ? {type: 'posted', text: cleaned, action: true} : {type: 'posted', text: cleaned},
			);
		},
		rename(requestedName) {
			if (containsSpoofedFingerprint(requestedName)) return {refused: FINGERPRINT_IN_NAME};
			const clean = cleanName(requestedName);
			if (clean === '') return {refused: 'a name needs at least one visible character'};
			if (clean === name) return {refused: `your name is ${name} already`};
			join();
			name = clean;
			return appendBody({type: 'renamed', name});
		},
		notifyTyping() {
			if (clock.monotonic() - typingSentAt < TYPING_INTERVAL_MS) return;
			typingSentAt = clock.monotonic();
			options.sendTyping();
		},
		announceAddressChange() {
			const addresses = ownAddresses();
			if (
				announcedAddresses === undefined ||
				hasLeft ||
				addresses.length === 0 ||
				addresses.join() === announcedAddresses
			)
				return;
			announcedAddresses = addresses.join();
			append([{type: 'moved', addresses}]);
		},
		leave() {
			if (announcedAddresses !== undefined && !hasLeft) append([{type: 'left'}]);
			hasLeft = true;
		},
	};
}

/** Resolves true once some peer holds our own feed up to `seq()`, false after `ms`. */
export function whenDelivered(
	store: Store,
	clock: Clock,
	self: PeerId,
	ownSeq: () => number,
	timeoutMs: number,
): Promise<boolean> {
	return new Promise(resolve => {
		const isDelivered = () => {
			const {delivered} = store.getState().ephemeral;
			return Object.entries(delivered).some(([peer, held]) => peer !== self && held >= ownSeq());
		};
		if (isDelivered()) {
			resolve(true);
			return;
		}

		const settle = (held: boolean) => {
			timer.cancel();
			unsubscribe();
			resolve(held);
		};
		const timer = clock.after(timeoutMs, () => settle(false));
		const unsubscribe = store.subscribe(() => {
			if (isDelivered()) settle(true);
		});
	});
}

/** What to tell whoever chose a name that is not taken as it stands; undefined when it is. */
export function describeNameTruncation(requestedName: string): string | undefined {
	const name = cleanName(requestedName);
	if (name === requestedName.trim()) return undefined;
	return `your name is “${name}”: at most ${MAX_NAME_CELLS} columns and ${MAX_NAME_BYTES} bytes of what can be shown are taken`;
}
