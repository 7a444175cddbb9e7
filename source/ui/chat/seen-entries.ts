/**
 * Decides which messages are marked as read because the user sees them, and which ones the user missed before this
 * launch. A visible message counts as read while the terminal has the focus. If the terminal does not report its focus,
 * a recent key press counts as focus.
 */
import type {Clock} from '../../core/environment.js';
import type {OrderKey} from '../../core/event-order.js';
import {isIgnored} from '../../core/name-collisions.js';
import {entryAt, type TimelineEntry} from '../../core/timeline.js';
import type {Reading} from '../../node/reading.js';
import {isUserPresent} from '../notifications.js';
import type {FrameOf} from './frame.js';
import type {ScreenSnapshot} from './screen-store.js';

/** Maximum number of unread messages that one frame searches for messages of hidden people. */
const MAX_HIDDEN_SEARCH = 1000;

/**
 * Calls `onMissed` once, as soon as it is known that the user missed messages before this launch. The returned function
 * stops this.
 */
export function watchMissed(
	reading: Reading | undefined,
	clock: Clock,
	onMissed: (lastRead: OrderKey, since: number) => void,
): () => void {
	if (!reading) return () => {};
	let isSaid = false;
	let timer: {cancel(): void} | undefined;

	function sayMissed(): void {
		timer = undefined;
		const {hasMissed, lastRead, since} = reading?.unread() ?? {};
		if (isSaid || !hasMissed || !lastRead || since === undefined) return;
		isSaid = true;
		onMissed(lastRead, since);
	}

	// The listener can be called in the middle of other work of the node, so `onMissed` is called only in the next turn
	// of the event loop.
	const unsubscribe = reading.subscribe(() => {
		if (!isSaid) timer ??= clock.after(0, sayMissed);
	});
	sayMissed();
	return () => {
		unsubscribe();
		timer?.cancel();
	};
}

/**
 * Entries to mark as read with this frame: those that the user sees, and messages of hidden people, which the screen
 * never shows.
 */
export function entriesSeen({state, ui, unread, now}: ScreenSnapshot, frameOf: FrameOf): TimelineEntry[] {
	if (unread.messages.length === 0) return [];
	const entries: TimelineEntry[] = [];
	for (let index = 0; ui.ignored.length > 0 && index < Math.min(unread.messages.length, MAX_HIDDEN_SEARCH); index++) {
		const entry = entryAt(unread.messages, index);
		if (entry && isIgnored(state, ui.ignored, entry)) entries.push(entry);
	}
	const {layout, viewport} = frameOf(state, ui);
	const isVisible = !ui.overlay && !layout.tooSmall && !layout.peersOnly;
	if (!isVisible || !isUserPresent({focused: ui.focused, lastKeyAt: ui.lastKeyAt, now})) return entries;
	for (const {item, row} of viewport.slots) if (row >= 0) entries.push(...item.entries);
	return entries;
}
