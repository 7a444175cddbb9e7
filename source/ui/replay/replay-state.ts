/** State of the replay screen: immutable data, which only updateReplay (update-replay.ts) replaces. */
import type {PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {Flash} from '../flash.js';
import {type EditorState, editorWith} from '../input/editor-state.js';
import type {TimeFormat} from '../timeline/format-time.js';
import type {Anchor} from '../timeline/viewport.js';
import type {ReplayFilter} from './replay-filter.js';

/**
 * In `review`, all rows are shown and the position is the selected row. In `playing`, the position is a time that
 * advances, and rows after it are hidden.
 */
export type ReplayMode = 'review' | 'playing';

export type ReplayOverlay =
	| {readonly type: 'help'; readonly scroll: number}
	| {readonly type: 'event'; readonly key: OrderKey; readonly scroll: number}
	| {readonly type: 'peer'; readonly peer: PeerId; readonly scroll: number};

export type PromptType = 'search' | 'filter' | 'go-to' | 'export';

export interface ReplayPrompt {
	readonly type: PromptType;
	readonly editor: EditorState;
	/** State before the prompt was opened, which Esc restores. */
	readonly restore: Pick<ReplayUi, 'selected' | 'anchor' | 'search' | 'filter'>;
}

export interface ReplayUi {
	readonly columns: number;
	readonly rows: number;
	readonly mode: ReplayMode;
	/** The position in review; undefined: the end of the log, even while the log grows. */
	readonly selected: OrderKey | undefined;
	/** The row at the top of the timeline; undefined: the timeline shows its end. */
	readonly anchor: Anchor | undefined;
	/** Position while playing, as a wall clock time in the log, ms. */
	readonly time: number;
	/** While playing: number of records of the log before the position. */
	readonly index: number;
	/** While playing: monotonic time at which `time` and `index` were updated, ms. */
	readonly tickedAt: number;
	/** One of SPEEDS, or any number that --speed accepts. Infinity: as fast as possible. */
	readonly speed: number;
	/** Whether pauses between records are shortened to MAX_IDLE_MS. */
	readonly skipIdle: boolean;
	readonly following: boolean;
	readonly focus: 'timeline' | 'peers';
	readonly selectedPeer: PeerId | undefined;
	readonly overlay: ReplayOverlay | undefined;
	readonly prompt: ReplayPrompt | undefined;
	/** Search text, normalised by foldText (case is ignored); empty: no search. */
	readonly search: string;
	readonly filter: ReplayFilter | undefined;
	/** Sortable order strings of the bookmarked rows (core/event-order.ts), ascending. */
	readonly bookmarks: readonly string[];
	readonly times: TimeFormat;
	/** Whether messages show the address of their author. */
	readonly addresses: boolean;
	readonly flash: Flash | undefined;
	/**
	 * What is missing from a damaged log, as one line. Empty if nothing is missing, or if the user has closed the
	 * banner.
	 */
	readonly banner: string;
	/** Part of the file that has been read, 0 to 1. */
	readonly loadedFraction: number;
}

/** Time by which the keys `<` and `>` move the position, ms. */
export const SEEK_STEP_MS = 5000;
/** Duration to which longer pauses between records are shortened if the user has chosen that, ms. */
export const MAX_IDLE_MS = 2000;
/** Speeds that `-` and `+` step through, as multiples of the original pace. */
export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, Number.POSITIVE_INFINITY];

type InitialReplay = Pick<ReplayUi, 'columns' | 'rows' | 'speed' | 'filter' | 'bookmarks'>;

/** State of the screen before the file is read: mode review, position at the end of the log. */
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
		addresses: true,
		flash: undefined,
		banner: '',
		loadedFraction: 0,
	};
}

/** Opens a prompt that already contains `text`. */
export function openPrompt(ui: ReplayUi, type: PromptType, text = ''): ReplayUi {
	const {selected, anchor, search, filter} = ui;
	return {
		...ui,
		overlay: undefined,
		prompt: {type, editor: editorWith(text), restore: {selected, anchor, search, filter}},
	};
}

/** Shows a short message in place of the transport bar, until the next key but at most for a few seconds. */
export function withFlash(ui: ReplayUi, text: string, level: Flash['level'] = 'info'): ReplayUi {
	return {...ui, flash: {text, level, until: 0}};
}
