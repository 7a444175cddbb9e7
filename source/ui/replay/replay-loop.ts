/** Main loop of the replay screen: applies messages, performs effects, and schedules frames during playback and search. */
import type {History} from '../../core/history.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {ReplayHooks} from '../screen-hooks.js';
import {copyToClipboard} from '../terminal/escape-sequences.js';
import type {EntryPredicate} from '../timeline/timeline-view.js';
import {passesFilter} from './replay-filter.js';
import type {ReplayContext, ReplayEffect, ReplayFrameOf} from './replay-frame.js';
import type {ReplayUi} from './replay-state.js';
import type {Hits, SearchIndex} from './search-index.js';
import {type ReplayMessage, updateReplay} from './update-replay.js';

interface ReplayLoopOptions {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly searchIndex: SearchIndex;
	readonly hooks: ReplayHooks;
	readonly initial: ReplayUi;
	write(sequence: string): void;
	enableKitty(): void;
	quit(): void;
	redraw(): void;
	suspend(): void;
}

/** Snapshot that the components draw: the same object until something changes. */
interface ReplaySnapshot {
	readonly ui: ReplayUi;
	readonly hits: Hits;
	/**
	 * Number of records in the history. It is part of the snapshot, so that components are drawn again when the history
	 * grows.
	 */
	readonly length: number;
}

export interface ReplayLoop {
	dispatch(message: ReplayMessage): void;
	getSnapshot(): ReplaySnapshot;
	subscribe(listener: () => void): () => void;
	stop(): void;
}

/** Interval between frames, ms. */
const FRAME_MS = 16;
/**
 * Interval between frames while the file is read, ms. Each of these frames formats all its rows again, so more frequent
 * frames would slow down the reading.
 */
const LOADING_FRAME_MS = 500;
/** Time that the search may take between two frames, ms. */
const SEARCH_SLICE_MS = 8;
/** Time for which a short message is shown, ms. */
const FLASH_MS = 3000;

/** Creates a loop with the state `initial`. It runs until `stop`. */
export function createReplayLoop(options: ReplayLoopOptions): ReplayLoop {
	const {history, frameOf, searchIndex, hooks} = options;
	const {clock} = hooks;
	const listeners = new Set<() => void>();
	let ui = options.initial;
	let cachedPredicate: {of: ReplayUi['filter']; shows: EntryPredicate | undefined} | undefined;
	let snapshot = takeSnapshot();
	let timer: {cancel(): void} | undefined;
	let lastFrameAt = Number.NEGATIVE_INFINITY;
	let stopped = false;

	function takeSnapshot(): ReplaySnapshot {
		return {ui, hits: searchIndex.hits(history.state, ui.search, filterPredicate()), length: history.length};
	}

	/**
	 * Predicate of the current filter. It stays the same function object until the filter changes, so that caches can
	 * compare it.
	 */
	function filterPredicate(): EntryPredicate | undefined {
		const {filter} = ui;
		if (cachedPredicate?.of !== filter) {
			const shows = filter && ((entry: TimelineEntry) => passesFilter(history.state, entry, filter));
			cachedPredicate = {of: filter, shows};
		}
		return cachedPredicate?.shows;
	}

	function context(): ReplayContext {
		return {history, frameOf, searchIndex, now: clock.monotonic(), parseTime: hooks.parseTime};
	}

	function draw(): void {
		const next = takeSnapshot();
		if (next.ui === snapshot.ui && next.hits === snapshot.hits && next.length === snapshot.length) return;
		snapshot = next;
		lastFrameAt = clock.monotonic();
		for (const listener of listeners) listener();
	}

	function scheduleFrame(wait: number): void {
		if (timer || stopped) return;
		timer = clock.after(wait, runFrame);
	}

	/**
	 * Continues the search, removes an expired message, advances playback, and draws. Schedules the next frame if the
	 * search, the message or playback is not finished.
	 */
	function runFrame(): void {
		timer = undefined;
		const isSearching =
			ui.search !== '' && searchIndex.scan(history.state, ui.search, SEARCH_SLICE_MS, clock.monotonic);
		if (ui.flash && ui.flash.until <= clock.monotonic()) ui = {...ui, flash: undefined};
		if (ui.mode === 'playing') apply({type: 'tick'});
		draw();
		if (isSearching) scheduleFrame(0);
		else if (ui.mode === 'playing') scheduleFrame(FRAME_MS);
		else if (ui.flash) scheduleFrame(Math.max(FRAME_MS, ui.flash.until - clock.monotonic()));
	}

	function apply(message: ReplayMessage): void {
		const previousFlash = ui.flash;
		const result = updateReplay(ui, message, context());
		ui = result.ui;
		// A message that the next key removes also expires after FLASH_MS, so that the transport bar is shown again.
		const {flash} = ui;
		if (flash && flash !== previousFlash && flash.until === 0)
			ui = {...ui, flash: {...flash, until: clock.monotonic() + FLASH_MS}};
		for (const effect of result.effects) performEffect(effect);
	}

	function dispatch(message: ReplayMessage): void {
		if (stopped) return;
		apply(message);
		const isLoading = message.type === 'loaded' && message.fraction < 1;
		const wait = lastFrameAt + (isLoading ? LOADING_FRAME_MS : FRAME_MS) - clock.monotonic();
		if (wait <= 0) draw();
		if (!isLoading) {
			timer?.cancel();
			timer = undefined;
		}
		scheduleFrame(Math.max(0, wait));
	}

	function dispatchFlash(text: string, level: 'info' | 'error' = 'info'): void {
		dispatch({type: 'flash', flash: {text, level, until: clock.monotonic() + FLASH_MS}});
	}

	/** Shows the result of `work`, or its error. If `work` is undefined, shows `unavailable`. */
	function reportResult(work: Promise<string | undefined> | undefined, unavailable: string): void {
		if (!work) dispatchFlash(unavailable, 'error');
		work?.then(
			text => {
				if (text !== undefined) dispatchFlash(text);
			},
			error => dispatchFlash(error instanceof Error ? error.message : String(error), 'error'),
		);
	}

	async function copy(text: string): Promise<string> {
		if (await hooks.copyText?.(text).catch(() => false)) return 'Copied';
		options.write(copyToClipboard(text));
		return 'Sent to the terminal, which may not put it into the clipboard';
	}

	function exportRows(file: string): void {
		const {view, shownState} = frameOf(history, ui);
		const rows: TimelineEntry[] = [];
		for (let position = 0; position < view.length; position++) {
			const entry = view.at(position);
			if (entry) rows.push(entry);
		}
		reportResult(hooks.exportRows?.(file, shownState, rows), 'Export is not available here');
	}

	function performEffect(effect: ReplayEffect): void {
		switch (effect.type) {
			case 'copy':
				reportResult(copy(effect.text), '');
				break;
			case 'export':
				exportRows(effect.file);
				break;
			case 'save-bookmarks': {
				const saved = hooks.saveBookmarks?.(effect.orders);
				reportResult(
					saved?.then(file =>
						file && effect.set ? `Bookmark set, saved in ${file}. ] and [ go to bookmarks` : undefined,
					),
					'Bookmarks cannot be saved here',
				);
				break;
			}
			case 'follow':
				hooks.follow?.(effect.on);
				break;
			case 'kitty-keyboard':
				options.enableKitty();
				break;
			case 'quit':
			case 'redraw':
			case 'suspend':
				options[effect.type]();
		}
	}

	return {
		dispatch,
		getSnapshot: () => snapshot,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		stop() {
			stopped = true;
			timer?.cancel();
			timer = undefined;
			listeners.clear();
		},
	};
}
