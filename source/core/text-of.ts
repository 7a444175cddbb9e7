/**
 * Text of a message at a position in timeline order, after the corrections and the withdrawal up to this position.
 * Every output takes the text from this module: the screen, search, export, JSON, notifications and quotes.
 */

import {type EffectIndex, effectsOn, lastEffectsOn, outerAuthorsOn} from './effect-index.js';
import {noEffects} from './effects.js';
import {type EffectEvent, isWindowRow, type PeerId, type WrittenEvent} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_VERSIONS_SHOWN} from './limits.js';
import {findPeer, type Roster} from './roster.js';
import type {State} from './state.js';

export interface Content {
	/** Empty if the message was withdrawn. */
	readonly text: string;
	/** The last correction; undefined if there is none. */
	readonly correction?: EffectEvent & {readonly type: 'corrected'};
	/** The first withdrawal, which is final. */
	readonly withdrawal?: EffectEvent & {readonly type: 'withdrawn'};
}

let lastAsOf: {readonly state: State; readonly position: OrderKey; readonly result: State} | undefined;

/**
 * The same state without corrections, withdrawals, reactions and pins after a position in timeline order, for a
 * replay.
 */
export function stateAsOf(state: State, position: OrderKey | undefined): State {
	if (!position || state.effects === noEffects) return state;
	if (lastAsOf?.state === state && compareOrder(lastAsOf.position, position) === 0) return lastAsOf.result;
	const result = {...state, effects: {...state.effects, until: position}};
	lastAsOf = {state, position, result};
	return result;
}

let lastIgnoring:
	| {readonly state: State; readonly isIgnored: (peer: PeerId) => boolean; readonly result: State}
	| undefined;

/** The same state without corrections, withdrawals, reactions and pins of ignored people. */
export function stateIgnoring(state: State, isIgnored: ((peer: PeerId) => boolean) | undefined): State {
	if (!isIgnored || state.effects === noEffects) return state;
	if (lastIgnoring?.state === state && lastIgnoring.isIgnored === isIgnored) return lastIgnoring.result;
	const result = {...state, effects: {...state.effects, isIgnored}};
	lastIgnoring = {state, isIgnored, result};
	return result;
}

/** Text as it was first written: the text of a message, or the note to a shared file, which may be empty. */
export function originalText(event: WrittenEvent): string {
	return event.type === 'posted' ? event.text : (event.note ?? '');
}

/**
 * Text that a search examines: the text of a message, or name and note of a shared file. Empty if the message or file was
 * withdrawn.
 */
export function searchTextOf(state: State, event: WrittenEvent): string {
	const {text, withdrawal} = contentOf(state, event);
	return event.type === 'posted' || withdrawal ? text : `${event.fileName} ${text}`;
}

/**
 * Current text of a message or of the note to a shared file, after its corrections. Empty if the message or file was
 * withdrawn. See `contentOf`.
 */
export function textOf(state: State, event: WrittenEvent, position?: OrderKey): string {
	return contentOf(state, event, position).text;
}

/**
 * Content of a message. If a `position` is given, effects after it in timeline order are ignored. Only the author can
 * change a message. The author can do so from another feed, because two feeds with the same verified identity belong
 * to one author.
 */
export function contentOf(state: State, event: WrittenEvent, position = state.effects.until): Content {
	const original = originalText(event);
	const {corrections, withdrawals} = state.effects.texts;
	let correction: Content['correction'];
	let withdrawal: Content['withdrawal'];
	for (const author of feedsOfAuthor(state, corrections, event)) {
		const [last] = lastEffectsOn(corrections, event, author, {max: 1, until: position});
		if (last?.type === 'corrected' && (!correction || compareOrder(correction, last) < 0)) correction = last;
	}
	for (const author of feedsOfAuthor(state, withdrawals, event)) {
		const [first] = effectsOn(withdrawals, event, {max: 1, author});
		if (first?.type !== 'withdrawn' || (position && compareOrder(first, position) > 0)) continue;
		if (!withdrawal || compareOrder(first, withdrawal) < 0) withdrawal = first;
	}
	return {
		text: withdrawal ? '' : (correction?.text ?? original),
		...(correction && {correction}),
		...(withdrawal && {withdrawal}),
	};
}

/** Whether a correction or withdrawal changes a message. It does so only if the author of the message wrote it. */
export function canChange({roster}: State, effect: EffectEvent, message: WrittenEvent): boolean {
	if (isWindowRow(message)) return false;
	if (effect.peer === message.peer) return true;
	const key = findPeer(roster, effect.peer)?.identity?.key;
	return key !== undefined && key === findPeer(roster, message.peer)?.identity?.key;
}

/**
 * The texts that a message had, the oldest first: the first text, and the last MAX_VERSIONS_SHOWN corrections. They
 * are listed even if the message was withdrawn later. After them come the withdrawals, at most one of each feed. The
 * details view of a message shows the result.
 */
export function versionsOf(state: State, event: WrittenEvent): readonly (WrittenEvent | EffectEvent)[] {
	const {corrections, withdrawals} = state.effects.texts;
	const last = feedsOfAuthor(state, corrections, event)
		.flatMap(author => lastEffectsOn(corrections, event, author, {max: MAX_VERSIONS_SHOWN}))
		.sort(compareOrder)
		.slice(-MAX_VERSIONS_SHOWN);
	const hidden = feedsOfAuthor(state, withdrawals, event)
		.flatMap(author => effectsOn(withdrawals, event, {max: 1, author}))
		.sort(compareOrder);
	return [event, ...last, ...hidden];
}

/**
 * Feeds whose effects in this index may change a message: the feed of the message, and other feeds of the same verified
 * identity. Empty if nobody can change the message.
 */
function feedsOfAuthor({roster}: State, index: EffectIndex, event: WrittenEvent): readonly PeerId[] {
	if (isWindowRow(event)) return [];
	// Shortcut, because a search calls this function for every message, and most messages have no effects at all.
	const outer = index.length === 0 ? [] : outerAuthorsOn(index, event);
	// Shortcut for most messages that have effects: all their effects are in the feed of the message itself.
	if (outer.every(author => author === event.peer)) return outer.slice(0, 1);
	const key = findPeer(roster, event.peer)?.identity?.key;
	return key === undefined ? [event.peer] : feedsOfIdentity(roster, key);
}

const feedsByIdentity = new WeakMap<Roster[number], ReadonlyMap<string, readonly PeerId[]>>();

/**
 * All feeds with this verified identity, in the order of the roster. The search is cached for each bucket (part) of
 * the roster, because most changes of the roster replace only one bucket.
 */
export function feedsOfIdentity(roster: Roster, key: string): PeerId[] {
	return roster.flatMap(bucket => {
		let feeds = feedsByIdentity.get(bucket);
		if (!feeds) {
			feeds = groupByIdentity(bucket);
			feedsByIdentity.set(bucket, feeds);
		}
		return feeds.get(key) ?? [];
	});
}

function groupByIdentity(bucket: Roster[number]): ReadonlyMap<string, readonly PeerId[]> {
	const feeds = new Map<string, PeerId[]>();
	for (const {peer, identity} of Object.values(bucket)) {
		if (!identity) continue;
		const known = feeds.get(identity.key);
		if (known) known.push(peer);
		else feeds.set(identity.key, [peer]);
	}
	return feeds;
}
