/** What keys do with the selected entry. */
import type {TimelineEntry} from '../../core/state.js';
import {editorWith} from '../editor/editor-state.js';
import {cleanForScreen} from '../layout/clean-for-screen.js';
import {describeEntry} from '../timeline/describe-entry.js';
import {shownName} from '../timeline/people.js';
import {type Context, type Step, step} from './model.js';
import type {UiState} from './ui-state.js';

function selectedEntry(ui: UiState, {state, frameOf}: Context): TimelineEntry | undefined {
	const {view} = frameOf(state, ui);
	return ui.selected && view.at(Math.min(view.positionOf(ui.selected), view.length - 1));
}

function textOf(entry: TimelineEntry, {state}: Context): string {
	if (entry.type === 'posted') return cleanForScreen(entry.text);
	return describeEntry(state, entry)
		.map(part => (typeof part === 'string' ? part : part.name))
		.join('');
}

export function copySelected(ui: UiState, context: Context): Step {
	const entry = selectedEntry(ui, context);
	return entry ? step(ui, {type: 'copy', text: textOf(entry, context)}) : step(ui);
}

export function openDetails(ui: UiState): UiState {
	return ui.selected ? {...ui, overlay: {type: 'event', key: ui.selected, scroll: 0}} : ui;
}

/** Goes in front of the draft, which stays: nothing typed is lost. */
export function quoteSelected(ui: UiState, context: Context): UiState {
	const entry = selectedEntry(ui, context);
	if (entry?.type !== 'posted') return {...ui, flash: {text: 'only messages can be quoted', level: 'info', until: 0}};
	const lines = textOf(entry, context).split('\n');
	const quoted = lines.map(line => `> ${line}`).join('\n');
	const text = `${shownName(context.state, entry.peer, entry.seq)}:\n${quoted}\n${ui.editor.text}`;
	const {history} = ui.editor;
	return {
		...ui,
		focus: 'input',
		selected: undefined,
		editor: {...editorWith(text), history, historyAt: history.length},
	};
}

// What ends a sentence around a link is not part of it.
const LINK = /\bhttps?:\/\/[^\s<>"'`]+/giu;

export function findLinks(text: string): string[] {
	return Array.from(text.matchAll(LINK), ([found]) => found.replace(/[.,;:!?)\]}]+$/u, '')).filter(isWebLink);
}

/** Asks first, with the whole address in sight. */
export function openLink(ui: UiState, context: Context): UiState {
	const entry = selectedEntry(ui, context);
	const [url] = entry?.type === 'posted' ? findLinks(cleanForScreen(entry.text)) : [];
	if (!url) return {...ui, flash: {text: 'no link in this message', level: 'info', until: 0}};
	return {...ui, question: {type: 'open-link', url}};
}

/** Only what a browser fetches: never a file or a program. */
function isWebLink(text: string): boolean {
	return /^https?:\/\/[^\s/?#]+/i.test(text) && text.length <= 2000;
}
