/**
 * Full-screen chat of a running node. It connects the terminal, the reducer updateChat, the effects and the screen
 * store.
 *
 *     const screen = runChatScreen({chatNode, self, stdin, stdout, stderr, environment, bell, mono, hooks});
 *     const reason = await screen.waitUntilExit();
 *     await chatNode.stop(…);
 *
 * The caller handles signals and calls `screen.stop('signal')`. The screen neither exits the process nor stops the
 * node.
 */

import {createMessageNumbers} from '../../node/commands/message-numbers.js';
import {addressingOf, draftToKeep} from '../addressee.js';
import {chatKeys} from '../input/key-bindings.js';
import {reduceEditor} from '../input/reduce-editor.js';
import {createNotifier} from '../notifications.js';
import {type ChatScreen, exitMessage, type FullScreenOptions} from '../screen-contract.js';
import {mountScreen} from '../terminal/mount-screen.js';
import {asksBackground, themeOf} from '../theme.js';
import {noUnread} from '../timeline/describe-unread.js';
import {ChatApp} from './chat-app.js';
import {initialUiState, type ScreenMessage, type UiState} from './chat-state.js';
import {createCopyView} from './copy-view.js';
import {createFrameCache} from './frame.js';
import {type EffectPorts, runEffect} from './run-effects.js';
import {createScreenStore} from './screen-store.js';
import {entriesSeen, watchMissed} from './seen-entries.js';
import {updateChat} from './update-chat.js';

/** Interval at which expired questions and short messages are removed and an open network pane is drawn again, ms. */
const TICK_MS = 500;
/** Time for which the hint on changing the name is shown, ms. */
const NAME_HINT_MS = 8000;

/** Opens the full screen and returns immediately. */
export function runChatScreen(options: FullScreenOptions): ChatScreen {
	const {chatNode, self, stdin, stdout, stderr, environment, hooks} = options;
	const {clock} = hooks;
	let theme = themeOf(environment, options);
	let frameOf = createFrameCache(theme, self);
	const {reading} = chatNode;
	const store = createScreenStore(chatNode.store, initialState(options), clock, {
		reading,
		entriesSeen: snapshot => entriesSeen(snapshot, frameOf),
	});
	const write = (sequence: string) => screen.write(sequence);
	const copyView = createCopyView(write, stdout);

	function dispatch(message: ScreenMessage): void {
		if (screen.isLeaving) return;
		const unread = reading?.unread() ?? noUnread;
		const context = {state: chatNode.store.getState(), self, unread, now: clock.monotonic(), frameOf};
		const {ui, effects} = updateChat(store.getUi(), message, context);
		store.setUi(ui);
		saveNotes(ui);
		for (const effect of effects) runEffect(effect, ports);
		// A key press that caused an effect, such as sending a message, is drawn without delay.
		if (effects.length > 0) store.flush();
	}

	let saved = options.notes?.initial;

	/** Saves the draft and the list of ignored people, which the next screen of the same node restores. */
	function saveNotes({editor, ignored, composing, addressee}: UiState): void {
		const draft = draftToKeep({addressee}, editor.text, chatNode.store.getState());
		if (!saved || (saved.draft === draft && saved.ignored === ignored && saved.composing === composing)) return;
		saved = {draft, ignored, composing};
		options.notes?.save(saved);
	}

	const ports: EffectPorts = {
		chatNode,
		self,
		hooks,
		getUi: store.getUi,
		numbers: createMessageNumbers(),
		dispatch,
		write,
		redraw: () => screen.releaseTerminal(async () => {}),
		suspend: () => screen.suspend('p2pchat-ink is suspended. Others will see you as unreachable. Type fg to resume.'),
		copyView: () => screen.releaseTerminal(() => copyView.show(store.getSnapshot(), frameOf)),
		enableKitty: () => screen.enableKitty(),
		quit: reason => screen.leave({type: reason}),
	};

	const draw = () => <ChatApp {...{store, chatNode, self, frameOf, theme}} />;
	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		hooks,
		boundKeys: chatKeys,
		draw,
		...(asksBackground(environment, options) && {
			onBackground(isLight: boolean) {
				theme = themeOf(environment, {...options, theme: isLight ? 'light' : 'dark'});
				frameOf = createFrameCache(theme, self);
				screen.show(draw());
			},
		}),
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
			stopWatching();
			store.stop();
			notifier.stop();
			copyView.stop();
		},
	});

	const stopWatching = watchMissed(reading, clock, (lastRead, since) => dispatch({type: 'missed', lastRead, since}));
	reading?.markRead(entriesSeen(store.getSnapshot(), frameOf));

	// The notifier changes the terminal's title, so it is created after the screen has saved that title.
	const notifier = createNotifier({
		chatNode,
		self,
		environment,
		clock,
		getUi: store.getUi,
		writeIfReading: sequence => screen.writeIfReading(sequence),
	});

	function tick(): void {
		dispatch({type: 'tick'});
		tickTimer = clock.after(TICK_MS, tick);
	}

	let tickTimer = clock.after(TICK_MS, tick);
	const finished = screen.ended.then(end => {
		if (end.type !== 'output-closed') write(exitMessage(options, end.type === 'crashed' ? end.error : undefined));
		return end;
	});
	return {
		waitUntilExit: () => finished,
		stop: reason => screen.leave({type: reason}),
		showMessage: (text, draft) =>
			dispatch(
				draft === undefined
					? {type: 'flash', flash: {text, level: 'error', until: 0}}
					: {type: 'draft-rejected', draft, text},
			),
	};
}

function initialState({
	chatNode,
	stdout,
	bell,
	nameFromSystem,
	startupWarnings = [],
	demoVisit,
	hooks,
	notes,
}: FullScreenOptions) {
	const initial = initialUiState(stdout.columns, stdout.rows, bell, hooks.clock.monotonic());
	const {draft = '', ignored = [], composing} = notes?.initial ?? {};
	const editor = draft === '' ? initial.editor : reduceEditor(initial.editor, {type: 'set', text: draft});
	const addressing = addressingOf(draft, chatNode.store.getState());
	const ui = {...initial, ...addressing, editor, ignored, composing, isVisitor: demoVisit !== undefined};
	if (startupWarnings.length > 0)
		return {
			...ui,
			flash: {
				text: startupWarnings.join('; '),
				level: 'warn' as const,
				until: Number.POSITIVE_INFINITY,
				endsOnKey: true as const,
			},
		};
	if (!nameFromSystem) return ui;
	const text = 'Your name is your OS user name; /name NAME changes it. Ctrl+G shows all keys.';
	const until = hooks.clock.monotonic() + NAME_HINT_MS;
	return {...ui, flash: {text, level: 'info' as const, until, endsOnKey: true as const}};
}
