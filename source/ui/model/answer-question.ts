/** Questions that the next key answers: a long paste, opening a link, quitting. */
import type {Token} from '../keys/token.js';
import {changeDraft} from './apply-input.js';
import {type Context, type Step, step} from './model.js';
import type {UiState} from './ui-state.js';

/** Undefined: this token is no answer; the question is dropped and the token means what it always does. */
export function answerQuestion(ui: UiState, token: Token, context: Context): Step | undefined {
	const key = token.type === 'key' ? token.key : token.type === 'text' ? token.text.toLowerCase() : '';
	if (ui.editor.heldPaste !== undefined) {
		if (key === 'enter') return step(changeDraft(ui, {type: 'answer-paste', insert: true}));
		if (key === 'escape' || key === 'ctrl+c') return step(changeDraft(ui, {type: 'answer-paste', insert: false}));
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
