/** What is on the replay screen now, computed once for each pair of history and screen. */

import {compareOrder, type OrderKey} from '../../core/event-order.js';
import type {History} from '../../core/history.js';
import type {State} from '../../core/state.js';
import {entryAt, positionOf} from '../../core/timeline.js';
import {layoutScreen, type ScreenLayout} from '../panes/screen-layout.js';
import type {Theme} from '../theme.js';
import {createRowCache, createRowOptions, type RowOptions, type RowsOf} from '../timeline/format-item.js';
import {createFilteredView, type TimelineItem, type TimelineView, viewAll} from '../timeline/timeline-view.js';
import {keyOf, type LaidOutTimeline, resolveViewport, type Viewport} from '../timeline/viewport.js';
import {passesFilter, type ReplayFilter} from './replay-filter.js';
import type {ReplayUi} from './replay-state.js';
import type {SearchIndex} from './search-index.js';

export interface ReplayFrame {
	readonly layout: ReplayLayout;
	/** The state whose timeline is shown: in review all of the log, while playing what was known. */
	readonly shownState: State;
	/** The state at the position: who was there. */
	readonly stateAtPosition: State;
	/** Records known at the position. */
	readonly index: number;
	/** The row that is the position; undefined where none is shown. */
	readonly selected: OrderKey | undefined;
	/** Wall clock of the position and of both ends, ms. */
	readonly time: number;
	readonly start: number;
	readonly end: number;
	/** Rows up to the position, of all rows, hidden ones included. */
	readonly rank: number;
	readonly total: number;
	readonly view: TimelineView;
	readonly laidOut: LaidOutTimeline;
	readonly viewport: Viewport;
	readonly timelineHeight: number;
	readonly rowOptions: RowOptions;
	rowsOf(item: TimelineItem): ReturnType<RowsOf>;
}

export type ReplayFrameOf = (history: History, ui: ReplayUi) => ReplayFrame;

/** One a screen: keeps the rows that were laid out and the filter in use. */
export function createReplayFrameCache(theme: Theme): ReplayFrameOf {
	const rowsOf = createRowCache();
	const viewOf = createFilteredViews();
	const optionsOf = createRowOptions(theme);
	let last: {state: State; ui: ReplayUi; frame: ReplayFrame} | undefined;

	return (history, ui) => {
		if (last?.state === history.state && last.ui === ui) return last.frame;
		const layout = layoutReplay(ui);
		const rowOptions = optionsOf(layout.textWidth, ui.times, ui.search);
		const playing = ui.mode === 'playing';
		const shownState = playing ? history.stateAt(ui.index) : history.state;
		const view = viewOf(shownState, ui.filter);
		const place = replayPositionOf(history, ui, view);
		const laidOut: LaidOutTimeline = {
			view,
			unreadBoundary: -1,
			height: item => Math.max(1, rowsOf(shownState, item, rowOptions).length),
		};
		const frame: ReplayFrame = {
			layout,
			shownState,
			...place,
			...timeBoundsOf(history),
			stateAtPosition: playing ? shownState : history.stateAt(place.index),
			total: history.state.timeline.length,
			view,
			laidOut,
			viewport: resolveViewport(laidOut, layout.timelineHeight, playing ? undefined : ui.anchor),
			timelineHeight: layout.timelineHeight,
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
	const at = ui.selected ? Math.min(view.positionOf(ui.selected), view.length - 1) : view.length - 1;
	const shown = view.at(at);
	// A filter that leaves nothing does not move the position.
	const entry = shown ?? (ui.selected && entryAt(timeline, positionOf(timeline, ui.selected)));
	if (!entry)
		return {index: history.length, selected: undefined, time: timeBoundsOf(history).end, rank: timeline.length};
	const rank = positionOf(timeline, entry) + 1;
	// The last row that a filter leaves is not the end of the log.
	const atEnd = ui.selected === undefined && rank === timeline.length;
	return {
		index: atEnd ? history.length : recordIndexOf(history, entry),
		selected: shown && keyOf(shown),
		time: entry.ms,
		rank,
	};
}

/** Records known once a row was there. */
export function recordIndexOf(history: History, key: OrderKey): number {
	const learnt = history.indexOfEntry(key);
	return learnt === undefined ? history.length : history.positionAfter(learnt);
}

/** A row is later than a position that knows `index` records. */
export function isLater(history: History, key: OrderKey, index: number): boolean {
	return (history.indexOfEntry(key) ?? 0) >= index;
}

/** The log in time: what was written before we came counts from when it was written. */
export function timeBoundsOf(history: History): Pick<ReplayFrame, 'start' | 'end'> {
	const {timeline} = history.state;
	const first = entryAt(timeline, 0)?.ms;
	const newest = entryAt(timeline, timeline.length - 1)?.ms ?? 0;
	const logged = history.timeAt(0);
	const start = Math.min(first ?? logged, history.length > 0 ? logged : (first ?? 0));
	return {start, end: Math.max(start, newest, history.timeAt(history.length - 1))};
}

function createFilteredViews(): (state: State, filter: ReplayFilter | undefined) => TimelineView {
	let filtered: {of: ReplayFilter; view: (state: State) => TimelineView} | undefined;
	return (state, filter) => {
		if (!filter) return viewAll(state.timeline);
		if (filtered?.of !== filter) {
			let current = state;
			const view = createFilteredView(entry => passesFilter(current, entry, filter));
			filtered = {
				of: filter,
				view(now) {
					current = now;
					return view(now.timeline);
				},
			};
		}
		return filtered.view(state);
	};
}

/** Whether exactly this row is in the view. */
export function isInView(view: TimelineView, key: OrderKey): boolean {
	const entry = view.at(view.positionOf(key));
	return entry !== undefined && compareOrder(entry, key) === 0;
}

/** Where the panes of the replay screen lie. Pure: the same for drawing and for moving. */

export interface ReplayLayout extends ScreenLayout {
	readonly timelineHeight: number;
	/** 0 or 1: what is missing from the log. */
	readonly bannerHeight: number;
	/** Rows of the transport: the bar, the strip, its marks. */
	readonly transportHeight: number;
}

/** Fewer rows leave the strip out, and its marks before. */
const SPARKLINE_MIN_ROWS = 12;
const MARKS_MIN_ROWS = 16;

export function layoutReplay(ui: ReplayUi): ReplayLayout {
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

/** What a step may look at beside the state of the screen. Steps are pure over it. */
export interface ReplayContext {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly searchIndex: SearchIndex;
	/** Monotonic, ms. */
	readonly now: number;
	/** A point in time as people type it: the first one it means at or after `since` (ms); undefined: no such time. */
	parseTime(text: string, since: number): number | undefined;
}

export type ReplayEffect =
	| {readonly type: 'copy'; readonly text: string}
	/** The rows that pass the filter, into a file. */
	| {readonly type: 'export'; readonly file: string}
	/** `set`: one was added, which is told with where it is kept. */
	| {readonly type: 'save-bookmarks'; readonly orders: readonly string[]; readonly set: boolean}
	| {readonly type: 'follow'; readonly on: boolean}
	| {readonly type: 'redraw' | 'suspend' | 'kitty-keyboard' | 'quit'};

export interface ReplayStep {
	readonly ui: ReplayUi;
	readonly effects: readonly ReplayEffect[];
}

export function step(ui: ReplayUi, ...effects: readonly ReplayEffect[]): ReplayStep {
	return {ui, effects};
}
