/**
 * The frame: values that keys and components need, computed from the node's state and the screen's state. Examples are
 * the layout, the filtered view and the viewport. The frame is computed once for each pair of these states.
 */

import {type PeerId, writerOf} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {personKeyOf} from '../../core/name-collisions.js';
import type {State} from '../../core/state.js';
import {stateIgnoring} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {SelfInfo} from '../../node/chat-node.js';
import type {Unread} from '../../node/reading.js';
import {promptWords} from '../addressee.js';
import {layoutDraft} from '../input/draft-layout.js';
import type {Row} from '../panes/paint-row.js';
import {layoutScreen, type ScreenLayout} from '../panes/screen-layout.js';
import {cellWidth} from '../text/graphemes.js';
import type {Theme} from '../theme.js';
import type {RowOptions} from '../timeline/format-item.js';
import {pinnedRows} from '../timeline/pinned-row.js';
import {createRowCache, createRowOptions, type RowsOf} from '../timeline/row-cache.js';
import {createFilteredView, type TimelineItem, type TimelineView, viewAll} from '../timeline/timeline-view.js';
import {type Anchor, keyOf, type LaidOutTimeline, resolveViewport, type Viewport} from '../timeline/viewport.js';
import type {ScreenEffect, UiState} from './chat-state.js';
import {formatIsolationHint} from './isolation-hint.js';
import {countMessageRows} from './message-rows.js';

export interface Frame {
	readonly layout: ScreenLayout;
	readonly view: TimelineView;
	readonly laidOut: LaidOutTimeline;
	readonly viewport: Viewport;
	readonly timelineHeight: number;
	readonly rowOptions: RowOptions;
	/** The row above the timeline with the message that was pinned last; empty if that row is not shown. */
	readonly pinned: readonly Row[];
	/** Lines of the hint below the timeline; empty while another node is connected. */
	readonly isolationHint: readonly string[];
	rowsOf(item: TimelineItem): ReturnType<RowsOf>;
}

export type FrameOf = (state: State, ui: UiState) => Frame;

/** Creates the frame function of one screen. It caches laid-out rows, the active filter and the last frame. */
export function createFrameCache(theme: Theme, self: SelfInfo): FrameOf {
	const rowsOf = createRowCache();
	let filter: {of: UiState['filter']; ignored: UiState['ignored']; view: (state: State) => TimelineView} | undefined;
	const optionsOf = createRowOptions(theme);
	const ignoringOf = createIgnoring();
	let last: {state: State; ui: UiState; frame: Frame} | undefined;

	function viewOf(state: State, ui: UiState): TimelineView {
		if (!ui.filter && ui.ignored.length === 0) return viewAll(state.timeline);
		if (!filter || filter.of !== ui.filter || filter.ignored !== ui.ignored) {
			filter = {of: ui.filter, ignored: ui.ignored, view: createPersonFilter(ui)};
		}
		return filter.view(state);
	}

	return (state, ui) => {
		if (last?.state === state && last.ui === ui) return last.frame;
		const layout = screenLayoutOf(ui);
		const rowOptions = optionsOf({
			width: layout.textWidth,
			times: ui.times,
			search: ui.search,
			addresses: ui.addresses,
			isLive: true,
		});
		const view = viewOf(state, ui);
		const shownState = stateIgnoring(state, ignoringOf(state, ui.ignored));
		const laidOut: LaidOutTimeline = {
			view,
			unreadBoundary: unreadBoundaryOf(view, ui.unreadMarker),
			height: item => Math.max(1, rowsOf(shownState, item, rowOptions).length),
		};
		const isolationHint = formatIsolationHint(state, self, layout.timelineWidth - 1, Math.floor(layout.mainHeight / 2));
		const height = layout.mainHeight - isolationHint.length;
		const pinned = pinnedRows(shownState, layout.timelineWidth, height, theme);
		const timelineHeight = Math.max(1, height - pinned.length);
		const viewport = resolveViewport(laidOut, timelineHeight, ui.anchor ?? openingAnchor(ui, laidOut));
		const frame: Frame = {
			layout,
			view,
			laidOut,
			viewport,
			timelineHeight,
			rowOptions,
			pinned,
			isolationHint,
			rowsOf: item => rowsOf(shownState, item, rowOptions),
		};
		last = {state, ui, frame};
		return frame;
	};
}

