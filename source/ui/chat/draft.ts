/** The draft: typing, completion, sending. */
import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {utf8Length} from '../../core/text.js';
import {findCompletion} from '../../node/commands/completions.js';
import {parseCommand} from '../../node/commands/parse-command.js';
import type {Token} from '../input/key-token.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {completionNames} from '../timeline/display-name.js';
import type {UiState} from './chat-state.js';
import {type ChatContext, type ChatStep, screenLayoutOf, step} from './frame.js';
import {goNewest, markRead} from './reading-position.js';

export function editDraft(ui: UiState, action: EditorAction): UiState {
	return {...ui, editor: reduceEditor(ui.editor, action)};
}

/** Peers are told that we are typing, but not while a command is being written. */
export function typeInDraft(ui: UiState, text: string): ChatStep {
	const next = editDraft(ui, {type: 'type', text});
	return next.editor.text.startsWith('/') ? step(next) : step(next, {type: 'typing'});
}

export function moveDraftRow(ui: UiState, by: 1 | -1): UiState {
	return editDraft(ui, {type: 'row', by, width: screenLayoutOf(ui).inputWidth});
}

/** Undefined where nothing is written: Tab goes to the next pane. */
export function completeDraftName(ui: UiState, by: 1 | -1, {state}: ChatContext): UiState | undefined {
	const editor = reduceEditor(ui.editor, {
		type: 'complete',
		by,
		propose: ({text, cursor}) => findCompletion(text, cursor, completionNames(state)),
	});
	if (editor !== ui.editor) return {...ui, editor};
	if (ui.editor.text.trim() === '') return undefined;
	return {...ui, flash: {text: 'nothing to complete; Ctrl+O: next pane', level: 'info', until: 0}};
}

/** Sent texts are read ones: the unread rule goes, the view follows the end again. */
export function sendDraft(ui: UiState, context: ChatContext): ChatStep {
	const draft = ui.editor.text;
	if (draft.trim() === '') return step(draft === '' ? ui : editDraft(ui, {type: 'set', text: ''}));
	const bytes = utf8Length(draft);
	if (bytes > MAX_TEXT_BYTES) {
		return step({
			...ui,
			flash: {text: `too long: ${bytes} of at most ${MAX_TEXT_BYTES} bytes`, level: 'error', until: 0},
		});
	}
	const parsed = parseCommand(draft);
	if (parsed.type === 'error') return step({...ui, flash: {text: parsed.text, level: 'error', until: 0}});
	const sent = editDraft(ui, {type: 'edit', edit: 'submit'});
	if (parsed.type === 'text') {
		return step(goNewest(markRead({...sent, selected: undefined}), context), {type: 'post', text: parsed.text, draft});
	}
	return step(sent, {type: 'run', command: parsed.command, draft});
}

/** Questions that the next key answers: a long paste, opening a link, quitting. */

/** Undefined: this token is no answer; the question is dropped and the token means what it always does. */
export function answerQuestion(ui: UiState, token: Token, context: ChatContext): ChatStep | undefined {
	const key = token.type === 'key' ? token.key : token.type === 'text' ? token.text.toLowerCase() : '';
	if (ui.editor.pendingPaste !== undefined) {
		if (key === 'enter') return step(editDraft(ui, {type: 'answer-paste', insert: true}));
		if (key === 'escape' || key === 'ctrl+c') return step(editDraft(ui, {type: 'answer-paste', insert: false}));
		return step(ui);
	}
	if (ui.question?.type === 'open-link') {
		const closed = {...ui, question: undefined};
		return key === 'enter' || key === 'y' ? step(closed, {type: 'open', url: ui.question.url}) : step(closed);
	}
	if (ui.question?.type === 'quit' && key === 'ctrl+c' && context.now <= ui.question.until) {
		return step({...ui, question: undefined}, {type: 'quit', reason: 'quit'});
	}
	return undefined;
}
