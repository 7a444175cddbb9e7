/**
 * Text of a message as all outputs show it: the last correction if there is one, `(withdrawn)` for a withdrawn message,
 * and without control characters.
 */
import type {WrittenEvent} from '../../core/event.js';
import {formatBytes} from '../../core/format-quantity.js';
import type {State} from '../../core/state.js';
import {contentOf} from '../../core/text-of.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';

/** Text in place of a message that its author withdrew. */
export const WITHDRAWN_TEXT = '(withdrawn)';
/** Mark behind a message that its author corrected. */
export const EDITED_MARK = '(edited)';

/** Text of a message: its last correction, or `(withdrawn)`. For a shared file: its name, size and note. */
export function messageText(state: State, message: WrittenEvent): string {
	const {text, withdrawal} = contentOf(state, message);
	if (withdrawal) return WITHDRAWN_TEXT;
	if (message.type === 'posted') return cleanForScreen(text);
	const file = `shared ${cleanLine(message.fileName)} (${formatBytes(message.size)})`;
	return text === '' ? file : `${file}: ${cleanForScreen(text)}`;
}

/** Text of a message. If the author corrected the message, `(edited)` follows the text. */
export function markedMessageText(state: State, message: WrittenEvent): string {
	const {correction, withdrawal} = contentOf(state, message);
	return correction && !withdrawal ? `${messageText(state, message)} ${EDITED_MARK}` : messageText(state, message);
}
