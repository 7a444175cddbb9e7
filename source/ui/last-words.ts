/** On the normal screen, below what stood there before the chat. */
import {logLines} from '../session/command/run-command.js';
import type {SelfInfo} from '../session/session.js';

/** `error`: what ended the screen, if it did not end by itself. */
export function lastWords(self: SelfInfo, error?: unknown): string {
	const lines = logLines(self);
	if (error !== undefined) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		lines.unshift('p2pchat-ink failed; what was said is in the log.', text);
	}
	return `${lines.join('\n')}\n`;
}
