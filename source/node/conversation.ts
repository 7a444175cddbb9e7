/**
 * Events of the user of this node: checks them and appends them to the feed of this node (`joined`, `posted`,
 * `renamed`, `moved` and `left`).
 */
import type {EntryBody} from '../codec/entry.js';
import {type Batch, lastSeq} from '../core/batch.js';
import {containsSpoofedFingerprint} from '../core/confusables.js';
import type {Clock} from '../core/environment.js';
import type {EffectBody, EventRef, PeerId, WindowState} from '../core/event.js';
import {MAX_ADDRESSES, MAX_NAME_BYTES, MAX_NAME_CELLS, MAX_TEXT_BYTES, TYPING_INTERVAL_MS} from '../core/limits.js';
import {shownName} from '../core/shown-name.js';
import {cleanName, cleanText, utf8Length} from '../core/text.js';
import type {Store} from './store.js';
import {whenState} from './when-state.js';

/** Sequence number of the new event, or the reason why there is no new event, as a sentence for the user. */
export type PostResult = {readonly seq: number} | {readonly refused: string};

export interface PostOptions {
	/** Whether the text is an action in the third person, as with `/me`. */
	readonly action?: boolean;
	/** The message to which this one replies. */
	readonly replyTo?: EventRef;
}

export interface ConversationOptions {
	readonly name: string;
	readonly version: string;
	/** Whether `joined` says that this node is a keeper, a node that stays in the room to keep its history. */
	readonly isKeeper?: boolean | undefined;
	readonly clock: Clock;
	/** Current addresses of this node in the local network. */
	addresses(): readonly string[];
	append(bodies: readonly EntryBody[]): Batch;
	sendTyping(): void;
}

export interface Conversation {
	name(): string;
	/** Appends `joined`. Further calls have no effect. */
	join(): void;
	post(text: string, options?: PostOptions): PostResult;
	/** Appends a `shared` event. The caller has checked its content (file-transfers.ts). */
	shareFile(body: EntryBody & {readonly type: 'shared'}): PostResult;
	/** Tells the room that guests can read along over HTTP from now on, or that they no longer can. */
	announceWindow(window: WindowState): void;
	/** Appends a reaction, correction, withdrawal or pin. The caller has checked it (effect-commands.ts). */
	appendEffect(body: EffectBody): PostResult;
	rename(name: string): PostResult;
	/** Sends `typing` to all peers, at most once every TYPING_INTERVAL_MS, because peers refuse more messages. */
	notifyTyping(): void;
	/** Appends `moved` if the addresses of this node have changed since they were last announced. */
	announceAddressChange(): void;
	/** Appends `left`, the last event of the feed of this node. */
	leave(): void;
}

const FINGERPRINT_IN_NAME =
	'A name must not contain “#” and a fingerprint. The program adds them to distinguish people with the same name.';

/** Reason why a text cannot be sent, as a sentence for the user. Undefined if it can be sent. */
export function refuseText(text: string): string | undefined {
	if (cleanText(text).trim() === '') return 'The text is empty.';
	if (utf8Length(text) <= MAX_TEXT_BYTES) return undefined;
	return `Too long: ${utf8Length(text)} bytes, the limit is ${MAX_TEXT_BYTES} bytes.`;
}

/** Reason why a name cannot be used, as a sentence for the user. Undefined if it can be used. */
export function refuseName(name: string): string | undefined {
	if (containsSpoofedFingerprint(name)) return FINGERPRINT_IN_NAME;
	return cleanName(name) === '' ? 'A name needs at least one visible character.' : undefined;
}

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
		const keeper = options.isKeeper ? {keeper: true as const} : {};
		append([{type: 'joined', name, addresses, version: options.version, ...keeper}]);
	}

	function appendBody(body: EntryBody): PostResult {
		if (hasLeft) return {refused: 'This node is leaving.'};
		join();
		return {seq: lastSeq(append([body]))};
	}

	return {
		name: () => name,
		join,
		post(text, postOptions) {
			const refused = refuseText(text);
			if (refused !== undefined) return {refused};
			return appendBody({
				type: 'posted',
				text: cleanText(text),
				...(postOptions?.action && {action: true}),
				...(postOptions?.replyTo && {replyTo: postOptions.replyTo}),
			});
		},
		shareFile: appendBody,
		announceWindow(window) {
			const text =
				window === 'opened' ? 'shows this room over HTTP on the local network' : 'no longer shows this room over HTTP';
			appendBody({type: 'posted', text, action: true, window});
		},
		appendEffect: appendBody,
		rename(requestedName) {
			const refused = refuseName(requestedName);
			if (refused !== undefined) return {refused};
			const clean = cleanName(requestedName);
			if (clean === name) return {refused: `Your name is ${name} already.`};
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

/**
 * Resolves to true as soon as one peer has all events of this node up to `ownSeq()`. Resolves to false after
 * `timeoutMs`.
 */
export function whenDelivered(
	store: Store,
	clock: Clock,
	self: PeerId,
	ownSeq: () => number,
	timeoutMs: number,
): Promise<boolean> {
	return whenState(store, clock, timeoutMs, ({ephemeral}) =>
		Object.entries(ephemeral.delivered).some(([peer, heldSeq]) => peer !== self && heldSeq >= ownSeq()),
	);
}

/**
 * Text for a user whose name was changed, because it was too long or contained characters that are not allowed.
 * Undefined if the name was accepted as it is.
 */
export function describeNameTruncation(requestedName: string): string | undefined {
	const name = cleanName(requestedName);
	const shown = shownName(name);
	if (shown !== name && name === requestedName.trim()) {
		return `Others see “${shown}”. Check marks, and parentheses at the end of a name, are not shown, because they could be taken for marks of the program.`;
	}
	if (name === requestedName.trim()) return undefined;
	return `Your name is “${name}”. The limit is ${MAX_NAME_CELLS} columns and ${MAX_NAME_BYTES} bytes of printable text.`;
}
