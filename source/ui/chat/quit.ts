import {selectUndeliveredCount} from '../../core/select.js';
import type {UiState} from './chat-state.js';
import {type ChatContext, type ChatStep, step} from './frame.js';

/** Quits, after a question if nobody else has some of the own messages. In the demo no message matters. */
export function requestQuit(ui: UiState, {state}: ChatContext): ChatStep {
	const count = ui.isVisitor ? 0 : selectUndeliveredCount(state);
	if (count === 0) return step(ui, {type: 'quit', reason: 'quit'});
	return step({...ui, question: {type: 'quit-undelivered', count}});
}
