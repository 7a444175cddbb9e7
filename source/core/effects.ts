/**
 * All effects of a log: what replies, reactions, corrections, withdrawals and pins change about other events.
 *
 * `text-of.ts`, `select-marks.ts` and `select-pins.ts` select from these effects what a row shows.
 */

import {addEffects, type EffectIndex, emptyEffectIndex, hasEffect} from './effect-index.js';
import type {EffectEvent, FeedEvent, Observation, PeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import {emptyTimeline, hasEntry, insertEntries, type Timeline} from './timeline.js';

export interface Effects {
	/** Corrections and withdrawals, by target. */
	readonly texts: EffectIndex;
	/** Reactions, by target. */
	readonly marks: EffectIndex;
	/** `pinned` events in timeline order, because the last event about a message decides whether it is pinned. */
	readonly pins: Timeline;
	/** Only effects at or before this position in timeline order count. Set in a replay (`stateAsOf`). */
	readonly until?: OrderKey;
	/** Effects of these peers do not count. Set by a screen whose user ignores people (`stateIgnoring`). */
	readonly isIgnored?: (peer: PeerId) => boolean;
}

export const noEffects: Effects = Object.freeze({
	texts: emptyEffectIndex,
	marks: emptyEffectIndex,
	pins: emptyTimeline,
});

/** Whether an event changes how another event is shown. Such an event is no row of the timeline. */
export function isEffect(event: FeedEvent | Observation): event is EffectEvent {
	const {type} = event;
	return type === 'marked' || type === 'corrected' || type === 'withdrawn' || type === 'pinned';
}

/** Adds effects, which must be in timeline order. Skips those that are already known. */
export function withEffects(effects: Effects, added: readonly EffectEvent[]): Effects {
	if (added.length === 0) return effects;
	return Object.freeze({
		texts: addEffects(
			effects.texts,
			added.filter(({type}) => type === 'corrected' || type === 'withdrawn'),
		),
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

/** Whether the index already has this effect. An effect whose time is too far ahead is not in it yet. */
export function isKnownEffect(effects: Effects, event: EffectEvent): boolean {
	if (event.type === 'pinned') return hasEntry(effects.pins, event);
	return hasEffect(event.type === 'marked' ? effects.marks : effects.texts, event);
}
