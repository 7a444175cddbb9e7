/** The draft: typing, completion, sending. */
import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {foldName} from '../../core/namesakes.js';
import {selectPeers} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {utf8Length} from '../../core/text.js';
import {entryAt} from '../../core/timeline.js';
import {parseCommand} from '../../session/command/parse-command.js';
import {proposeCompletion} from '../../session/command/propose.js';
import {type EditorAction, reduceEditor} from '../editor/reduce-editor.js';
import {cleanLine} from '../layout/clean-for-screen.js';
import {screenLayoutOf} from './frame.js';
import {type Context, type Step, step} from './model.js';
import {goNewest, markRead} from './scroll.js';
import type {UiState} from './ui-state.js';

export function changeDraft(ui: UiState, action: EditorAction): UiState {
	return {...ui, editor: reduceEditor(ui.editor, action)};
}

/** Peers are told that we are typing, but not while a command is being written. */
export function typeInto(ui: UiState, text: string): Step {
	const next = changeDraft(ui, {type: 'type', text});
	return next.editor.text.startsWith('/') ? step(next) : step(next, {type: 'typing'});
}

export function moveDraftRow(ui: UiState, by: 1 | -1): UiState {
	return changeDraft(ui, {type: 'row', by, width: screenLayoutOf(ui).inputWidth});
}

/** Undefined where nothing is written: Tab goes to the next pane. */
export function completeDraftName(ui: UiState, by: 1 | -1, {state}: Context): UiState | undefined {
	const editor = reduceEditor(ui.editor, {
		type: 'complete',
		by,
		propose: ({text, cursor}) => proposeCompletion(text, cursor, likelyNames(state)),
	});
	if (editor !== ui.editor) return {...ui, editor};
	if (ui.editor.text.trim() === '') return undefined;
	return {...ui, flash: {text: 'nothing to complete; Ctrl+O: next pane', level: 'info', until: 0}};
}

const RECENT = 200;

/** Names to complete: who spoke last first, then who is here; each once. */
export function likelyNames(state: State): string[] {
	const own = state.launch?.peer;
	const spoke = new Map<string, number>();
	for (let index = state.timeline.length - 1; index >= Math.max(0, state.timeline.length - RECENT); index--) {
		const entry = entryAt(state.timeline, index);
		if (entry?.type === 'posted' && !spoke.has(entry.peer)) spoke.set(entry.peer, spoke.size);
	}
	const views = selectPeers(state).filter(view => view.peer !== own);
	const rank = (peer: string, gone: boolean) => (spoke.get(peer) ?? RECENT) + (gone ? RECENT * 2 : 0);
	const sorted = [...views].sort((a, b) => rank(a.peer, a.status === 'left') - rank(b.peer, b.status === 'left'));
	const names = new Map<string, string>();
	for (const view of sorted) {
		const name = cleanLine(view.clash ? `${view.name}#${view.fingerprint}` : view.name);
		if (!names.has(foldName(name))) names.set(foldName(name), name);
	}
	return [...names.values()];
}

/** Sent texts are read ones: the unread rule goes, the view follows the end again. */
export function sendDraft(ui: UiState, context: Context): Step {
	const draft = ui.editor.text;
	if (draft.trim() === '') return step(draft === '' ? ui : changeDraft(ui, {type: 'set', text: ''}));
	const bytes = utf8Length(draft);
	if (bytes > MAX_TEXT_BYTES) {
		return step({
			...ui,
			flash: {text: `too long: ${bytes} of at most ${MAX_TEXT_BYTES} bytes`, level: 'error', until: 0},
		});
	}
	const parsed = parseCommand(draft);
	if (parsed.type === 'error') return step({...ui, flash: {text: parsed.text, level: 'error', until: 0}});
	const sent = changeDraft(ui, {type: 'edit', edit: 'submit'});
	if (parsed.type === 'text') {
		return step(goNewest(markRead({...sent, selected: undefined}), context), {type: 'post', text: parsed.text, draft});
	}
	return step(sent, {type: 'run', command: parsed.command, draft});
}
