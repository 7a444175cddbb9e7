import type {State} from '../core/state.js';
import type {TimelineEntry} from '../core/timeline.js';

/** Time as the screen needs it; the network's Clock fits. */
export interface UiClock {
	/** Wall clock, ms since 1970. */
	now(): number;
	/** Never goes back, ms. */
	monotonic(): number;
	after(ms: number, run: () => void): {cancel(): void};
}

/** What the screen needs of the process and the machine, passed in: ui has no Node. All are optional but the clock. */

export interface ScreenHooks {
	readonly clock: UiClock;
	/** Opens a web address outside, without a shell. Resolves to an error in words, or undefined. */
	openUrl?(url: string): Promise<string | undefined>;
	/** A local clipboard tool. False: there is none, or it failed; then the terminal is asked (OSC 52). */
	copyText?(text: string): Promise<boolean>;
	/** SIGTSTP to the process group; returns at once. Left out on Windows. */
	stopProcess?(): void;
	/** Writes the timeline to a file; resolves to what to tell, rejects with what went wrong. */
	exportTimeline?(file: string, state: State): Promise<string>;
	/** Findings of the doctor, as lines. */
	runDoctor?(): Promise<readonly string[]>;
	/** Runs at the very end of the process, synchronously; returns how to take that back. */
	onProcessExit?(run: () => void): () => void;
}

/** What the replay needs of the process and the machine, passed in: ui has no Node. */
export interface ReplayHooks {
	readonly clock: UiClock;
	/** The first time a text means at or after `since` (ms); undefined: it is no time. */
	parseTime(text: string, since: number): number | undefined;
	/** A local clipboard tool. False: there is none, or it failed; then the terminal is asked (OSC 52). */
	copyText?(text: string): Promise<boolean>;
	/** Writes rows to a new file; resolves to what to tell, rejects with what went wrong. */
	exportRows?(file: string, state: State, rows: readonly TimelineEntry[]): Promise<string>;
	/** Keeps the bookmarks; resolves to the name of the file beside the log, rejects with what went wrong. */
	saveBookmarks?(orders: readonly string[]): Promise<string | undefined>;
	/** Whether to look for what is added to the file. */
	follow?(on: boolean): void;
	/** SIGTSTP to the process group; returns at once. Left out on Windows. */
	stopProcess?(): void;
	/** Runs at the very end of the process, synchronously; returns how to take that back. */
	onProcessExit?(run: () => void): () => void;
}
