/**
 * Frame of the replay screen: all values derived from the history and the state of the screen. It is computed once for
 * each pair of history and state. Drawing and the update functions use the same frame, so that they agree on the
 * layout.
 */
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import type {History} from '../../core/history.js';
import type {State} from '../../core/state.js';
import {stateAsOf} from '../../core/text-of.js';
import {entryAt, positionOf} from '../../core/timeline.js';
import type {Row} from '../panes/paint-row.js';
import {layoutScreen, type ScreenLayout} from '../panes/screen-layout.js';
import type {Theme} from '../theme.js';
import type {RowOptions} from '../timeline/format-item.js';
import {pinnedRows} from '../timeline/pinned-row.js';
import {createRowCache, createRowOptions, type RowsOf} from '../timeline/row-cache.js';
import {createFilteredView, type TimelineItem, type TimelineView, viewAll} from '../timeline/timeline-view.js';
import {keyOf, type LaidOutTimeline, resolveViewport, type Viewport} from '../timeline/viewport.js';
import {passesFilter, type ReplayFilter} from './replay-filter.js';
import type {ReplayUi} from './replay-state.js';
import type {SearchIndex} from './search-index.js';

export interface ReplayFrame {
	readonly layout: ReplayLayout;
	/**
	 * State of the node whose timeline is shown. In review it is that of the whole log; while playing, that at the
	 * position.
	 */
	readonly shownState: State;
	/** The state at the position, for the peers pane. */
	readonly stateAtPosition: State;
	/** Number of records in the log up to the position. */
	readonly index: number;
	/** The selected row; undefined during playback and when no row is shown. */
	readonly selected: OrderKey | undefined;
	/** Wall clock time of the position, ms. */
	readonly time: number;
	/** Wall clock times of both ends of the log, ms. */
	readonly start: number;
	readonly end: number;
	/** Number of entries up to the position, including those that the filter hides. */
	readonly rank: number;
	/** Number of all entries. */
	readonly total: number;
	readonly view: TimelineView;
	/** The entries of the whole log that pass the filter, also during playback. */
	readonly wholeView: TimelineView;
	readonly laidOut: LaidOutTimeline;
	readonly viewport: Viewport;
	/** Number of rows of the timeline, without the row about pinned messages. */
	readonly timelineHeight: number;
	/** The row with the message that, at the position, was pinned last; empty if there is no such row. */
	readonly pinned: readonly Row[];
	readonly rowOptions: RowOptions;
	rowsOf(item: TimelineItem): ReturnType<RowsOf>;
}

export type ReplayFrameOf = (history: History, ui: ReplayUi) => ReplayFrame;

/** Creates the frame function of one screen, which caches the last frame, the formatted rows and the filtered view. */
export function createReplayFrameCache(theme: Theme): ReplayFrameOf {
	const rowsOf = createRowCache();
	const viewOf = createFilteredViews();
	const wholeViewOf = createFilteredViews();
	const optionsOf = createRowOptions(theme);
	let last: {state: State; ui: ReplayUi; frame: ReplayFrame} | undefined;

	return (history, ui) => {
		if (last?.state === history.state && last.ui === ui) return last.frame;
		const layout = layoutReplay(ui);
		const rowOptions = optionsOf({
			width: layout.textWidth,
			times: ui.times,
			search: ui.search,
			addresses: ui.addresses,
		});
		const playing = ui.mode === 'playing';
		const wholeState = playing ? history.stateAt(ui.index) : history.state;
		const view = viewOf(wholeState, ui.filter);
		const position = replayPositionOf(history, ui, view);
		// In review every row is shown, with the text that it had at the position: later corrections are left out.
		const shownState = playing || ui.selected === undefined ? wholeState : stateAsOf(wholeState, position.selected);
		const laidOut: LaidOutTimeline = {
			view,
			unreadBoundary: -1,
			height: item => Math.max(1, rowsOf(shownState, item, rowOptions).length),
		};
		const pinned = pinnedRows(shownState, layout.timelineWidth, layout.timelineHeight, theme, '');
		const timelineHeight = Math.max(1, layout.timelineHeight - pinned.length);
		const frame: ReplayFrame = {
			layout,
			shownState,
			...position,
			...timeBoundsOf(history),
			stateAtPosition: playing ? wholeState : history.stateAt(position.index),
			total: history.state.timeline.length,
			view,
			wholeView: playing ? wholeViewOf(history.state, ui.filter) : view,
			laidOut,
			viewport: resolveViewport(laidOut, timelineHeight, playing ? undefined : ui.anchor),
			timelineHeight,
			pinned,
			rowOptions,
			rowsOf: item => rowsOf(shownState, item, rowOptions),
		};
		last = {state: history.state, ui, frame};
		return frame;
	};
}

type ReplayPosition = Pick<ReplayFrame, 'index' | 'selected' | 'time' | 'rank'>;

