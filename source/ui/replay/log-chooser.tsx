/** Screen to choose one of the saved logs, newest first. It reads the summary of each log while the list is shown. */
import {Box} from 'ink';
import type {ReactNode} from 'react';
import {Lines} from '../panes/lines.js';
import type {SharedHooks} from '../screen-hooks.js';
import {mountScreen} from '../terminal/mount-screen.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {padCells} from '../text/graphemes.js';
import {type Segment, type Theme, type ThemeChoice, themeOf} from '../theme.js';
import {formatMoment} from '../timeline/format-time.js';
import {replayKeys} from './replay-bindings.js';

/** A saved log, as one row of the list. */
export interface SavedLog {
	readonly path: string;
	readonly room: string;
	/** Wall clock time of creation, ms. */
	readonly created: number;
	/** Size of the log file as text, for example `1.2 MB`. */
	readonly size: string;
}

/** Summary of a log, known after the log has been read. */
export interface LogSummary {
	readonly events: number;
	readonly peers: number;
	readonly damaged: boolean;
}

export interface LogChooserOptions {
	readonly logs: readonly SavedLog[];
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly mono: boolean;
	readonly theme?: ThemeChoice;
	readonly hooks: Pick<SharedHooks, 'clock' | 'onContinue' | 'onProcessExit'>;
	/** Reads and summarizes a log. If this fails, the row of the log keeps its placeholders. */
	summarize(path: string): Promise<LogSummary>;
}

export interface LogChooser {
	/** Path of the chosen log, or undefined if the user chose none. Resolves after the terminal is restored. */
	readonly chosen: Promise<string | undefined>;
	/** Closes the screen without a choice. Idempotent. */
	stop(): void;
}

/** Opens the log chooser. */
export function chooseFromLogs(options: LogChooserOptions): LogChooser {
	const {logs, stdin, stdout, stderr, environment, hooks} = options;
	const theme = themeOf(environment, options);
	let state: ChooserState = {logs, summaries: new Map(), selectedIndex: 0, columns: stdout.columns, rows: stdout.rows};
	let path: string | undefined;

	const renderApp = () => <ChooserApp state={state} theme={theme} />;

	function draw(next: ChooserState): void {
		if (screen.isLeaving || next === state) return;
		state = next;
		screen.show(renderApp());
	}

	function leave(chosen?: string): void {
		if (screen.isLeaving) return;
		path = chosen;
		screen.leave({type: 'quit'});
	}

	function applyKey(key: string): void {
		if (key === 'q' || key === 'escape' || key === 'ctrl+c' || key === 'ctrl+d') leave();
		else if (key === 'enter') leave(logs[state.selectedIndex]?.path);
		else draw(moveSelection(state, key));
	}

	const screen = mountScreen({
		stdin,
		stdout,
		stderr,
		hooks,
		boundKeys: replayKeys,
		draw: renderApp,
		onTokens(tokens) {
			for (const token of tokens) {
				if (token.type === 'key') applyKey(token.key);
				if (token.type === 'text') for (const character of token.text) applyKey(character);
				if (token.type === 'kitty-keyboard') screen.enableKitty();
			}
		},
		onResize: () => draw({...state, columns: stdout.columns, rows: stdout.rows}),
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

interface ChooserState {
	readonly logs: readonly SavedLog[];
	readonly summaries: ReadonlyMap<string, LogSummary>;
	readonly selectedIndex: number;
	readonly columns: number;
	readonly rows: number;
}

/** Number of rows that title, column heads and footer take. */
const FRAME_ROWS = 3;

/** Moves the selection with an arrow key, a page key or a letter. */
function moveSelection(state: ChooserState, key: string): ChooserState {
	const page = Math.max(1, state.rows - FRAME_ROWS);
	const moves: Readonly<Record<string, number>> = {
		up: -1,
		k: -1,
		down: 1,
		j: 1,
		pageup: -page,
		pagedown: page,
		g: -state.logs.length,
		home: -state.logs.length,
		G: state.logs.length,
		end: state.logs.length,
	};
	const selectedIndex = Math.max(0, Math.min(state.logs.length - 1, state.selectedIndex + (moves[key] ?? 0)));
	return selectedIndex === state.selectedIndex ? state : {...state, selectedIndex};
}

/** Title, column heads and the visible logs. */
function chooserRows({logs, summaries, selectedIndex, columns, rows}: ChooserState, theme: Theme): Segment[][] {
	const {ellipsis, selected} = theme.glyphs;
	const line = (cells: readonly string[]) => ` ${cells.join('  ')}`;
	const widths = [16, 12, 7, 5, 8];
	const formatCells = (cells: readonly string[]) =>
		line(
			cells.map((cell, index) =>
				index >= 2 && index < 5 ? cell.padStart(widths[index] ?? 0) : padCells(cell, widths[index] ?? 0, ellipsis),
			),
		);
	const listRows = Math.max(1, rows - FRAME_ROWS);
	const first = Math.max(0, Math.min(selectedIndex - Math.floor(listRows / 2), logs.length - listRows));
	const nameCells = Math.max(0, columns - 62);
	const head = formatCells(['when', 'room', 'events', 'peers', 'size', '']);
	const list = logs.slice(first, first + listRows).map((log, index): Segment[] => {
		const summary = summaries.get(log.path);
		const isSelected = first + index === selectedIndex;
		const cells = [
			formatMoment(log.created).slice(0, 16),
			cleanLine(log.room),
			summary ? String(summary.events) : ellipsis,
			summary ? String(summary.peers) : ellipsis,
			log.size,
		];
		const note = summary?.damaged ? 'damaged ' : '';
		const name = padCells(`${note}${cleanLine(log.path.split(/[\\/]/).at(-1) ?? '')}`, nameCells, ellipsis);
		return [
			{text: isSelected ? selected : ' ', style: {bold: true}},
			{
				text: padCells(`${formatCells(cells)}  ${name}`, columns - 1, ellipsis),
				...(isSelected && {style: {bold: true}}),
			},
		];
	});
	return [
		[
			{
				text: padCells(
					` REPLAY: which log? ${logs.length} saved ${logs.length === 1 ? 'log' : 'logs'}`,
					columns,
					ellipsis,
				),
				style: {...theme.statusBar, bold: true},
			},
		],
		[{text: padCells(` ${head}`, columns, ellipsis), style: theme.muted}],
		...list,
	];
}

function ChooserApp({state, theme}: {readonly state: ChooserState; readonly theme: Theme}): ReactNode {
	const rows = chooserRows(state, theme);
	const footer = padCells(' ↑ ↓: choose   Enter: open   q: quit', state.columns, theme.glyphs.ellipsis);
	return (
		<Box flexDirection="column" width={state.columns} height={state.rows}>
			<Box flexDirection="column" height={state.rows - 1} flexShrink={0}>
				<Lines rows={rows} width={state.columns} />
			</Box>
			<Lines rows={[[{text: footer, style: theme.statusBar}]]} width={state.columns} />
		</Box>
	);
}
