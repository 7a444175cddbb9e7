/**
 * Store of everything on the screen: the state of the node and the state of the screen. It decides when to draw. The
 * result of a key is drawn immediately, together with all events that wait to be drawn. If no key is pressed, events
 * wait up to BACKGROUND_FRAME_MS, so that drawing a busy room does not delay keys.
 */

import type {Clock} from '../../core/environment.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Reading, Unread} from '../../node/reading.js';
import type {Store} from '../../node/store.js';
import {noUnread} from '../timeline/describe-unread.js';
import type {UiState} from './chat-state.js';

/** Minimum interval between two frames that keys cause, ms: 60 frames per second. */
export const INPUT_FRAME_MS = 16;
/** Minimum interval before a frame that events cause without a key, ms: 15 frames per second. */
export const BACKGROUND_FRAME_MS = 66;

export interface ScreenSnapshot {
	readonly state: State;
	readonly ui: UiState;
	/** Messages that the user has not read. */
	readonly unread: Unread;
	/** Monotonic time of the snapshot, ms. */
	readonly now: number;
}

export interface ScreenStore {
	/** The snapshot to draw. It stays the same object until listeners are notified. */
	getSnapshot(): ScreenSnapshot;
	subscribe(listener: () => void): () => void;
	getUi(): UiState;
	setUi(ui: UiState): void;
	/** Draws pending changes now. */
	flush(): void;
	stop(): void;
}

/** Access to what the user has read, and the entries that the user sees in a frame. */
export interface ScreenReading {
	readonly reading: Reading | undefined;
	entriesSeen(snapshot: ScreenSnapshot): readonly TimelineEntry[];
}

export function createScreenStore(
	store: Store,
	initial: UiState,
	clock: Clock,
	{reading, entriesSeen}: ScreenReading = {reading: undefined, entriesSeen: () => []},
): ScreenStore {
	const readUnread = () => reading?.unread() ?? noUnread;
	const listeners = new Set<() => void>();
	let ui = initial;
	let snapshot: ScreenSnapshot = {state: store.getState(), ui, unread: readUnread(), now: clock.monotonic()};
	let lastFrameAt = Number.NEGATIVE_INFINITY;
	/** Monotonic time of the last frame that a key caused, ms. */
	let lastInputFrameAt = Number.NEGATIVE_INFINITY;
	/** Monotonic time at which the next frame is due, ms; infinity if no frame is scheduled. */
	let dueAt = Number.POSITIVE_INFINITY;
	let timer: {cancel(): void} | undefined;
	const scheduleBackgroundDraw = () => scheduleDraw(lastFrameAt + BACKGROUND_FRAME_MS);
	const unsubscribeStore = store.subscribe(scheduleBackgroundDraw);
	const unsubscribeReading = reading?.subscribe(scheduleBackgroundDraw);

	function draw(): void {
		timer?.cancel();
		timer = undefined;
		dueAt = Number.POSITIVE_INFINITY;
		const state = store.getState();
		const next: ScreenSnapshot = {state, ui, unread: readUnread(), now: clock.monotonic()};
		if (state === snapshot.state && ui === snapshot.ui && next.unread === snapshot.unread) return;
		lastFrameAt = clock.monotonic();
		if (ui !== snapshot.ui) lastInputFrameAt = lastFrameAt;
		// Entries are marked as read before the frame is drawn, so that the frame does not count them as unread.
		reading?.markRead(entriesSeen(next));
		snapshot = {...next, unread: readUnread()};
		for (const listener of listeners) listener();
	}

	/**
	 * Schedules a frame at the monotonic time `time`, ms, unless a frame is due earlier. A change of the node's store
	 * does not draw directly, because it may happen in the middle of other work.
	 */
	function scheduleDraw(time: number): void {
		if (time >= dueAt) return;
		timer?.cancel();
		dueAt = time;
		timer = clock.after(Math.max(0, time - clock.monotonic()), draw);
	}

	return {
		getSnapshot: () => snapshot,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		getUi: () => ui,
		setUi(next) {
			if (next === ui) return;
			ui = next;
			if (clock.monotonic() - lastInputFrameAt >= INPUT_FRAME_MS) draw();
			else scheduleDraw(lastInputFrameAt + INPUT_FRAME_MS);
		},
		flush: draw,
		stop() {
			timer?.cancel();
			timer = undefined;
			unsubscribeStore();
			unsubscribeReading?.();
			listeners.clear();
		},
	};
}
