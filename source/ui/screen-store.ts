/**
 * Joins the session's state and the state of the screen, and says when to draw: the first change at once, so that a key
 * echoes immediately, the following ones at most every FRAME_MS.
 */
import type {State} from '../core/state.js';
import type {Store} from '../session/store.js';
import type {UiState} from './model/ui-state.js';
import type {UiClock} from './ui-clock.js';

export const FRAME_MS = 16;

export interface Snapshot {
	readonly state: State;
	readonly ui: UiState;
	/** Wall clock of the snapshot, ms. */
	readonly now: number;
}

export interface ScreenStore {
	/** What is or is about to be drawn: the same value until a listener is told. */
	getSnapshot(): Snapshot;
	subscribe(listener: () => void): () => void;
	getUi(): UiState;
	setUi(ui: UiState): void;
	/** Draws what is due now. */
	flush(): void;
	stop(): void;
}

export function createScreenStore(store: Store, initial: UiState, clock: UiClock): ScreenStore {
	const listeners = new Set<() => void>();
	let ui = initial;
	let snapshot: Snapshot = {state: store.getState(), ui, now: clock.now()};
	let lastDrawn = Number.NEGATIVE_INFINITY;
	let timer: {cancel(): void} | undefined;
	const unsubscribe = store.subscribe(changed);

	function draw(): void {
		timer?.cancel();
		timer = undefined;
		const state = store.getState();
		if (state === snapshot.state && ui === snapshot.ui) return;
		lastDrawn = clock.monotonic();
		snapshot = {state, ui, now: clock.now()};
		for (const listener of listeners) listener();
	}

	function changed(): void {
		if (timer) return;
		const wait = lastDrawn + FRAME_MS - clock.monotonic();
		// Never inside a commit: it may come from the middle of something else.
		timer = clock.after(Math.max(0, wait), draw);
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
			if (clock.monotonic() - lastDrawn >= FRAME_MS) draw();
			else changed();
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
