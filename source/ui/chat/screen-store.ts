/**
 * Joins the session's state and the state of the screen, and says when to draw. A key is drawn at once, with all that has
 * come until then; what comes by itself waits up to ARRIVALS_MS, so that a busy room leaves the time between to the keys.
 */

import type {Clock} from '../../core/environment.js';
import type {State} from '../../core/state.js';
import type {Store} from '../../node/store.js';
import type {UiState} from './chat-state.js';

/** Least time between two frames that keys ask for, ms: 60 a second. */
export const INPUT_FRAME_MS = 16;
/** Least time between a frame and one for what came by itself, ms. */
export const BACKGROUND_FRAME_MS = 66;

export interface ScreenSnapshot {
	readonly state: State;
	readonly ui: UiState;
	/** Wall clock of the snapshot, ms. */
	readonly now: number;
}

export interface ScreenStore {
	/** What is or is about to be drawn: the same value until a listener is told. */
	getSnapshot(): ScreenSnapshot;
	subscribe(listener: () => void): () => void;
	getUi(): UiState;
	setUi(ui: UiState): void;
	/** Draws what is due now. */
	flush(): void;
	stop(): void;
}

export function createScreenStore(store: Store, initial: UiState, clock: Clock): ScreenStore {
	const listeners = new Set<() => void>();
	let ui = initial;
	let snapshot: ScreenSnapshot = {state: store.getState(), ui, now: clock.now()};
	let lastFrameAt = Number.NEGATIVE_INFINITY;
	/** The last frame that a key asked for. */
	let lastInputFrameAt = Number.NEGATIVE_INFINITY;
	/** For when the timer is set. */
	let dueAt = Number.POSITIVE_INFINITY;
	let timer: {cancel(): void} | undefined;
	const unsubscribe = store.subscribe(() => scheduleDraw(lastFrameAt + BACKGROUND_FRAME_MS));

	function draw(): void {
		timer?.cancel();
		timer = undefined;
		dueAt = Number.POSITIVE_INFINITY;
		const state = store.getState();
		if (state === snapshot.state && ui === snapshot.ui) return;
		lastFrameAt = clock.monotonic();
		if (ui !== snapshot.ui) lastInputFrameAt = lastFrameAt;
		snapshot = {state, ui, now: clock.now()};
		for (const listener of listeners) listener();
	}

	/** Never inside a commit: it may come from the middle of something else. */
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
			unsubscribe();
			listeners.clear();
		},
	};
}
