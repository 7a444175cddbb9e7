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
import {type Instance, render, type useApp} from 'ink';
import type {BellMode} from '../session/command/parse-command.js';
import type {SelfInfo, Session} from '../session/session.js';
import {App} from './components/app.js';
import {showCopyView} from './copy-view-shell.js';
import type {Token} from './keys/token.js';
import {lastWords} from './last-words.js';
import {createFrames} from './model/frame.js';
import type {Message} from './model/message.js';
import {initialUiState} from './model/ui-state.js';
import {update} from './model/update.js';
import {createNotifier} from './notify/notifier.js';
import {type EffectPorts, runEffect} from './run-effects.js';
import type {ScreenHooks} from './screen-hooks.js';
import {createScreenStore} from './screen-store.js';
import {createQuietStdin} from './terminal/quiet-stdin.js';
import {readTokens} from './terminal/read-tokens.js';
import {createTerminalModes} from './terminal/terminal-modes.js';
import {colourDepth, createTheme, isUnicodeLocale} from './theme.js';

export interface ChatScreenOptions {
	readonly session: Session;
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
	/** Only looking around: Esc leaves too, and these are the last words, since no log stays. */
	readonly visit?: {readonly lastWords: string};
	readonly hooks: ScreenHooks;
}

export type ExitReason =
	| {readonly type: 'quit' | 'input-ended' | 'signal' | 'output-closed'}
	| {readonly type: 'crashed'; readonly error: unknown};

export interface ChatScreen {
	/** Resolves once, when the terminal is as it was. Never rejects. */
	waitUntilExit(): Promise<ExitReason>;
	/** Idempotent; also the way out for signals and a closed stdout. */
	stop(reason: 'signal' | 'output-closed'): void;
}

/** Redrawing an open network pane; also ends questions and short messages. */
const TICK_MS = 500;
const SUSPEND_BLINK_MS = 100;

/** Frames a second: the store says when to draw, Ink's own pace would come on top. */
const UNTHROTTLED = 1000;

type InkApp = ReturnType<typeof useApp>;

export function runChatScreen(options: ChatScreenOptions): ChatScreen {
	const {session, self, stdin, stdout, environment, hooks} = options;
	const {clock} = hooks;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const frameOf = createFrames(theme);
	const store = createScreenStore(session.store, openingState(options), clock);
	const modes = createTerminalModes(write);
	let app: InkApp | undefined;
	let instance: Instance | undefined;
	let exit: ExitReason | undefined;
	let away = false;
	/** What was typed while the terminal was coming back. */
	const missed: (readonly Token[])[] = [];
	let ticker: {cancel(): void} | undefined;

	function write(sequence: string): void {
		if (stdout.destroyed || stdout.writableEnded) return;
		stdout.write(sequence);
	}

	function dispatch(message: Message): void {
		if (exit) return;
		const context = {state: session.store.getState(), self, now: clock.now(), frameOf};
		const {ui, effects} = update(store.getUi(), message, context);
		store.setUi(ui);
		for (const effect of effects) runEffect(effect, ports);
		// What we did ourselves is seen at once.
		if (effects.length > 0) store.flush();
	}

	function take(tokens: readonly Token[]): void {
		dispatch({type: 'tokens', tokens});
		notifier.attend();
	}

	function leave(reason: ExitReason): void {
		if (exit) return;
		exit = reason;
		app?.exit();
		instance?.unmount();
	}

	/** Gives the terminal away, takes it back. One at a time. */
	function goAway(run: () => Promise<void>): void {
		if (away || exit || !app) return;
		away = true;
		void app
			.suspendTerminal(async () => {
				modes.leave();
				try {
					await run();
				} finally {
					if (!exit) modes.enter();
				}
			})
			.catch(error => leave({type: 'crashed', error}))
			.finally(() => {
				away = false;
				for (const tokens of missed.splice(0)) take(tokens);
			});
	}

	const ports: EffectPorts = {
		session,
		self,
		hooks,
		getUi: store.getUi,
		dispatch,
		write,
		redraw: () => goAway(async () => {}),
		suspend() {
			goAway(async () => {
				reader.pause();
				write('p2pchat-ink is suspended: the others will see you as unreachable. fg brings it back.\n');
				hooks.stopProcess?.();
				await new Promise<void>(resolve => clock.after(SUSPEND_BLINK_MS, resolve));
				reader.resume();
			});
		},
		copyView: () => goAway(() => copyView.show(store.getSnapshot(), frameOf)),
		enableKitty: modes.enableKitty,
		quit: reason => leave({type: reason}),
	};
	const copyView = showCopyView(write, stdout);

	const reader = readTokens(stdin, clock, {
		tokens(tokens) {
			if (copyView.take(tokens)) return;
			if (away) missed.push(tokens);
			else take(tokens);
		},
		ended: () => leave({type: 'input-ended'}),
	});
	const notifier = createNotifier({session, self, environment, clock, getUi: store.getUi, write});

	function resized(): void {
		dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows});
		store.flush();
	}

	function tick(): void {
		dispatch({type: 'tick'});
		ticker = clock.after(TICK_MS, tick);
	}

	const closed = () => leave({type: 'output-closed'});
	// Before Ink's own listener: its frame must find the new size.
	stdout.on('resize', resized);
	stdout.on('error', closed);
	stdout.on('close', closed);
	const takeBack = hooks.onProcessExit?.(modes.restore);
	const finished = mount();
	ticker = clock.after(TICK_MS, tick);

	async function mount(): Promise<ExitReason> {
		const onMounted = (mounted: InkApp) => {
			app = mounted;
		};
		const screen = {store, session, self, frameOf, theme, onMounted};
		instance = render(<App {...screen} />, {
			stdin: createQuietStdin(stdin),
			stdout,
			stderr: options.stderr,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			alternateScreen: true,
			incrementalRendering: true,
			isScreenReaderEnabled: false,
			maxFps: UNTHROTTLED,
		});
		modes.enter();
		try {
			await instance.waitUntilExit();
		} catch (error) {
			exit = {type: 'crashed', error};
		}
		return cleanUp();
	}

	function cleanUp(): ExitReason {
		ticker?.cancel();
		store.stop();
		notifier.stop();
		reader.stop();
		copyView.stop();
		modes.leave();
		takeBack?.();
		stdout.off('resize', resized);
		stdout.off('close', closed);
		const reason = exit ?? {type: 'quit'};
		if (reason.type !== 'output-closed')
			write(lastWords(options, reason.type === 'crashed' ? reason.error : undefined));
		return reason;
	}

	return {waitUntilExit: () => finished, stop: reason => leave({type: reason})};
}

function openingState({stdout, bell, nameFromSystem, visit, hooks}: ChatScreenOptions) {
	const first = initialUiState(stdout.columns, stdout.rows, bell, hooks.clock.now());
	const ui = {...first, visiting: visit !== undefined};
	if (!nameFromSystem) return ui;
	const text = 'This is the name of your user on this computer; /name NAME changes it, Ctrl+G shows all keys.';
	return {...ui, flash: {text, level: 'info' as const, until: 0}};
}
