/** A list of saved logs to choose from, newest first. What is in each is read while the list is looked at. */
import {mountScreen} from '../mount-screen.js';
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
	const {logs, stdin, stdout, stderr, environment, clock} = options;
	const theme = createTheme({unicode: isUnicodeLocale(environment), depth: colourDepth(environment, options.mono)});
	let state: ChooserState = {logs, summaries: new Map(), at: 0, columns: stdout.columns, rows: stdout.rows};
	let path: string | undefined;

	const drawn = () => <ChooserApp state={state} theme={theme} />;

	function draw(next: ChooserState): void {
		if (screen.isLeaving || next === state) return;
		state = next;
		screen.show(drawn());
	}

	function leave(chosen?: string): void {
		if (screen.isLeaving) return;
		path = chosen;
		screen.leave({type: 'quit'});
	}

	function press(key: string): void {
		if (key === 'q' || key === 'escape' || key === 'ctrl+c' || key === 'ctrl+d') leave();
		else if (key === 'enter') leave(logs[state.at]?.path);
		else draw(moveChoice(state, key));
	}

	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		clock,
		onProcessExit: options.onProcessExit,
		draw: drawn,
		tokens(tokens) {
			for (const token of tokens) {
				if (token.type === 'key') press(token.key);
				if (token.type === 'text') for (const character of token.text) press(character);
				if (token.type === 'kitty') screen.enableKitty();
			}
		},
		resized: () => draw({...state, columns: stdout.columns, rows: stdout.rows}),
	});

	async function summarizeAll(): Promise<void> {
		for (const log of logs) {
			if (screen.isLeaving) return;
			const summary = await options.summarize(log.path).catch(() => undefined);
			if (summary) draw({...state, summaries: new Map(state.summaries).set(log.path, summary)});
		}
	}

	void summarizeAll();
	const chosen = screen.ended.then(end => {
		if (end.type === 'crashed') throw end.error;
		return path;
	});
	return {chosen, stop: () => leave()};
}
