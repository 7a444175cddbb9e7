/** A list of saved logs to choose from, newest first. What is in each is read while the list is looked at. */
import {type Instance, render} from 'ink';
import {createQuietStdin} from '../terminal/quiet-stdin.js';
import {readTokens} from '../terminal/read-tokens.js';
import {createTerminalModes} from '../terminal/terminal-modes.js';
import {colourDepth, createTheme, isUnicodeLocale} from '../theme.js';
import type {UiClock} from '../ui-clock.js';
import {type ChooserState, type LogSummary, moveChoice, type SavedLog} from './chooser-state.js';
import {ChooserApp} from './components/chooser-app.js';

export interface LogChooserOptions {
	readonly logs: readonly SavedLog[];
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly mono: boolean;
	readonly clock: UiClock;
	summarize(path: string): Promise<LogSummary>;
	onProcessExit?(run: () => void): () => void;
}

export interface LogChooser {
	/** Resolves to a path once the terminal is as it was; undefined: none was chosen. */
	readonly chosen: Promise<string | undefined>;
	/** Idempotent. */
	stop(): void;
}

export function chooseFromLogs(options: LogChooserOptions): LogChooser {
	const {logs, stdin, stdout, environment} = options;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	const modes = createTerminalModes(sequence => {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(sequence);
	});
	let state: ChooserState = {logs, summaries: new Map(), at: 0, columns: stdout.columns, rows: stdout.rows};
	let instance: Instance | undefined;
	let path: string | undefined;
	let done = false;

	function draw(next: ChooserState): void {
		if (done || next === state) return;
		state = next;
		instance?.rerender(<ChooserApp state={state} theme={theme} />);
	}

	function leave(chosen?: string): void {
		if (done) return;
		done = true;
		path = chosen;
		instance?.unmount();
	}

	function press(key: string): void {
		if (key === 'q' || key === 'escape' || key === 'ctrl+c' || key === 'ctrl+d') leave();
		else if (key === 'enter') leave(logs[state.at]?.path);
		else draw(moveChoice(state, key));
	}

	const reader = readTokens(stdin, options.clock, {
		tokens(tokens) {
			for (const token of tokens) {
				if (token.type === 'key') press(token.key);
				if (token.type === 'text') for (const character of token.text) press(character);
				if (token.type === 'kitty') modes.enableKitty();
			}
		},
		ended: () => leave(),
	});
	const resized = () => draw({...state, columns: stdout.columns, rows: stdout.rows});
	stdout.on('resize', resized);
	const takeBack = options.onProcessExit?.(modes.restore);

	async function summarizeAll(): Promise<void> {
		for (const log of logs) {
			if (done) return;
			const summary = await options.summarize(log.path).catch(() => undefined);
			if (summary) draw({...state, summaries: new Map(state.summaries).set(log.path, summary)});
		}
	}

	async function run(): Promise<string | undefined> {
		instance = render(<ChooserApp state={state} theme={theme} />, {
			stdin: createQuietStdin(stdin),
			stdout,
			stderr: options.stderr,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			alternateScreen: true,
			incrementalRendering: true,
			isScreenReaderEnabled: false,
		});
		modes.enter();
		void summarizeAll();
		try {
			await instance.waitUntilExit();
		} finally {
			done = true;
			reader.stop();
			modes.leave();
			takeBack?.();
			stdout.off('resize', resized);
		}
		return path;
	}

	return {chosen: run(), stop: () => leave()};
}
