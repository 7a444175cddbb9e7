/** Prompts of the replay screen: search, filter, go to, export. Search and filter take effect while the user types. */
import {foldText} from '../../core/fold-text.js';
import {selectPeople} from '../../core/select-people.js';
import {parseDuration} from '../../node/parse-time.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {enterReview, goToRank, goToTime, moveTime, selectKey, updateSearch} from './position.js';
import {FILTER_FORM, parseFilter, quoteName, type ReplayFilter} from './replay-filter.js';
import {type ReplayContext, type ReplayStep, step} from './replay-frame.js';
import {openPrompt, type PromptType, type ReplayUi, withFlash} from './replay-state.js';

/** Label and placeholder of each prompt. */
export const prompts: Readonly<Record<PromptType, {readonly label: string; readonly placeholder: string}>> = {
	search: {label: 'Search', placeholder: 'text or name (↑ ↓: other matches, Enter: go there, Esc: back)'},
	filter: {label: 'Show only', placeholder: `${FILTER_FORM} (Tab completes)`},
	'go-to': {label: 'Go to', placeholder: '14:05, +10m, -30s, 2026-11-22 14:05, #120'},
	export: {
		label: 'Export to',
		placeholder: 'FILE.txt, FILE.md, FILE.html or FILE.jsonl (without rows that the filter hides)',
	},
};

/** Opens a prompt. Every prompt except go-to pauses playback. */
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

/** Applies an edit to the open prompt. An edited search or filter takes effect immediately. */
export function editPrompt(ui: ReplayUi, context: ReplayContext, action: EditorAction): ReplayUi {
	if (!ui.prompt) return ui;
	const editor = reduceEditor(ui.prompt.editor, action);
	const next: ReplayUi = {...ui, prompt: {...ui.prompt, editor}};
	if (editor.text === ui.prompt.editor.text) return next;
	if (next.prompt?.type === 'search') return updateSearch(next, context, editor.text);
	if (next.prompt?.type === 'filter') return previewFilter(next, context, editor.text);
	return next;
}

/**
 * Maximum number of records in a log in which every typed letter applies the filter. In a longer log, only Enter
 * applies the filter, because filtering takes too long.
 */
const MAX_PREVIEWED_EVENTS = 200_000;

/**
 * Applies the filter that is being typed. It starts at the position at which the prompt was opened, so that filters of
 * unfinished words do not move the position.
 */
function previewFilter(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi {
	const filter = parseFilter(typed);
	if (typeof filter === 'string' || context.history.length > MAX_PREVIEWED_EVENTS) return ui;
	return withFilter({...ui, ...ui.prompt?.restore}, context, filter);
}

/**
 * Sets or clears the filter. The position stays at its row or at the end. If the filter hides that row, the position
 * moves to the next row that passes the filter.
 */
export function withFilter(ui: ReplayUi, context: ReplayContext, filter: ReplayFilter | undefined): ReplayUi {
	const {history} = context;
	const {selected, rank, total} = context.frameOf(history, ui);
	const filtered: ReplayUi = {...ui, filter, anchor: undefined};
	const key = selected ?? ui.selected;
	if (ui.mode === 'playing' || !key || (ui.selected === undefined && rank === total)) return filtered;
	return selectKey({...filtered, selected: key}, context, key);
}

/** Completes names and kinds in the filter prompt. */
export function completeFilter(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.prompt?.type !== 'filter') return ui;
	const names = [...new Set(selectPeople(context.history.state).map(({name}) => quoteName(cleanLine(name))))];
	const keywords = ['from:', 'kind:said', 'kind:presence', 'kind:names', 'kind:notices'];
	return editPrompt(ui, context, {
		type: 'complete',
		by: 1,
		findCandidates({text, cursor}) {
			const start = text.lastIndexOf(' ', cursor - 1) + 1;
			const typed = foldText(text.slice(start, cursor));
			const all = typed.startsWith('from:') ? names.map(name => `from:${name}`) : keywords;
			const candidates = all.filter(candidate => foldText(candidate).startsWith(typed));
			return candidates.length > 0 ? {start, end: cursor, candidates} : undefined;
		},
	});
}

/** Handles Esc: closes the prompt and restores position, search and filter. */
export function cancelPrompt(ui: ReplayUi): ReplayUi {
	return ui.prompt ? {...ui, ...ui.prompt.restore, prompt: undefined} : ui;
}

/**
 * Handles Enter: does what the prompt asks for and closes it. An invalid input shows an error and leaves the prompt
 * open.
 */
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

function rejectTime(ui: ReplayUi): ReplayUi {
	return withFlash(ui, `Not a time. Examples: ${prompts['go-to'].placeholder}`, 'error');
}

/** Moves to an event number, by a duration, or to a time; undefined if the text is none of them. */
function goTo(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi | undefined {
	const rank = /^#\s*(\d{1,15})$/.exec(typed);
	if (rank) return goToRank(ui, context, Number(rank[1]));
	const by = parseDuration(typed);
	if (by !== undefined) return by === 0 ? ui : moveTime(ui, context, by);
	return goToTimeText(ui, context, typed);
}

/** Moves to the next occurrence of a typed time after the position, or else to its first occurrence in the log. */
function goToTimeText(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi | undefined {
	const {time, start, end} = context.frameOf(context.history, ui);
	const next = context.parseTime(typed, time + 1);
	if (next === undefined) return undefined;
	if (next <= end) {
		const moved = goToTime(ui, context, next);
		return next < start ? withFlash(moved, 'The log begins after that time') : moved;
	}
	const first = context.parseTime(typed, start);
	if (first === undefined || first > end) return withFlash(goToTime(ui, context, end), 'The log ends before that time');
	return withFlash(goToTime(ui, context, first), 'This time does not come again. Moved to its first occurrence');
}