function replayPositionOf(history: History, ui: ReplayUi, view: TimelineView): ReplayPosition {
	if (ui.mode === 'playing') {
		const {length} = history.stateAt(ui.index).timeline;
		return {index: ui.index, selected: undefined, time: ui.time, rank: length};
	}
	const {timeline} = history.state;
	const selected = ui.selected ? Math.min(view.positionOf(ui.selected), view.length - 1) : view.length - 1;
	const shown = view.at(selected);
	// If the filter hides every row, the position stays at the selected entry.
	const entry = shown ?? (ui.selected && entryAt(timeline, positionOf(timeline, ui.selected)));
	if (!entry)
		return {index: history.length, selected: undefined, time: timeBoundsOf(history).end, rank: timeline.length};
	const rank = positionOf(timeline, entry) + 1;
	// With a filter, the last row that is shown need not be the last event of the log.
	const atEnd = ui.selected === undefined && rank === timeline.length;
	return {
		index: atEnd ? history.length : recordIndexOf(history, entry),
		selected: shown && keyOf(shown),
		time: entry.ms,
		rank,
	};
}

/** Number of records up to and including the one that added an entry; all records if the entry is not in the history. */
export function recordIndexOf(history: History, key: OrderKey): number {
	const index = history.indexOfEntry(key);
	return index === undefined ? history.length : history.positionAfter(index);
}

/** Whether the record of an entry comes after the first `index` records. */
export function isLater(history: History, key: OrderKey, index: number): boolean {
	return (history.indexOfEntry(key) ?? 0) >= index;
}

/**
 * First and last time of the log, ms. The first time is that of the oldest event. The event can be older than the log,
 * because nodes also receive history.
 */
function timeBoundsOf(history: History): Pick<ReplayFrame, 'start' | 'end'> {
	const {timeline} = history.state;
	const first = entryAt(timeline, 0)?.ms;
	const newest = entryAt(timeline, timeline.length - 1)?.ms ?? 0;
	const logged = history.timeAt(0);
	const start = Math.min(first ?? logged, history.length > 0 ? logged : (first ?? 0));
	return {start, end: Math.max(start, newest, history.timeAt(history.length - 1))};
}

function createFilteredViews(): (state: State, filter: ReplayFilter | undefined) => TimelineView {
	let filtered: {of: ReplayFilter; texts: unknown; view: (state: State) => TimelineView} | undefined;
	return (state, filter) => {
		if (!filter) return viewAll(state.timeline);
		const {texts} = state.effects;
		if (filtered?.of !== filter || filtered.texts !== texts) {
			let current = state;
			const view = createFilteredView(entry => passesFilter(current, entry, filter));
			filtered = {
				of: filter,
				texts,
				view(now) {
					current = now;
					return view(now.timeline);
				},
			};
		}
		return filtered.view(state);
	};
}

/** Whether a view contains the entry with this key. */
export function isInView(view: TimelineView, key: OrderKey): boolean {
	const entry = view.at(view.positionOf(key));
	return entry !== undefined && compareOrder(entry, key) === 0;
}

/** Sizes of the panes, in columns and rows. */
interface ReplayLayout extends ScreenLayout {
	readonly timelineHeight: number;
	/** 1 while the banner about a damaged log is shown, otherwise 0. */
	readonly bannerHeight: number;
	/** Number of rows of the transport pane: bar, histogram, marks. */
	readonly transportHeight: number;
}

/** Minimum number of terminal rows with which the histogram is shown. */
const SPARKLINE_MIN_ROWS = 12;
/** Minimum number of terminal rows with which the marks below the histogram are shown. */
const MARKS_MIN_ROWS = 16;

function layoutReplay(ui: ReplayUi): ReplayLayout {
	const transportHeight = ui.rows >= MARKS_MIN_ROWS ? 3 : ui.rows >= SPARKLINE_MIN_ROWS || ui.prompt ? 2 : 1;
	const layout = layoutScreen({
		columns: ui.columns,
		rows: ui.rows,
		showPeers: true,
		peersFocused: ui.focus === 'peers',
		draftRows: () => 1,
	});
	const bannerHeight = ui.banner === '' ? 0 : 1;
	const mainHeight = Math.max(1, ui.rows - transportHeight - bannerHeight);
	return {...layout, mainHeight, timelineHeight: mainHeight, bannerHeight, transportHeight};
}

/** What the update functions read besides the state of the screen. */
export interface ReplayContext {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly searchIndex: SearchIndex;
	/** Monotonic time, ms. */
	readonly now: number;
	/** See ReplayHooks. */
	parseTime(text: string, since: number): number | undefined;
}

/** Side effect that an update function requests and the loop performs. */
export type ReplayEffect =
	| {readonly type: 'copy'; readonly text: string}
	/** Writes the entries that pass the filter to a file. */
	| {readonly type: 'export'; readonly file: string}
	/**
	 * Saves the bookmarks. `set`: whether a bookmark was added. The screen then shows the name of the bookmark file.
	 */
	| {readonly type: 'save-bookmarks'; readonly orders: readonly string[]; readonly set: boolean}
	| {readonly type: 'follow'; readonly on: boolean}
	| {readonly type: 'redraw' | 'suspend' | 'kitty-keyboard' | 'quit'};

/** Result of an update function. */
export interface ReplayStep {
	readonly ui: ReplayUi;
	readonly effects: readonly ReplayEffect[];
}

export function step(ui: ReplayUi, ...effects: readonly ReplayEffect[]): ReplayStep {
	return {ui, effects};
}
