/** Pinned messages. Anybody can pin and unpin; for each message the last event in timeline order decides. */
import {type EffectEvent, eventId, type PeerId, type WrittenEvent} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {findPosted} from './find-posted.js';
import {MAX_PINS_CONSIDERED, MAX_PINS_SEARCHED, MAX_PINS_SHOWN} from './limits.js';
import type {State} from './state.js';
import {contentOf} from './text-of.js';
import {entryAt, type TimelineEntry} from './timeline.js';

export interface Pin {
	readonly message: WrittenEvent & TimelineEntry;
	/** Who pinned the message. */
	readonly by: PeerId;
}

export interface PinOptions {
	/** Only `pinned` events at or before this position in timeline order count. */
	readonly position?: OrderKey | undefined;
	/** Whether a peer is ignored. Pins by ignored people do not count. */
	readonly isIgnored?: ((peer: PeerId) => boolean) | undefined;
}

/**
 * Pinned messages that are known and not withdrawn, at most MAX_PINS_SHOWN. The most recently pinned one is first. Only the
 * last MAX_PINS_CONSIDERED `pinned` events are examined.
 */
export function selectPins(
	state: State,
	{position = state.effects.until, isIgnored = state.effects.isIgnored}: PinOptions = {},
): readonly Pin[] {
	const {pins} = state.effects;
	const decided = new Set<string>();
	const shown: Pin[] = [];
	const first = Math.max(0, pins.length - MAX_PINS_CONSIDERED);
	let searched = 0;
	for (let index = pins.length - 1; index >= first && shown.length < MAX_PINS_SHOWN; index--) {
		const pin = entryAt(pins, index);
		if (!isPin(pin) || isIgnored?.(pin.peer) || (position && compareOrder(pin, position) > 0)) continue;
		const id = eventId(pin.target.peer, pin.target.seq);
		if (decided.has(id)) continue;
		decided.add(id);
		if (!pin.on || ++searched > MAX_PINS_SEARCHED) continue;
		const message = findPosted(state.timeline, pin.target);
		if (!message || isIgnored?.(message.peer) || contentOf(state, message, position).withdrawal) continue;
		shown.push({message, by: pin.peer});
	}
	return shown;
}

function isPin(entry: TimelineEntry | undefined): entry is EffectEvent & {type: 'pinned'} {
	return entry?.type === 'pinned';
}
