/** Search: while typing the match at the position or the next one is shown; n goes on in time, N back, both round the end. */
import type {TimelineEntry} from '../../core/state.js';
import {entryAt} from '../../core/timeline.js';
import {keyOf} from '../timeline/viewport.js';
import {selectKey} from './move.js';
import type {ReplayContext} from './replay-context.js';
import {passesFilter} from './replay-filter.js';
import {inform, type ReplayUi} from './replay-state.js';

export function searchFor(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi {
	const {before} = ui.prompt ?? {};
	const search = typed.toLowerCase();
	const from: ReplayUi = {...ui, search, ...(before && {selected: before.selected, anchor: before.anchor})};
	if (search === '') return from;
	const here = hereOf(from, context);
	const {history, finder} = context;
	const passes = passesOf(from, context);
	const hereOrLater = here && finder.next(history.state, search, {...keyOf(here), seq: here.seq - 1}, 1, passes);
	const found = hereOrLater ?? step(from, context, -1);
	return found ? selectKey(from, context, keyOf(found)) : from;
}

export function nextMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	if (ui.search === '') return inform(ui, 'no search yet: /');
	const found = step(ui, context, by);
	if (found) return selectKey(ui, context, keyOf(found));
	const round = wrapped(ui, context, by);
	if (!round) return inform(ui, `nothing matches “${ui.search}”`);
	const said = by > 0 ? 'no later match: the first one' : 'no earlier match: the last one';
	return inform(selectKey(ui, context, keyOf(round)), said);
}

function step(ui: ReplayUi, context: ReplayContext, by: 1 | -1): TimelineEntry | undefined {
	const {history, finder} = context;
	return finder.next(history.state, ui.search, hereOf(ui, context), by, passesOf(ui, context));
}

/** From the other end. */
function wrapped(ui: ReplayUi, {history, finder, ...rest}: ReplayContext, by: 1 | -1): TimelineEntry | undefined {
	const {timeline} = history.state;
	const passes = passesOf(ui, {history, finder, ...rest});
	if (by < 0) return finder.next(history.state, ui.search, undefined, -1, passes);
	const first = entryAt(timeline, 0);
	return first && finder.next(history.state, ui.search, {...keyOf(first), seq: -1}, 1, passes);
}

function hereOf(ui: ReplayUi, {history, frameOf}: ReplayContext): TimelineEntry | undefined {
	const {view, selected} = frameOf(history, ui);
	return selected && view.at(view.positionOf(selected));
}

function passesOf({filter}: ReplayUi, {history}: ReplayContext): (entry: TimelineEntry) => boolean {
	return entry => !filter || passesFilter(history.state, entry, filter);
}
