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
import type {BellMode} from '../session/command/parse-command.js';
import type {SelfInfo, Session} from '../session/session.js';
import {App} from './components/app.js';
import {showCopyView} from './copy-view-shell.js';
import {lastWords} from './last-words.js';
import {createFrames} from './model/frame.js';
import type {Message} from './model/message.js';
import {initialUiState} from './model/ui-state.js';
import {update} from './model/update.js';
import {mountScreen, type ScreenEnd} from './mount-screen.js';
import {createNotifier} from './notify/notifier.js';
import {type EffectPorts, runEffect} from './run-effects.js';
import type {ScreenHooks} from './screen-hooks.js';
import {createScreenStore} from './screen-store.js';
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
	/** Said before the screen stood, and hidden by it. */
	readonly complaints?: readonly string[];
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
	const {session, self, stdin, stdout, stderr, environment, hooks} = options;
	const {clock} = hooks;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const frameOf = createFrames(theme, self);
	const store = createScreenStore(session.store, openingState(options), clock);
	const write = (sequence: string) => screen.write(sequence);
	const copyView = showCopyView(write, stdout);

	function dispatch(message: Message): void {
		if (screen.isLeaving) return;
		const context = {state: session.store.getState(), self, now: clock.now(), frameOf};
		const {ui, effects} = update(store.getUi(), message, context);
		store.setUi(ui);
		for (const effect of effects) runEffect(effect, ports);
		// What we did ourselves is seen at once.
		if (effects.length > 0) store.flush();
	}

	const ports: EffectPorts = {
		session,
		self,
		hooks,
		getUi: store.getUi,
		dispatch,
		write,
		redraw: () => screen.giveAway(async () => {}),
		suspend: () =>
			screen.suspend('p2pchat-ink is suspended: the others will see you as unreachable. fg brings it back.'),
		copyView: () => screen.giveAway(() => copyView.show(store.getSnapshot(), frameOf)),
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
		draw: onMounted => <App {...{store, session, self, frameOf, theme, onMounted}} />,
		takesAway: copyView.take,
		tokens(tokens) {
			dispatch({type: 'tokens', tokens});
			notifier.attend();
		},
		resized() {
			dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows});
			store.flush();
		},
		closing() {
			ticker.cancel();
			store.stop();
			notifier.stop();
			copyView.stop();
		},
	});

	// Behind the modes: they keep the title that was there.
	const notifier = createNotifier({session, self, environment, clock, getUi: store.getUi, write});

	function tick(): void {
		dispatch({type: 'tick'});
		ticker = clock.after(TICK_MS, tick);
	}

	let ticker = clock.after(TICK_MS, tick);
	const finished = screen.ended.then(end => {
		if (end.type !== 'output-closed') write(lastWords(options, end.type === 'crashed' ? end.error : undefined));
		return end;
	});
	return {waitUntilExit: () => finished, stop: reason => screen.leave({type: reason})};
}

function openingState({stdout, bell, nameFromSystem, complaints = [], visit, hooks}: ChatScreenOptions) {
	const first = initialUiState(stdout.columns, stdout.rows, bell, hooks.clock.now());
	const ui = {...first, visiting: visit !== undefined};
	if (complaints.length > 0) return {...ui, flash: {text: complaints.join('; '), level: 'warn' as const, until: 0}};
	if (!nameFromSystem) return ui;
	const text = 'You have your user’s name; /name NAME changes it, Ctrl+G shows all keys.';
	const until = hooks.clock.now() + NAME_HINT_MS;
	return {...ui, flash: {text, level: 'info' as const, until, orKey: true as const}};
}
