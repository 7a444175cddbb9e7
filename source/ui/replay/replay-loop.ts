/** Drives the replay screen: messages in, effects out, a tick for each frame while something moves. */
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

export interface ReplayLoopOptions {
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

/** What is drawn: the same value until something changed. */
export interface ReplaySnapshot {
	readonly ui: ReplayUi;
	readonly hits: Hits;
	/** Grows when the history did. */
	readonly length: number;
}

export interface ReplayLoop {
	dispatch(message: ReplayMessage): void;
	getSnapshot(): ReplaySnapshot;
	subscribe(listener: () => void): () => void;
	stop(): void;
}

const FRAME_MS = 16;
/** While a file is read every row is a new one, and drawing them would take most of the time. */
const LOADING_FRAME_MS = 500;
/** How long the search goes on between two frames. */
const SEARCH_SLICE_MS = 8;
const FLASH_MS = 3000;

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

	/** The same function for the same filter. */
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

	/** Whether there is something to do without a key. */
	function runFrame(): void {
		timer = undefined;
		const searching = ui.search !== '' && searchIndex.scan(history.state, ui.search, SEARCH_SLICE_MS, clock.monotonic);
		if (ui.flash && ui.flash.until <= clock.now()) ui = {...ui, flash: undefined};
		if (ui.mode === 'playing') apply({type: 'tick'});
		draw();
		if (searching) scheduleFrame(0);
		else if (ui.mode === 'playing') scheduleFrame(FRAME_MS);
		else if (ui.flash) scheduleFrame(Math.max(FRAME_MS, ui.flash.until - clock.now()));
	}

	function apply(message: ReplayMessage): void {
		const before = ui.flash;
		const made = updateReplay(ui, message, context());
		ui = made.ui;
		// The bar is wanted back, also where no key comes.
		const {flash} = ui;
		if (flash && flash !== before && flash.until === 0) ui = {...ui, flash: {...flash, until: clock.now() + FLASH_MS}};
		for (const effect of made.effects) performEffect(effect);
	}

	function dispatch(message: ReplayMessage): void {
		if (stopped) return;
		apply(message);
		const isLoading = message.type === 'loaded' && message.part < 1;
		const wait = lastFrameAt + (isLoading ? LOADING_FRAME_MS : FRAME_MS) - clock.monotonic();
		if (wait <= 0) draw();
		if (!isLoading) {
			timer?.cancel();
			timer = undefined;
		}
		scheduleFrame(Math.max(0, wait));
	}

	function dispatchFlash(text: string, level: 'info' | 'error' = 'info'): void {
		dispatch({type: 'flash', flash: {text, level, until: clock.now() + FLASH_MS}});
	}

	/** Says how it ended. */
	function reportResult(work: Promise<string | undefined> | undefined, otherwise: string): void {
		if (!work) dispatchFlash(otherwise, 'error');
		work?.then(
			text => {
				if (text !== undefined) dispatchFlash(text);
			},
			error => dispatchFlash(error instanceof Error ? error.message : String(error), 'error'),
		);
	}

	async function copy(text: string): Promise<string> {
		if (await hooks.copyText?.(text).catch(() => false)) return 'copied';
		options.write(copyToClipboard(text));
		return 'sent to the terminal’s clipboard, which may not take it';
	}

	function exportRows(file: string): void {
		const {view, shownState} = frameOf(history, ui);
		const rows: TimelineEntry[] = [];
		for (let at = 0; at < view.length; at++) {
			const entry = view.at(at);
			if (entry) rows.push(entry);
		}
		reportResult(hooks.exportRows?.(file, shownState, rows), 'nothing can be written here');
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
				const kept = hooks.saveBookmarks?.(effect.orders);
				reportResult(
					kept?.then(file =>
						file && effect.set ? `bookmark set, kept beside the log in ${file}; ] and [ come back` : undefined,
					),
					'bookmarks are not kept here',
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
