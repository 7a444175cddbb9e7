import type {SelfInfo} from '../node/chat-node.js';
import {formatLogLines} from '../node/commands/run-command.js';

/** Time in which a second Ctrl+C on an empty input leaves the chat, ms. */
export const QUIT_WINDOW_MS = 2000;

/** The part of a screen's options that the exit message depends on. */
export interface ExitMessageOptions {
	readonly self: SelfInfo;
	/** Set in the demo: its text replaces the lines on the log. */
	readonly visit?: {readonly lastWords: string};
}

/** Lines to print after the screen has closed. */
export function exitMessageLines({self, visit}: ExitMessageOptions): string[] {
	return visit ? [visit.lastWords] : formatLogLines(self);
}

/** On the normal screen, below what stood there before. `error`: what ended the screen, if it did not end by itself. */
export function exitMessage(options: ExitMessageOptions, error?: unknown): string {
	const lines = exitMessageLines(options);
	if (error !== undefined) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		lines.unshift('p2pchat-ink failed; what was said is in the log.', text);
	}
	return `${lines.join('\n')}\n`;
}
