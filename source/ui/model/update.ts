/** The one step of the screen: (state of the screen, what happened) -> (state of the screen, what to do). Pure. */
import {applyIntent} from './apply-intent.js';
import {applyTokens} from './apply-tokens.js';
import type {Message} from './message.js';
import {type Context, type Step, step} from './model.js';
import {keepSelectionSeen} from './scroll.js';
import type {UiState} from './ui-state.js';

export function update(ui: UiState, message: Message, context: Context): Step {
	switch (message.type) {
		case 'tokens':
			return applyTokens(ui, message.tokens, context);
		case 'resized':
			if (ui.columns === message.columns && ui.rows === message.rows) return step(ui);
			return step(keepSelectionSeen({...ui, columns: message.columns, rows: message.rows}, context));
		case 'intent':
			return applyIntent(ui, message.intent, context);
		case 'flash':
			return step({...ui, flash: message.flash});
		case 'overlay':
			return step({...ui, overlay: message.overlay});
		case 'refused':
			return step(refused(ui, message.draft, message.text));
		case 'tick':
			return step(tick(ui, context.now));
	}
}

function refused(ui: UiState, draft: string, text: string): UiState {
	const editor = ui.editor.text === '' ? {...ui.editor, text: draft, cursor: draft.length} : ui.editor;
	return {...ui, editor, flash: {text, level: 'error', until: 0}};
}

function tick(ui: UiState, now: number): UiState {
	const flash = ui.flash && ui.flash.until > 0 && ui.flash.until <= now ? undefined : ui.flash;
	const question = ui.question?.type === 'quit' && ui.question.until <= now ? undefined : ui.question;
	// An open network pane shows what is going on: drawn anew.
	const same = flash === ui.flash && question === ui.question && ui.overlay?.type !== 'network';
	return same ? ui : {...ui, flash, question};
}
