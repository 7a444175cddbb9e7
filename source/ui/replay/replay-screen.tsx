/**
 * Full screen that replays a saved log.
 *
 *     const screen = runReplayScreen({history, room, stdin, stdout, stderr, environment, mono, speed, hooks, …});
 *     history.append(inputs);
 *     screen.reportProgress({loadedFraction: 0.4, damage: ''});   // while the file is read, and when it grows
 *     const end = await screen.waitUntilExit();                   // resolves after the terminal is restored
 *
 * The caller owns the history and reads the file. The same code as in the chat computes and draws the timeline.
 */
import type {History} from '../../core/history.js';
import type {ReplayHooks} from '../screen-hooks.js';
import {mountScreen, type ScreenEnd} from '../terminal/mount-screen.js';
import {asksBackground, type ThemeChoice, themeOf} from '../theme.js';
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
	/** Name of the log file, for the transport bar. */
	readonly file?: string;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly mono: boolean;
	readonly theme?: ThemeChoice;
	/** Speed of playback, 0.25 to 16, or Infinity. */
	readonly speed: number;
	readonly filter: ReplayFilter | undefined;
	/** Sortable order strings of the bookmarked rows. */
	readonly bookmarks: readonly string[];
	readonly hooks: ReplayHooks;
}

interface LoadProgress {
	/** Part of the file that has been read, 0 to 1. */
	readonly loadedFraction: number;
	/** One line on what is missing from a damaged file; empty if the file is undamaged. */
	readonly damage: string;
}

export interface ReplayScreen {
	/** Must be called when the history has grown. */
	reportProgress(growth: LoadProgress): void;
	/** Moves to a wall clock time, ms. */
	goTo(time: number): void;
	/** Shows that the file can no longer be followed; `text` is the reason. */
	reportFollowEnded(text: string): void;
	/** Resolves when the terminal is restored. Never rejects. */
	waitUntilExit(): Promise<ScreenEnd>;
	/** Closes the screen. Idempotent. */
	stop(reason: 'signal' | 'output-closed'): void;
}

/** Opens the replay screen. */
export function runReplayScreen(options: ReplayScreenOptions): ReplayScreen {
	const {history, room, file = '', stdin, stdout, stderr, environment, hooks} = options;
	let theme = themeOf(environment, options);
	let frameCache = createReplayFrameCache(theme);
	const frameOf: typeof frameCache = (...request) => frameCache(...request);
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
		suspend: () => screen.suspend('p2pchat-ink is suspended. Type fg to resume.'),
	});
	const dispatch: ReplayLoop['dispatch'] = message => {
		if (!screen.isLeaving) loop.dispatch(message);
	};
	const draw = () => <ReplayApp {...{history, frameOf, theme, loop, room, file}} />;
	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		hooks,
		boundKeys: replayKeys,
		draw,
		...(asksBackground(environment, options) && {
			onBackground(isLight: boolean) {
				theme = themeOf(environment, {...options, theme: isLight ? 'light' : 'dark'});
				frameCache = createReplayFrameCache(theme);
				screen.show(draw());
			},
		}),
		onTokens: tokens => dispatch({type: 'tokens', tokens}),
		onResize: () => dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows}),
		onClose: loop.stop,
	});

	return {
		reportProgress: ({loadedFraction, damage}) => dispatch({type: 'loaded', fraction: loadedFraction, banner: damage}),
		goTo: time => dispatch({type: 'go-to', time}),
		reportFollowEnded: text => dispatch({type: 'follow-ended', text}),
		waitUntilExit: () => screen.ended,
		stop: reason => screen.leave({type: reason}),
	};
}
