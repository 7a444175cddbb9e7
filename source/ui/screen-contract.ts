/**
 * Common interface of the two chat screens, full screen and linear: their options, how they end, and their exit
 * message.
 */
import type {EventRef} from '../core/event.js';
import type {ChatNode, SelfInfo} from '../node/chat-node.js';
import type {BellMode} from '../node/commands/parse-command.js';
import {formatLogLines} from '../node/commands/run-command.js';
import type {ScreenHooks} from './screen-hooks.js';
import type {ScreenEnd} from './terminal/mount-screen.js';
import type {ThemeChoice} from './theme.js';

/** Maximum time between two Ctrl+C on an empty input that together leave the chat, ms. */
export const QUIT_WINDOW_MS = 2000;

/** Options of both screens. `chatNode.start()` must have resolved with `self`. */
export interface ChatScreenOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly bell: BellMode;
	/**
	 * Whether the name is the OS user name, because the user has not chosen one. The screen then says how to change the
	 * name.
	 */
	readonly nameFromSystem?: boolean;
	/**
	 * Warnings that were printed before the screen opened. The screen shows them again, because it covers the printed
	 * lines.
	 */
	readonly startupWarnings?: readonly string[];
	/**
	 * Set in the demo: Esc and Ctrl+C quit, and `exitText` replaces the exit message about the log, because no log is
	 * kept.
	 */
	readonly demoVisit?: {readonly exitText: string};
	/** Replaces the exit message about the log. */
	readonly exitText?: string;
	/** Notes of the previous screen on the same node, and the function that saves notes for the next screen. */
	readonly notes?: {readonly initial: ScreenNotes; save(notes: ScreenNotes): void};
	readonly hooks: ScreenHooks;
}

/** Purpose of a draft that is not a new message. */
export type Composing =
	| {readonly type: 'reply'; readonly target: EventRef}
	/** `original`: the text of the message when its correction began. */
	| {readonly type: 'correct'; readonly target: EventRef; readonly original: string};

/** The draft and the ignored people of a closed screen. The next screen on the same node restores them. */
export interface ScreenNotes {
	readonly draft: string;
	readonly composing?: Composing | undefined;
	/** Keys of ignored people. */
	readonly ignored: readonly string[];
}

export interface FullScreenOptions extends ChatScreenOptions {
	readonly stderr: NodeJS.WriteStream;
	/** Draws without colours, as with the environment variable NO_COLOR. */
	readonly mono: boolean;
	readonly theme?: ThemeChoice;
}

export interface ChatScreen {
	/** Resolves after the terminal is restored and the exit message is written. Never rejects. */
	waitUntilExit(): Promise<ScreenEnd>;
	/** Closes the screen, for a signal or a closed stdout. Idempotent. */
	stop(reason: 'signal' | 'output-closed'): void;
	/**
	 * Shows that the node refused something. `draft`: the text that is put back into the input, unless the user has
	 * begun a new draft.
	 */
	showMessage(text: string, draft?: string): void;
}

type ExitOptions = Pick<ChatScreenOptions, 'self' | 'demoVisit' | 'exitText'>;

/** Lines to print after the screen has closed. */
export function exitMessageLines({self, demoVisit, exitText = demoVisit?.exitText}: ExitOptions): string[] {
	return exitText !== undefined ? [exitText] : formatLogLines(self);
}

/** Text to print on the normal screen after the full screen has closed. `error`: the crash that closed it. */
export function exitMessage(options: ExitOptions, error?: unknown): string {
	const lines = exitMessageLines(options);
	if (error !== undefined) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		lines.unshift('p2pchat-ink crashed:', text);
	}
	return `${lines.join('\n')}\n`;
}

/** Sentence for a user who leaves while no other node has the last `count` messages. */
export function describeUndelivered(count: number): string {
	return `Nobody else has ${count === 1 ? 'your last message' : `your last ${count} messages`}.`;
}
