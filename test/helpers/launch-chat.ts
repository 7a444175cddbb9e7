import './terminal.js';
import type {Clock} from '../../source/core/environment.js';
import type {ChatScreen, FullScreenOptions} from '../../source/ui/screen-contract.js';
import type {ScreenHooks} from '../../source/ui/screen-hooks.js';
import type {ScreenEnd} from '../../source/ui/terminal/mount-screen.js';
import {createFakeChatNode, type FakeChatNode} from './fake-chat-node.js';
import {Terminal} from './terminal.js';

/** A running chat screen. */
export interface Chat {
	readonly terminal: Terminal;
	readonly chatNode: FakeChatNode;
	readonly screen: ChatScreen;
	/** Why the screen ended; undefined while it runs. */
	readonly exit: () => ScreenEnd | undefined;
	/** Types each text, which the program receives in one read, and waits until the screen shows the result. */
	press(...reads: string[]): Promise<void>;
	close(): Promise<ScreenEnd>;
}

export interface LaunchOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly chatNode?: FakeChatNode;
	readonly environment?: Record<string, string>;
	readonly hooks?: Partial<ScreenHooks>;
	readonly options?: Partial<FullScreenOptions>;
	/** Whether the messages that exist when the screen opens stay unread. By default they are marked as read. */
	readonly keepsUnread?: boolean;
	/** Content of the terminal before the chat opens. */
	readonly before?: string;
}

/** The real clock. Tests wait for what the screen shows, never for a time. */
export const liveClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return {cancel: () => clearTimeout(timer)};
	},
};

/** The real clock, with a wall clock that a test sets forward or back, as a user or a time server does. */
export function createSettableClock(): Clock & {setWall(byMs: number): void} {
	let offsetMs = 0;
	return {
		...liveClock,
		now: () => liveClock.now() + offsetMs,
		setWall(byMs) {
			offsetMs += byMs;
		},
	};
}

const UNICODE = {TERM: 'xterm-256color', LANG: 'en_US.UTF-8'};

/** Opens the chat screen on an in-memory terminal. */
export async function launchChat(request: LaunchOptions = {}): Promise<Chat> {
	// Imported dynamically, because terminal.ts must set environment variables before the colour library loads.
	const {runChatScreen} = await import('../../source/ui/chat/chat-screen.js');
	const terminal = new Terminal(request.columns, request.rows);
	const chatNode = request.chatNode ?? createFakeChatNode();
	if (!request.keepsUnread) chatNode.reading?.markAllRead();
	if (request.before) terminal.stdout.write(request.before);
	let exited: ScreenEnd | undefined;
	const screen = runChatScreen({
		chatNode,
		self: chatNode.self,
		stdin: terminal.stdin,
		stdout: terminal.stdout,
		stderr: terminal.stdout,
		environment: request.environment ?? UNICODE,
		bell: 'mentions',
		mono: false,
		hooks: {clock: liveClock, ...request.hooks},
		...request.options,
	});
	const finished = screen.waitUntilExit().then(reason => {
		exited = reason;
		return reason;
	});
	await terminal.until(() => terminal.alternate && terminal.text().trim() !== '');
	return {
		terminal,
		chatNode,
		screen,
		exit: () => exited,
		async press(...reads) {
			for (const read of reads) {
				terminal.type(read);
				// Three timers run, and each starts the next: the escape timeout, the frame of the screen, the frame of
				// Ink. Three waits in the same order end after all three timers, even if timers fire late.
				const waits = read.endsWith('\u001B') ? [50, 20, 20] : [20, 20, 20];
				for (const ms of waits) await new Promise(resolve => setTimeout(resolve, ms));
			}
			await terminal.until(() => true);
		},
		async close() {
			screen.stop('signal');
			const reason = await finished;
			terminal.dispose();
			return reason;
		},
	};
}
