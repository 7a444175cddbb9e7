/** Pinned messages. Anybody can pin and unpin; for each message the last event in timeline order decides. */
import {type EffectEvent, eventId, type PeerId, type WrittenEvent} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {findPosted} from './find-posted.js';
import {MAX_PINS_CONSIDERED, MAX_PINS_PER_FEED, MAX_PINS_SEARCHED, MAX_PINS_SHOWN} from './limits.js';
import type {State} from './state.js';
import {contentOf} from './text-of.js';
import type {Timeline, TimelineEntry} from './timeline.js';

export interface Pin {
	readonly message: WrittenEvent & TimelineEntry;
	/** Who pinned the message. */
	readonly by: PeerId;
}

export interface PinOptions {
	/** `pinned` events and messages after this position in timeline order are ignored. */
	readonly position?: OrderKey | undefined;
	/** Returns true for peers whose pins are left out, because the user ignores the person. */
	readonly isIgnored?: ((peer: PeerId) => boolean) | undefined;
}

/**
 * Pinned messages that this node holds and that were not withdrawn, at most MAX_PINS_SHOWN. The most recently pinned
 * one is first. Only the last MAX_PINS_PER_FEED `pinned` events of each feed are examined, and of these the last
 * MAX_PINS_CONSIDERED.
 */
export function selectPins(
	state: State,
	{position = state.effects.until, isIgnored = state.effects.isIgnored}: PinOptions = {},
): readonly Pin[] {
	const decided = new Set<string>();
	const shown: Pin[] = [];
	let searched = 0;
	for (const pin of countedPins(state.effects.pins, position, isIgnored)) {
		const id = eventId(pin.target.peer, pin.target.seq);
		if (decided.has(id)) continue;
		decided.add(id);
		if (!pin.on || ++searched > MAX_PINS_SEARCHED) continue;
		const message = findPosted(state.timeline, pin.target);
		if (
			!message ||
			isIgnored?.(message.peer) ||
			contentOf(state, message, position).withdrawal ||
			(position && compareOrder(message, position) > 0)
		)
			continue;
		shown.push({message, by: pin.peer});
		if (shown.length === MAX_PINS_SHOWN) break;
	}
	return shown;
}

type PinEvent = EffectEvent & {readonly type: 'pinned'};

/**
 * The `pinned` events within the limits MAX_PINS_PER_FEED and MAX_PINS_CONSIDERED, the newest first. Pages that
 * contain no such event are skipped.
 */
function* countedPins(
	pins: Timeline,
	position: OrderKey | undefined,
	isIgnored: PinOptions['isIgnored'],
): Generator<PinEvent> {
	const remaining = new Map<PeerId, number>();
	const remainingOf = (peer: PeerId): number => {
		const known = remaining.get(peer);
		if (known !== undefined) return known;
		const count = isIgnored?.(peer) ? 0 : MAX_PINS_PER_FEED;
		remaining.set(peer, count);
		return count;
	};
	let counted = 0;
	for (const page of pins.pages.toReversed()) {
		const [first] = page;
		if (first && position && compareOrder(first, position) > 0) continue;
		if (!pinnersOf(page).some(peer => remainingOf(peer) > 0)) continue;
		for (let index = page.length - 1; index >= 0; index--) {
			const pin = page[index];
			if (!isPin(pin) || (position && compareOrder(pin, position) > 0)) continue;
			const left = remainingOf(pin.peer);
			if (left === 0) continue;
			remaining.set(pin.peer, left - 1);
			yield pin;
			if (++counted === MAX_PINS_CONSIDERED) return;
		}
	}
}

const authorsByPage = new WeakMap<Timeline['pages'][number], readonly PeerId[]>();

function pinnersOf(page: Timeline['pages'][number]): readonly PeerId[] {
	const authors = authorsByPage.get(page) ?? [...new Set(page.map(({peer}) => peer))];
	authorsByPage.set(page, authors);
	return authors;
}

function isPin(entry: TimelineEntry | undefined): entry is PinEvent {
	return entry?.type === 'pinned';
}
