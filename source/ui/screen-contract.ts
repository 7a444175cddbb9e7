/** Contract of the two chat screens, full screen and linear: what they take, how they end, and what they print at the end. */
import type {ChatNode, SelfInfo} from '../node/chat-node.js';
import type {BellMode} from '../node/commands/parse-command.js';
import {formatLogLines} from '../node/commands/run-command.js';
import type {ScreenHooks} from './screen-hooks.js';
import type {ScreenEnd} from './terminal/mount-screen.js';

/** Time in which a second Ctrl+C on an empty input leaves the chat, ms. */
export const QUIT_WINDOW_MS = 2000;

/** Options of both screens. `chatNode.start()` must have resolved with `self`. */
export interface ChatScreenOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly bell: BellMode;
	/** The name is that of the OS user, not chosen; the screen says how to change it. */
	readonly nameFromSystem?: boolean;
	/** Warnings printed before the screen opened, which hides them. */
	readonly startupWarnings?: readonly string[];
	/** Set in the demo: Esc and Ctrl+C leave it, and `exitText` replaces the lines on the log, since no log is kept. */
	readonly demoVisit?: {readonly exitText: string};
	readonly hooks: ScreenHooks;
}

export interface FullScreenOptions extends ChatScreenOptions {
	readonly stderr: NodeJS.WriteStream;
	/** No colour. NO_COLOR has the same effect. */
	readonly mono: boolean;
}

export interface ChatScreen {
	/** Resolves once, after the terminal is restored and the exit message is written. Never rejects. */
	waitUntilExit(): Promise<ScreenEnd>;
	/** Closes the screen, for a signal or a closed stdout. Idempotent. */
	stop(reason: 'signal' | 'output-closed'): void;
}

/** Lines to print after the screen has closed. */
export function exitMessageLines({self, demoVisit}: Pick<ChatScreenOptions, 'self' | 'demoVisit'>): string[] {
	return demoVisit ? [demoVisit.exitText] : formatLogLines(self);
}

/** Text to print on the normal screen after the full screen has closed. `error`: the crash that closed it. */
export function exitMessage(options: Pick<ChatScreenOptions, 'self' | 'demoVisit'>, error?: unknown): string {
	const lines = exitMessageLines(options);
	if (error !== undefined) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		lines.unshift('p2pchat-ink crashed:', text);
	}
	return `${lines.join('\n')}\n`;
}
