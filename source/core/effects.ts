/**
 * All effects of a log. An effect is an event that changes how another event is shown: a reaction, a correction, a
 * withdrawal, or a pin.
 *
 * `text-of.ts`, `select-marks.ts` and `select-pins.ts` select the effects that a timeline row shows.
 */

import {addEffects, type EffectIndex, emptyEffectIndex, hasEffect} from './effect-index.js';
import type {EffectEvent, FeedEvent, Observation, PeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import {emptyTimeline, hasEntry, insertEntries, type Timeline} from './timeline.js';

/**
 * Effects that change the text of a message. Corrections and withdrawals are stored separately, so that many corrections do
 * not slow down the search for a withdrawal.
 */
export interface TextEffects {
	/** Corrections, sorted by the message that they change. */
	readonly corrections: EffectIndex;
	/** Withdrawals, sorted by the message that they change. */
	readonly withdrawals: EffectIndex;
}

export interface Effects {
	/** Corrections and withdrawals. Each change creates a new object. */
	readonly texts: TextEffects;
	/** Reactions, sorted by the message to which they react. */
	readonly marks: EffectIndex;
	/** `pinned` events in timeline order. The last such event about a message decides whether the message is pinned. */
	readonly pins: Timeline;
	/**
	 * Effects after this position in timeline order are ignored. A replay sets it to the moment that is shown
	 * (`stateAsOf`).
	 */
	readonly until?: OrderKey;
	/** Returns true for peers whose effects are ignored. Set if the user ignores people (`stateIgnoring`). */
	readonly isIgnored?: (peer: PeerId) => boolean;
}

const noTextEffects: TextEffects = Object.freeze({corrections: emptyEffectIndex, withdrawals: emptyEffectIndex});

export const noEffects: Effects = Object.freeze({
	texts: noTextEffects,
	marks: emptyEffectIndex,
	pins: emptyTimeline,
});

/** Whether an event changes how another event is shown. Such an event has no row of its own in the timeline. */
export function isEffect(event: FeedEvent | Observation): event is EffectEvent {
	const {type} = event;
	return type === 'marked' || type === 'corrected' || type === 'withdrawn' || type === 'pinned';
}

/** Adds effects, which must be in timeline order. Skips effects that are already known. */
export function withEffects(effects: Effects, added: readonly EffectEvent[]): Effects {
	if (added.length === 0) return effects;
	return Object.freeze({
		texts: withTextEffects(effects.texts, added),
		marks: addEffects(
			effects.marks,
			added.filter(({type}) => type === 'marked'),
		),
		pins: insertEntries(
			effects.pins,
			added.filter(({type}) => type === 'pinned'),
		),
	});
}

function withTextEffects(texts: TextEffects, added: readonly EffectEvent[]): TextEffects {
	const corrections = addEffects(
		texts.corrections,
		added.filter(({type}) => type === 'corrected'),
	);
	const withdrawals = addEffects(
		texts.withdrawals,
		added.filter(({type}) => type === 'withdrawn'),
	);
	const isSame = corrections === texts.corrections && withdrawals === texts.withdrawals;
	return isSame ? texts : Object.freeze({corrections, withdrawals});
}

/**
 * Whether `effects` already contains this event. An event whose HLC is more than MAX_HLC_AHEAD_MS ahead of our clock
 * is not in `effects` yet.
 */
export function isKnownEffect(effects: Effects, event: EffectEvent): boolean {
	const {marks, pins, texts} = effects;
	switch (event.type) {
		case 'pinned':
			return hasEntry(pins, event);
		case 'marked':
			return hasEffect(marks, event);
		default:
			return hasEffect(event.type === 'corrected' ? texts.corrections : texts.withdrawals, event);
	}
}
