/** Bookmarks: rows by their order, which holds in any copy of the log. Kept beside the log, never in it. Pure. */
import {isPeerId} from '../../core/ids.js';
import {type OrderKey, orderString} from '../../core/order.js';
import {goToKey, pause} from './move.js';
import {type ReplayContext, type ReplayStep, step} from './replay-context.js';
import {isShown} from './replay-frame.js';
import {inform, type ReplayUi} from './replay-state.js';

const ORDER = /^([0-9a-f]{14})-([0-9a-f]{4})-([0-9a-f]{64})-([0-9a-f]{14})$/;

/** The key that `orderString` wrote. */
export function parseOrder(order: string): OrderKey | undefined {
	const [, ms = '', counter = '', peer = '', seq = ''] = ORDER.exec(order) ?? [];
	if (!isPeerId(peer)) return undefined;
	const number = (hex: string) => Number.parseInt(hex, 16);
	return {ms: number(ms), counter: number(counter), peer, seq: number(seq)};
}

/** Sets or takes away the mark of the row at the position. */
export function toggleBookmark(ui: ReplayUi, context: ReplayContext): ReplayStep {
	const paused = pause(ui, context);
	const {selected} = context.frameOf(context.history, paused);
	if (!selected) return step(ui);
	const order = orderString(selected);
	const marked = ui.bookmarks.includes(order);
	const orders = marked ? ui.bookmarks.filter(known => known !== order) : [...ui.bookmarks, order].sort();
	const said = inform({...ui, bookmarks: orders}, marked ? 'bookmark taken away' : 'bookmark set: ] and [ come back');
	return step(said, {type: 'save-bookmarks', orders, set: !marked});
}

/** To the next or previous mark that the filter leaves. */
export function goToBookmark(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {view} = context.frameOf(context.history, {...ui, mode: 'review'});
	const {selected} = context.frameOf(context.history, pause(ui, context));
	const here = selected ? orderString(selected) : '';
	const beyond = ui.bookmarks.filter(order => (by > 0 ? order > here : order < here));
	for (const order of by > 0 ? beyond : beyond.reverse()) {
		const key = parseOrder(order);
		if (key && isShown(view, key)) return goToKey(ui, context, key);
	}
	if (ui.bookmarks.length === 0) return inform(ui, 'no bookmarks yet: b sets one');
	return inform(ui, by > 0 ? 'no later bookmark' : 'no earlier bookmark');
}
