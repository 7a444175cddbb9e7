import './terminal.js';
import type {Clock} from '../../source/core/environment.js';
import type {ChatScreen, FullScreenOptions} from '../../source/ui/screen-contract.js';
import type {ScreenHooks} from '../../source/ui/screen-hooks.js';
import type {ScreenEnd} from '../../source/ui/terminal/mount-screen.js';
import {createFakeChatNode, type FakeChatNode} from './fake-chat-node.js';
import {Terminal} from './terminal.js';

export interface Chat {
	readonly terminal: Terminal;
	readonly chatNode: FakeChatNode;
	readonly screen: ChatScreen;
	/** Undefined while it runs. */
	readonly exit: () => ScreenEnd | undefined;
	/** Types and waits until the screen has taken it in. */
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
	/** What the user had on the screen before. */
	readonly before?: string;
}

/** The real clock: tests wait on what is seen, never on it. */
export const liveClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return {cancel: () => clearTimeout(timer)};
	},
};

const UNICODE = {TERM: 'xterm-256color', LANG: 'en_US.UTF-8'};

export async function launchChat(request: LaunchOptions = {}): Promise<Chat> {
	// Loaded late: terminal.ts sets what the colour library reads.
	const {runChatScreen} = await import('../../source/ui/chat/chat-screen.js');
	const terminal = new Terminal(request.columns, request.rows);
	const chatNode = request.chatNode ?? createFakeChatNode();
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
		chatNode: chatNode,
		screen,
		exit: () => exited,
		async press(...reads) {
			for (const read of reads) {
				terminal.type(read);
				// The escape timeout, our frame, Ink's frame: one timer sets the next, so one wait follows the other. However
				// late they fire, each of ours is behind one of theirs.
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