/**
 * Creates a memoised function that returns the predicate for ignored peers. The predicate stays the same object until
 * the roster or the list of ignored people changes.
 */
function createIgnoring(): (state: State, ignored: UiState['ignored']) => ((peer: PeerId) => boolean) | undefined {
	let last: {roster: State['roster']; ignored: UiState['ignored']; test: (peer: PeerId) => boolean} | undefined;
	return (state, ignored) => {
		if (ignored.length === 0) return undefined;
		if (last?.roster === state.roster && last.ignored === ignored) return last.test;
		const keys = new Set(ignored);
		const test = (peer: PeerId) => keys.has(peer) || keys.has(personKeyOf(state, peer));
		last = {roster: state.roster, ignored, test};
		return test;
	};
}

function promptCells(ui: UiState): number {
	const words = promptWords(ui.addressee, ui.columns);
	return words === '' ? 0 : cellWidth(words) + 1;
}

/** Layout of the screen for its current size, draft and focus. */
export function screenLayoutOf(ui: UiState): ScreenLayout {
	return layoutScreen({
		columns: ui.columns,
		rows: ui.rows,
		showPeers: ui.showPeers,
		peersFocused: ui.focus === 'peers',
		promptCells: promptCells(ui),
		messageRows: countMessageRows(ui),
		draftRows: width => (ui.prompt ? 1 : layoutDraft(ui.editor, width).lines.length),
	});
}

/**
 * Row number that is smaller than that of any rule of an item. A rule is a line above the first entry of a day or above
 * the unread entries. An anchor with this row number makes all rules visible.
 */
const ABOVE_ALL_RULES = -9;

/** Anchor that shows the unread rule at which the screen opened. The screen stays there until the first key. */
export function openingAnchor(ui: UiState, {view, unreadBoundary}: LaidOutTimeline): Anchor | undefined {
	const entry = ui.opensAtUnread && unreadBoundary >= 0 ? view.at(unreadBoundary) : undefined;
	return entry && {key: keyOf(entry), row: ABOVE_ALL_RULES};
}

/** Index in the view of the first entry after `marker`, or -1 if no entry follows `marker`. */
function unreadBoundaryOf(view: TimelineView, marker: OrderKey | undefined): number {
	if (!marker) return -1;
	const position = view.positionOf(marker);
	const at = view.at(position);
	const boundary = at && compareOrder(at, marker) === 0 ? position + 1 : position;
	return boundary < view.length ? boundary : -1;
}

function createPersonFilter(ui: UiState): (state: State) => TimelineView {
	const ignored = new Set(ui.ignored);
	let current: State;
	const test = (entry: TimelineEntry): boolean => {
		const author = personKeyOf(current, entry.peer);
		const writer = writerOf(entry);
		if (ignored.has(writer) || ignored.has(personKeyOf(current, writer))) return false;
		if (!ui.filter) return true;
		if (author === ui.filter.key && entry.seq > 0) return true;
		return 'subject' in entry && personKeyOf(current, entry.subject) === ui.filter.key;
	};
	const view = createFilteredView(test);
	return state => {
		current = state;
		return view(state.timeline);
	};
}

/** What the update functions read in addition to the state of the screen. */
export interface ChatContext {
	readonly state: State;
	readonly self: SelfInfo;
	/** Messages that the user has not read. */
	readonly unread: Unread;
	/** Monotonic time, ms. */
	readonly now: number;
	readonly frameOf: FrameOf;
}

/** Result of an update function: the new state of the screen, and the effects to run. */
export interface ChatStep {
	readonly ui: UiState;
	readonly effects: readonly ScreenEffect[];
}

export function step(ui: UiState, ...effects: readonly ScreenEffect[]): ChatStep {
	return {ui, effects};
}
