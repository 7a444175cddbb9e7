/** The short prompts of the replay screen: search, filter, go to, export. What is typed shows at once. */
import {selectPeers} from '../../core/select-peers.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {enterReview, goToRank, goToTime, moveTime, selectKey, updateSearch} from './position.js';
import {FILTER_FORM, parseFilter, quoteName, type ReplayFilter} from './replay-filter.js';
import {type ReplayContext, type ReplayStep, step} from './replay-frame.js';
import {openPrompt, type PromptType, type ReplayUi, withFlash} from './replay-state.js';

export const prompts: Readonly<Record<PromptType, {readonly label: string; readonly placeholder: string}>> = {
	search: {label: 'Search', placeholder: 'text or name; ↑ ↓ other matches, Enter: stay there, Esc: back'},
	filter: {label: 'Show only', placeholder: `${FILTER_FORM}; Tab completes`},
	'go-to': {label: 'Go to', placeholder: '14:05, +10m, -30s, 2026-11-22 14:05, #120'},
	export: {label: 'Export to', placeholder: 'FILE.txt, FILE.md or FILE.jsonl; what the filter hides is left out'},
};

export function startPrompt(ui: ReplayUi, context: ReplayContext, type: PromptType): ReplayUi {
	const opened = openPrompt(
		type === 'go-to' ? ui : enterReview(ui, context),
		type,
		type === 'filter' ? filterText(ui) : '',
	);
	return type === 'search' ? {...opened, search: ''} : opened;
}

function filterText({filter}: ReplayUi): string {
	return filter && filter.text !== '' ? `${filter.text} ` : '';
}

export function editPrompt(ui: ReplayUi, context: ReplayContext, action: EditorAction): ReplayUi {
	if (!ui.prompt) return ui;
	const editor = reduceEditor(ui.prompt.editor, action);
	const next: ReplayUi = {...ui, prompt: {...ui.prompt, editor}};
	if (editor.text === ui.prompt.editor.text) return next;
	if (next.prompt?.type === 'search') return updateSearch(next, context, editor.text);
	if (next.prompt?.type === 'filter') return previewFilter(next, context, editor.text);
	return next;
}

/** A longer log is filtered once, at Enter: each letter would be felt. */
const MAX_PREVIEWED_EVENTS = 200_000;

/** From where the prompt found the reader: what a first letter leads to must not move the place for the second. */
function previewFilter(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi {
	const filter = parseFilter(typed);
	if (typeof filter === 'string' || context.history.length > MAX_PREVIEWED_EVENTS) return ui;
	return withFilter({...ui, ...ui.prompt?.before}, context, filter);
}

/** The row that is shown as the position stays, or the next one that is left; the end of the log stays the end. */
export function withFilter(ui: ReplayUi, context: ReplayContext, filter: ReplayFilter | undefined): ReplayUi {
	const {history} = context;
	const {selected: shownKey, rank, total} = context.frameOf(history, ui);
	const filtered: ReplayUi = {...ui, filter, anchor: undefined};
	const key = shownKey ?? ui.selected;
	if (ui.mode === 'playing' || !key || (ui.selected === undefined && rank === total)) return filtered;
	return selectKey({...filtered, selected: key}, context, key);
}

export function completeFilter(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.prompt?.type !== 'filter') return ui;
	const names = [...new Set(selectPeers(context.history.state).map(({name}) => quoteName(cleanLine(name))))];
	const words = ['from:', 'kind:said', 'kind:presence', 'kind:names', 'kind:notices'];
	return editPrompt(ui, context, {
		type: 'complete',
		by: 1,
		findCandidates({text, cursor}) {
			const start = text.lastIndexOf(' ', cursor - 1) + 1;
			const typed = text.slice(start, cursor).toLowerCase();
			const all = typed.startsWith('from:') ? names.map(name => `from:${name}`) : words;
			const candidates = all.filter(word => word.toLowerCase().startsWith(typed));
			return candidates.length > 0 ? {start, end: cursor, candidates} : undefined;
		},
	});
}

/** Esc: everything is as it was before. */
export function cancelPrompt(ui: ReplayUi): ReplayUi {
	return ui.prompt ? {...ui, ...ui.prompt.before, prompt: undefined} : ui;
}

/** Enter. */
export function acceptPrompt(ui: ReplayUi, context: ReplayContext): ReplayStep {
	const typed = ui.prompt?.editor.text.trim() ?? '';
	const closed: ReplayUi = {...ui, prompt: undefined};
	switch (ui.prompt?.type) {
		case 'go-to':
			return step(typed === '' ? closed : (goTo(closed, context, typed) ?? rejectTime(ui)));
		case 'export':
			return typed === '' ? step(closed) : step(closed, {type: 'export', file: typed});
		case 'filter': {
			const filter = parseFilter(typed);
			if (typeof filter === 'string') return step(withFlash(ui, filter, 'error'));
			return step(closed.filter?.text === filter?.text ? closed : withFilter(closed, context, filter));
		}
		default:
			return step(closed);
	}
}

const UNITS_MS: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** What was typed stays, to be mended. */
function rejectTime(ui: ReplayUi): ReplayUi {
	return withFlash(ui, `no such time: ${prompts['go-to'].placeholder}`, 'error');
}

/** Undefined: that is no time. */
function goTo(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi | undefined {
	const rank = /^#\s*(\d{1,15})$/.exec(typed);
	if (rank) return goToRank(ui, context, Number(rank[1]));
	const by = /^([+-])(\d{1,6}(?:\.\d+)?)([smhd])$/i.exec(typed);
	if (by) {
		const ms = Number(by[2]) * (UNITS_MS[(by[3] ?? '').toLowerCase()] ?? 0);
		return ms === 0 ? ui : moveTime(ui, context, by[1] === '-' ? -ms : ms);
	}
	return goToTimeText(ui, context, typed);
}

/** A time of day is the next one behind the position; behind the end, the first one of the log. */
function goToTimeText(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi | undefined {
	const {time, start, end} = context.frameOf(context.history, ui);
	const next = context.parseTime(typed, time + 1);
	if (next === undefined) return undefined;
	if (next <= end) {
		const moved = goToTime(ui, context, next);
		return next < start ? withFlash(moved, 'the log begins later') : moved;
	}
	const first = context.parseTime(typed, start);
	if (first === undefined || first > end) return withFlash(goToTime(ui, context, end), 'the log ends before that');
	return withFlash(goToTime(ui, context, first), 'none further on in the log: this is the first one');
}
