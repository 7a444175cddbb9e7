import type {ChatScreenOptions} from './chat-screen.js';
import {lastLines} from './last-lines.js';

/** On the normal screen, below what stood there before. `error`: what ended the screen, if it did not end by itself. */
export function lastWords(options: Pick<ChatScreenOptions, 'self' | 'visit'>, error?: unknown): string {
	const lines = lastLines(options);
	if (error !== undefined) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		lines.unshift('p2pchat-ink failed; what was said is in the log.', text);
	}
	return `${lines.join('\n')}\n`;
}
