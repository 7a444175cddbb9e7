import './terminal.js';
import {loadLog, recordsToInputs} from '../../source/cli/saved-log.js';
import type {Input} from '../../source/core/event.js';
import {createHistory, type History} from '../../source/core/history.js';
import type {State} from '../../source/core/state.js';
import type {TimelineEntry} from '../../source/core/timeline.js';
import {createFeedTips} from '../../source/feed/feed-tips.js';
import {parseTime, resolveTime} from '../../source/node/parse-time.js';
import {openLogReader} from '../../source/storage/log-reader.js';
import type {ReplayScreen, ReplayScreenOptions} from '../../source/ui/replay/replay-screen.js';
import type {ReplayHooks} from '../../source/ui/screen-hooks.js';
import type {ScreenEnd} from '../../source/ui/terminal/mount-screen.js';
import {liveClock} from './launch-chat.js';
import {Terminal} from './terminal.js';

/** A running replay screen, and the calls of its hooks. */
export interface Replay {
	readonly terminal: Terminal;
	readonly history: History;
	readonly screen: ReplayScreen;
	readonly saved: (readonly string[])[];
	readonly exported: {file: string; state: State; rows: readonly TimelineEntry[]}[];
	readonly copied: string[];
	readonly followed: boolean[];
	/** Why the screen ended; undefined while it runs. */
	exit(): ScreenEnd | undefined;
	/** Types each text, which the program receives in one read, and waits until the screen shows the result. */
	press(...reads: string[]): Promise<void>;
	/**
	 * The row of the screen with the transport bar (position, time and speed of the replay); empty if the bar is not
	 * shown.
	 */
	bar(): string;
	close(): Promise<void>;
}

export interface ReplayLaunch {
	readonly inputs: readonly Input[];
	readonly columns?: number;
	readonly rows?: number;
	readonly environment?: Record<string, string>;
	readonly hooks?: Partial<ReplayHooks>;
	readonly options?: Partial<ReplayScreenOptions>;
}

const UNICODE = {TERM: 'xterm-256color', LANG: 'en_US.UTF-8'};

/** Reads a log file as input for a history. */
export async function readInputs(file: string): Promise<Input[]> {
	const {header} = await loadLog(file);
	const reader = openLogReader(file);
	const tips = createFeedTips({roomTag: header.roomTag});
	const inputs: Input[] = [];
	for await (const records of reader.read()) inputs.push(...recordsToInputs(records, tips));
	reader.close();
	return inputs;
}

/** Opens the replay screen on an in-memory terminal. */
export async function launchReplay({
	inputs,
	columns,
	rows,
	environment,
	hooks,
	options,
}: ReplayLaunch): Promise<Replay> {
	// Imported dynamically, because terminal.ts must set environment variables before the colour library loads.
	const {runReplayScreen} = await import('../../source/ui/replay/replay-screen.js');
	const terminal = new Terminal(columns, rows);
	const history = createHistory();
	const calls = {saved: [], exported: [], copied: [], followed: []} as Pick<
		Replay,
		'saved' | 'exported' | 'copied' | 'followed'
	>;
	history.append(inputs);
	let exited: ScreenEnd | undefined;
	const screen = runReplayScreen({
		history,
		room: 'third floor',
		stdin: terminal.stdin,
		stdout: terminal.stdout,
		stderr: terminal.stdout,
		environment: environment ?? UNICODE,
		mono: false,
		speed: 1,
		filter: undefined,
		bookmarks: [],
		hooks: {
			clock: liveClock,
			parseTime(text, since) {
				const point = parseTime(text, Date.now());
				return point && resolveTime(point, since);
			},
			saveBookmarks: async orders => void calls.saved.push(orders),
			exportRows: async (file, state, exported) => {
				calls.exported.push({file, state, rows: exported});
				return `written to ${file}`;
			},
			copyText: async text => {
				calls.copied.push(text);
				return true;
			},
			follow: on => void calls.followed.push(on),
			...hooks,
		},
		...options,
	});
	const finished = screen.waitUntilExit().then(reason => {
		exited = reason;
	});
	screen.reportProgress({loadedFraction: 1, damage: ''});
	await terminal.until(() => terminal.alternate && terminal.text().includes('REPLAY'));
	return {
		terminal,
		history,
		screen,
		...calls,
		exit: () => exited,
		async press(...reads) {
			for (const read of reads) {
				terminal.type(read);
				// A lone Esc takes effect after the escape timeout, and a frame is drawn within 16 ms. The loop then waits
				// until nothing more is drawn.
				let before = -1;
				await new Promise(resolve => setTimeout(resolve, read.endsWith('\u001B') ? 60 : 20));
				for (let attempt = 0; attempt < 4 && before !== terminal.output.length; attempt++) {
					before = terminal.output.length;
					await new Promise(resolve => setTimeout(resolve, 17));
				}
			}
			await terminal.until(() => true);
		},
		bar: () => terminal.rows().find(row => row.includes('REPLAY')) ?? '',
		async close() {
			screen.stop('signal');
			await finished;
			terminal.dispose();
		},
	};
}
