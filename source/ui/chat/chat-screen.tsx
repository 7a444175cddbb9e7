/**
 * The full screen of a running node.
 *
 *     const screen = runChatScreen({session, self, stdin, stdout, stderr, environment, bell, mono, hooks});
 *     const reason = await screen.waitUntilExit();   // the terminal is restored by then, the last words are written
 *     await session.stop(…);
 *
 * `session.start()` must have resolved with `self`. Signals are the caller's: on one it calls `screen.stop('signal')`,
 * after which `waitUntilExit` resolves. Nothing here ends the process or stops the session.
 */

import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {BellMode} from '../../node/commands/parse-command.js';
import {exitMessage} from '../exit-message.js';
import type {ScreenHooks} from '../screen-hooks.js';
import {mountScreen, type ScreenEnd} from '../terminal/mount-screen.js';
import {colourDepth, createTheme, isUnicodeLocale} from '../theme.js';
import {ChatApp} from './chat-app.js';
import type {ScreenMessage} from './chat-state.js';
import {initialUiState} from './chat-state.js';
import {createCopyView} from './copy-view.js';
import {createFrameCache} from './frame.js';
import {createNotifier} from './notifications.js';
import {type EffectPorts, runEffect} from './run-effects.js';
import {createScreenStore} from './screen-store.js';
import {updateChat} from './update-chat.js';

export interface ChatScreenOptions {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly bell: BellMode;
	/** No colour. NO_COLOR is looked at as well. */
	readonly mono: boolean;
	/** Nobody chose the name: it is that of the OS user, and the screen says how to change it. */
	readonly nameFromSystem?: boolean;
	/** Said before the screen stood, and hidden by it. */
	readonly startupWarnings?: readonly string[];
	/** Only looking around: Esc leaves too, and these are the last words, since no log stays. */
	readonly visit?: {readonly lastWords: string};
	readonly hooks: ScreenHooks;
}

export type ExitReason = ScreenEnd;

export interface ChatScreen {
	/** Resolves once, when the terminal is as it was. Never rejects. */
	waitUntilExit(): Promise<ExitReason>;
	/** Idempotent; also the way out for signals and a closed stdout. */
	stop(reason: 'signal' | 'output-closed'): void;
}

/** Redrawing an open network pane; also ends questions and short messages. */
const TICK_MS = 500;
/** Then the status line is wanted. */
const NAME_HINT_MS = 8000;

export function runChatScreen(options: ChatScreenOptions): ChatScreen {
	const {chatNode, self, stdin, stdout, stderr, environment, hooks} = options;
	const {clock} = hooks;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const frameOf = createFrameCache(theme, self);
	const store = createScreenStore(chatNode.store, initialState(options), clock);
	const write = (sequence: string) => screen.write(sequence);
	const copyView = createCopyView(write, stdout);

	function dispatch(message: ScreenMessage): void {
		if (screen.isLeaving) return;
		const context = {state: chatNode.store.getState(), self, now: clock.now(), frameOf};
		const {ui, effects} = updateChat(store.getUi(), message, context);
		store.setUi(ui);
		for (const effect of effects) runEffect(effect, ports);
		// What we did ourselves is seen at once.
		if (effects.length > 0) store.flush();
	}

	const ports: EffectPorts = {
		chatNode: chatNode,
		self,
		hooks,
		getUi: store.getUi,
		dispatch,
		write,
		redraw: () => screen.releaseTerminal(async () => {}),
		suspend: () =>
			screen.suspend('p2pchat-ink is suspended: the others will see you as unreachable. fg brings it back.'),
		copyView: () => screen.releaseTerminal(() => copyView.show(store.getSnapshot(), frameOf)),
		enableKitty: () => screen.enableKitty(),
		quit: reason => screen.leave({type: reason}),
	};

	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		clock,
		stopProcess: hooks.stopProcess,
		onProcessExit: hooks.onProcessExit,
		draw: onMounted => <ChatApp {...{store, chatNode: chatNode, self, frameOf, theme, onMounted}} />,
		interceptTokens: copyView.takeTokens,
		onTokens(tokens) {
			dispatch({type: 'tokens', tokens});
			notifier.recordActivity();
		},
		onResize() {
			dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows});
			store.flush();
		},
		onClose() {
			tickTimer.cancel();
			store.stop();
			notifier.stop();
			copyView.stop();
		},
	});

	// Behind the modes: they keep the title that was there.
	const notifier = createNotifier({chatNode: chatNode, self, environment, clock, getUi: store.getUi, write});

	function tick(): void {
		dispatch({type: 'tick'});
		tickTimer = clock.after(TICK_MS, tick);
	}

	let tickTimer = clock.after(TICK_MS, tick);
	const finished = screen.ended.then(end => {
		if (end.type !== 'output-closed') write(exitMessage(options, end.type === 'crashed' ? end.error : undefined));
		return end;
	});
	return {waitUntilExit: () => finished, stop: reason => screen.leave({type: reason})};
}

function initialState({stdout, bell, nameFromSystem, startupWarnings = [], visit, hooks}: ChatScreenOptions) {
	const initial = initialUiState(stdout.columns, stdout.rows, bell, hooks.clock.now());
	const ui = {...initial, isVisitor: visit !== undefined};
	if (startupWarnings.length > 0)
		return {...ui, flash: {text: startupWarnings.join('; '), level: 'warn' as const, until: 0}};
	if (!nameFromSystem) return ui;
	const text = 'You have your user’s name; /name NAME changes it, Ctrl+G shows all keys.';
	const until = hooks.clock.now() + NAME_HINT_MS;
	return {...ui, flash: {text, level: 'info' as const, until, endsOnKey: true as const}};
}
