/** What is on the replay screen now, computed once for each pair of history and screen. */
import type {History} from '../../core/history.js';
import {compareOrder, type OrderKey} from '../../core/order.js';
import type {State} from '../../core/state.js';
import {entryAt, positionOf} from '../../core/timeline.js';
import type {Theme} from '../theme.js';
import type {RowOptions} from '../timeline/format-item.js';
import type {Item} from '../timeline/items.js';
import {createRowCache, type RowsOf} from '../timeline/row-cache.js';
import {createFilter, type TimelineView, viewAll} from '../timeline/timeline-view.js';
import {keyOf, type Laid, resolveViewport, type Viewport} from '../timeline/viewport.js';
import {passesFilter, type ReplayFilter} from './replay-filter.js';
import {layoutReplay, type ReplayLayout} from './replay-layout.js';
import type {ReplayUi} from './replay-state.js';

export interface ReplayFrame {
	readonly layout: ReplayLayout;
	/** The state whose timeline is shown: in review all of the log, while playing what was known. */
	readonly shown: State;
	/** The state at the position: who was there. */
	readonly there: State;
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
	readonly laid: Laid;
	readonly viewport: Viewport;
	readonly timelineHeight: number;
	readonly rowOptions: RowOptions;
	rowsOf(item: Item): ReturnType<RowsOf>;
}

export type ReplayFrameOf = (history: History, ui: ReplayUi) => ReplayFrame;

/** One a screen: keeps the rows that were laid out and the filter in use. */
export function createReplayFrames(theme: Theme): ReplayFrameOf {
	const rowsOf = createRowCache();
	const viewOf = createViews();
	let options: RowOptions | undefined;
	let last: {state: State; ui: ReplayUi; frame: ReplayFrame} | undefined;

	function optionsOf(width: number, ui: ReplayUi): RowOptions {
		if (options?.width !== width || options.times !== ui.times || options.search !== ui.search) {
			options = {width, times: ui.times, theme, search: ui.search};
		}
		return options;
	}

	return (history, ui) => {
		if (last?.state === history.state && last.ui === ui) return last.frame;
		const layout = layoutReplay(ui);
		const rowOptions = optionsOf(layout.textWidth, ui);
		const playing = ui.mode === 'playing';
		const shown = playing ? history.stateAt(ui.index) : history.state;
		const view = viewOf(shown, ui.filter);
		const place = placeOf(history, ui, view);
		const laid: Laid = {view, cut: -1, height: item => Math.max(1, rowsOf(shown, item, rowOptions).length)};
		const frame: ReplayFrame = {
			layout,
			shown,
			...place,
			...boundsOf(history),
			there: playing ? shown : history.stateAt(place.index),
			total: history.state.timeline.length,
			view,
			laid,
			viewport: resolveViewport(laid, layout.timelineHeight, playing ? undefined : ui.anchor),
			timelineHeight: layout.timelineHeight,
			rowOptions,
			rowsOf: item => rowsOf(shown, item, rowOptions),
		};
		last = {state: history.state, ui, frame};
		return frame;
	};
}

type Place = Pick<ReplayFrame, 'index' | 'selected' | 'time' | 'rank'>;

function placeOf(history: History, ui: ReplayUi, view: TimelineView): Place {
	if (ui.mode === 'playing') {
		const {length} = history.stateAt(ui.index).timeline;
		return {index: ui.index, selected: undefined, time: ui.time, rank: length};
	}
	const {timeline} = history.state;
	const at = ui.selected ? Math.min(view.positionOf(ui.selected), view.length - 1) : view.length - 1;
	const shown = view.at(at);
	// A filter that leaves nothing does not move the position.
	const entry = shown ?? (ui.selected && entryAt(timeline, positionOf(timeline, ui.selected)));
	if (!entry) return {index: history.length, selected: undefined, time: boundsOf(history).end, rank: timeline.length};
	const rank = positionOf(timeline, entry) + 1;
	// The last row that a filter leaves is not the end of the log.
	const atEnd = ui.selected === undefined && rank === timeline.length;
	return {
		index: atEnd ? history.length : indexOf(history, entry),
		selected: shown && keyOf(shown),
		time: entry.ms,
		rank,
	};
}

/** Records known once a row was there. */
export function indexOf(history: History, key: OrderKey): number {
	const learnt = history.learntAt(key);
	return learnt === undefined ? history.length : history.momentOf(learnt);
}

/** A row is later than a position that knows `index` records. */
export function isLater(history: History, key: OrderKey, index: number): boolean {
	return (history.learntAt(key) ?? 0) >= index;
}

/** The log in time: what was written before we came counts from when it was written. */
export function boundsOf(history: History): Pick<ReplayFrame, 'start' | 'end'> {
	const {timeline} = history.state;
	const first = entryAt(timeline, 0)?.ms;
	const newest = entryAt(timeline, timeline.length - 1)?.ms ?? 0;
	const logged = history.timeAt(0);
	const start = Math.min(first ?? logged, history.length > 0 ? logged : (first ?? 0));
	return {start, end: Math.max(start, newest, history.timeAt(history.length - 1))};
}

function createViews(): (state: State, filter: ReplayFilter | undefined) => TimelineView {
	let filtered: {of: ReplayFilter; view: (state: State) => TimelineView} | undefined;
	return (state, filter) => {
		if (!filter) return viewAll(state.timeline);
		if (filtered?.of !== filter) {
			let current = state;
			const view = createFilter(entry => passesFilter(current, entry, filter));
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
export function isShown(view: TimelineView, key: OrderKey): boolean {
	const entry = view.at(view.positionOf(key));
	return entry !== undefined && compareOrder(entry, key) === 0;
}
