/** What the replay screen remembers: frozen data, changed by update-replay.ts only. */
import type {PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {Flash} from '../flash.js';
import {type EditorState, editorWith} from '../input/editor-state.js';
import type {TimeFormat} from '../timeline/format-time.js';
import type {Anchor} from '../timeline/viewport.js';
import type {ReplayFilter} from './replay-filter.js';

/** `review`: everything at hand, the selected row is the position. `playing`: time passes, later rows are hidden. */
export type ReplayMode = 'review' | 'playing';

export type ReplayOverlay =
	| {readonly type: 'help'; readonly scroll: number}
	| {readonly type: 'event'; readonly key: OrderKey; readonly scroll: number}
	| {readonly type: 'peer'; readonly peer: PeerId; readonly scroll: number};

export type PromptType = 'search' | 'filter' | 'go-to' | 'export';

export interface ReplayPrompt {
	readonly type: PromptType;
	readonly editor: EditorState;
	/** Esc goes back to this. */
	readonly before: Pick<ReplayUi, 'selected' | 'anchor' | 'search' | 'filter'>;
}

export interface ReplayUi {
	readonly columns: number;
	readonly rows: number;
	readonly mode: ReplayMode;
	/** In review the position; undefined: the end, also when the log grows. */
	readonly selected: OrderKey | undefined;
	/** The row at the top of the view; undefined: the end is seen. */
	readonly anchor: Anchor | undefined;
	/** While playing: wall clock of the log (ms), records played, and when that was brought up to date (monotonic, ms). */
	readonly time: number;
	readonly index: number;
	readonly tickedAt: number;
	/** Infinity: as fast as possible. */
	readonly speed: number;
	/** Stretches in which nothing happens are cut to SQUEEZED_MS. */
	readonly skipIdle: boolean;
	readonly following: boolean;
	readonly focus: 'timeline' | 'peers';
	readonly selectedPeer: PeerId | undefined;
	readonly overlay: ReplayOverlay | undefined;
	readonly prompt: ReplayPrompt | undefined;
	/** Lower case; empty: none. */
	readonly search: string;
	readonly filter: ReplayFilter | undefined;
	/** Orders of the marked rows, rising (core/order.ts). */
	readonly bookmarks: readonly string[];
	readonly times: TimeFormat;
	readonly flash: Flash | undefined;
	/** What is missing from the log, as one line; empty: nothing, or it was read. */
	readonly banner: string;
	/** How much of the file is read, 0 to 1. */
	readonly loadedFraction: number;
}

/** `<` `>` move by this. */
export const SEEK_STEP_MS = 5000;
export const MAX_IDLE_MS = 2000;
export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, Number.POSITIVE_INFINITY];

export interface InitialReplay {
	readonly columns: number;
	readonly rows: number;
	readonly speed: number;
	readonly filter: ReplayFilter | undefined;
	readonly bookmarks: readonly string[];
}

export function initialReplayUi({columns, rows, speed, filter, bookmarks}: InitialReplay): ReplayUi {
	return {
		columns,
		rows,
		mode: 'review',
		selected: undefined,
		anchor: undefined,
		time: 0,
		index: 0,
		tickedAt: 0,
		speed,
		skipIdle: false,
		following: false,
		focus: 'timeline',
		selectedPeer: undefined,
		overlay: undefined,
		prompt: undefined,
		search: '',
		filter,
		bookmarks,
		times: 'minutes',
		flash: undefined,
		banner: '',
		loadedFraction: 0,
	};
}

export function openPrompt(ui: ReplayUi, type: PromptType, text = ''): ReplayUi {
	const {selected, anchor, search, filter} = ui;
	return {
		...ui,
		overlay: undefined,
		prompt: {type, editor: editorWith(text), before: {selected, anchor, search, filter}},
	};
}

/** Said in the place of the bar until the next key, or for a moment. */
export function withFlash(ui: ReplayUi, text: string, level: Flash['level'] = 'info'): ReplayUi {
	return {...ui, flash: {text, level, until: 0}};
}
