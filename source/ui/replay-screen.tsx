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
import {type Instance, render, type useApp} from 'ink';
import type {History} from '../core/history.js';
import {ReplayApp} from './replay/components/replay-app.js';
import {createFinder} from './replay/finder.js';
import type {ReplayFilter} from './replay/replay-filter.js';
import {createReplayFrames} from './replay/replay-frame.js';
import type {ReplayHooks} from './replay/replay-hooks.js';
import {createReplayLoop} from './replay/replay-loop.js';
import {initialReplayUi} from './replay/replay-state.js';
import type {ReplayMessage} from './replay/update-replay.js';
import {createQuietStdin} from './terminal/quiet-stdin.js';
import {readTokens} from './terminal/read-tokens.js';
import {createTerminalModes} from './terminal/terminal-modes.js';
import {colourDepth, createTheme, isUnicodeLocale} from './theme.js';

export interface ReplayScreenOptions {
	readonly history: History;
	/** Name of the room. */
	readonly room: string;
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

export type ReplayExit =
	| {readonly type: 'quit' | 'input-ended' | 'signal' | 'output-closed'}
	| {readonly type: 'crashed'; readonly error: unknown};

export interface Growth {
	/** How much of the file is read, 0 to 1. */
	readonly part: number;
	/** What is missing, in one line; empty: nothing. */
	readonly damage: string;
}

export interface ReplayScreen {
	/** The history has become longer. */
	grown(growth: Growth): void;
	/** Goes to this wall time, ms. */
	goTo(time: number): void;
	/** Following came to an end. */
	followEnded(text: string): void;
	/** Resolves once, when the terminal is as it was. Never rejects. */
	waitUntilExit(): Promise<ReplayExit>;
	/** Idempotent. */
	stop(reason: 'signal' | 'output-closed'): void;
}

const SUSPEND_BLINK_MS = 100;

type InkApp = ReturnType<typeof useApp>;

export function runReplayScreen(options: ReplayScreenOptions): ReplayScreen {
	const {history, stdin, stdout, environment, hooks} = options;
	const {clock} = hooks;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const frameOf = createReplayFrames(theme);
	const finder = createFinder();
	const modes = createTerminalModes(write);
	let app: InkApp | undefined;
	let instance: Instance | undefined;
	let exit: ReplayExit | undefined;
	let away = false;

	function write(sequence: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(sequence);
	}

	function leave(reason: ReplayExit): void {
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
				await run();
				if (!exit) modes.enter();
			})
			.catch(error => leave({type: 'crashed', error}))
			.finally(() => {
				away = false;
			});
	}

	const loop = createReplayLoop({
		history,
		frameOf,
		finder,
		hooks,
		initial: initialReplayUi({columns: stdout.columns, rows: stdout.rows, ...options}),
		write,
		kitty: modes.enableKitty,
		quit: () => leave({type: 'quit'}),
		redraw: () => goAway(async () => {}),
		suspend() {
			goAway(async () => {
				reader.pause();
				write('p2pchat-ink is suspended; fg brings it back.\n');
				hooks.stopProcess?.();
				await new Promise<void>(resolve => clock.after(SUSPEND_BLINK_MS, resolve));
				reader.resume();
			});
		},
	});
	function dispatch(message: ReplayMessage): void {
		if (!exit) loop.dispatch(message);
	}

	const reader = readTokens(stdin, clock, {
		tokens(tokens) {
			if (!away) dispatch({type: 'tokens', tokens});
		},
		ended: () => leave({type: 'input-ended'}),
	});
	const resized = () => dispatch({type: 'resized', columns: stdout.columns, rows: stdout.rows});
	const closed = () => leave({type: 'output-closed'});
	// Before Ink's own listener: its frame must find the new size.
	stdout.on('resize', resized);
	stdout.on('error', closed);
	stdout.on('close', closed);
	const takeBack = hooks.onProcessExit?.(modes.restore);
	const finished = mount();

	async function mount(): Promise<ReplayExit> {
		const onMounted = (mounted: InkApp) => {
			app = mounted;
		};
		const screen = {history, frameOf, theme, onMounted, loop, room: options.room};
		instance = render(<ReplayApp {...screen} />, {
			stdin: createQuietStdin(stdin),
			stdout,
			stderr: options.stderr,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			alternateScreen: true,
			incrementalRendering: true,
			isScreenReaderEnabled: false,
			maxFps: 1000,
		});
		modes.enter();
		try {
			await instance.waitUntilExit();
		} catch (error) {
			exit = {type: 'crashed', error};
		}
		return cleanUp();
	}

	function cleanUp(): ReplayExit {
		loop.stop();
		reader.stop();
		modes.leave();
		takeBack?.();
		stdout.off('resize', resized);
		stdout.off('close', closed);
		return exit ?? {type: 'quit'};
	}

	return {
		grown: ({part, damage}) => dispatch({type: 'loaded', part, banner: damage}),
		goTo: time => dispatch({type: 'go-to', time}),
		followEnded: text => dispatch({type: 'follow-ended', text}),
		waitUntilExit: () => finished,
		stop: reason => leave({type: reason}),
	};
}
