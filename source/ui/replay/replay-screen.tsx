/**
 * The screen of a saved log.
 *
 *     const screen = runReplayScreen({history, room, stdin, stdout, stderr, environment, mono, speed, hooks, …});
 *     history.append(inputs); screen.grown({part: 0.4});   // while the file is read, and when it grows
 *     const reason = await screen.waitUntilExit();          // the terminal is restored by then
 *
 * The history is the caller's: nothing here reads or writes a file. It shows the same timeline, reduced and drawn by the
 * same code, as the chat.
 */
import type {History} from '../../core/history.js';
import type {ReplayHooks} from '../screen-hooks.js';
import {mountScreen, type ScreenEnd} from '../terminal/mount-screen.js';
import {colourDepth, createTheme, isUnicodeLocale} from '../theme.js';
import {ReplayApp} from './replay-app.js';
import {replayKeys} from './replay-bindings.js';
import type {ReplayFilter} from './replay-filter.js';
import {createReplayFrameCache} from './replay-frame.js';
import {createReplayLoop, type ReplayLoop} from './replay-loop.js';
import {initialReplayUi} from './replay-state.js';
import {createSearchIndex} from './search-index.js';

export interface ReplayScreenOptions {
	readonly history: History;
	/** Name of the room. */
	readonly room: string;
	/** Name of the log file, as it is shown. */
	readonly file?: string;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly mono: boolean;
	/** 0.25 to 16, or Infinity. */
	readonly speed: number;
	readonly filter: ReplayFilter | undefined;
	/** Orders of the marked rows. */
	readonly bookmarks: readonly string[];
	readonly hooks: ReplayHooks;
}

export type ReplayExit = ScreenEnd;

export interface LoadProgress {
	/** How much of the file is read, 0 to 1. */
	readonly loadedFraction: number;
	/** What is missing, in one line; empty: nothing. */
	readonly damage: string;
}

export interface ReplayScreen {
	/** The history has become longer. */
	reportProgress(growth: LoadProgress): void;
	/** Goes to this wall time, ms. */
	goTo(time: number): void;
	/** Following came to an end. */
	reportFollowEnded(text: string): void;
	/** Resolves once, when the terminal is as it was. Never rejects. */
	waitUntilExit(): Promise<ReplayExit>;
	/** Idempotent. */
	stop(reason: 'signal' | 'output-closed'): void;
}

export function runReplayScreen(options: ReplayScreenOptions): ReplayScreen {
	const {history, room, file = '', stdin, stdout, stderr, environment, hooks} = options;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const frameOf = createReplayFrameCache(theme);
	const loop = createReplayLoop({
		history,
		frameOf,
		searchIndex: createSearchIndex(),
		hooks,
		initial: initialReplayUi({columns: stdout.columns, rows: stdout.rows, ...options}),
		write: sequence => screen.write(sequence),
		enableKitty: () => screen.enableKitty(),
		quit: () => screen.leave({type: 'quit'}),
		redraw: () => screen.releaseTerminal(async () => {}),
		suspend: () => screen.suspend('p2pchat-ink is suspended; fg brings it back.'),
	});
	const dispatch: ReplayLoop['dispatch'] = message => {
		if (!screen.isLeaving) loop.dispatch(message);
	};
	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		clock: hooks.clock,
		boundKeys: replayKeys,
		stopProcess: hooks.stopProcess,
		onProcessExit: hooks.onProcessExit,
		draw: onMounted => <ReplayApp {...{history, frameOf, theme, onMounted, loop, room, file}} />,
		onTokens: tokens => dispatch({type: 'tokens', tokens}),
		onResize: () => dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows}),
		onClose: loop.stop,
	});

	return {
		reportProgress: ({loadedFraction, damage}) => dispatch({type: 'loaded', part: loadedFraction, banner: damage}),
		goTo: time => dispatch({type: 'go-to', time}),
		reportFollowEnded: text => dispatch({type: 'follow-ended', text}),
		waitUntilExit: () => screen.ended,
		stop: reason => screen.leave({type: reason}),
	};
}
