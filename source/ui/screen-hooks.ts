/**
 * Access of the screens to the process and the machine, passed in because `ui/` uses no Node module. All hooks but the
 * clock are optional; without one the screen says that the feature is not available.
 */
import type {Clock} from '../core/environment.js';
import type {State} from '../core/state.js';
import type {TimelineEntry} from '../core/timeline.js';

/** Hooks that every screen uses. */
export interface SharedHooks {
	readonly clock: Clock;
	/** Copies with a local clipboard tool. Resolves to false without one, or when it failed; then OSC 52 is used. */
	copyText?(text: string): Promise<boolean>;
	/** Sends SIGTSTP to the process group and returns at once. Absent on Windows. */
	stopProcess?(): void;
	/** Registers `run` for the very end of the process, where it runs synchronously; returns how to unregister it. */
	onProcessExit?(run: () => void): () => void;
}

/** Hooks of the chat. */
export interface ScreenHooks extends SharedHooks {
	/** Opens a web address in the browser, without a shell. Resolves to an error message, or undefined. */
	openUrl?(url: string): Promise<string | undefined>;
	/** Writes the timeline to a new file. Resolves to a message for the user; rejects with the error. */
	exportTimeline?(file: string, state: State): Promise<string>;
}

/** Hooks of the replay. */
export interface ReplayHooks extends SharedHooks {
	/** The first time (ms) at or after `since` (ms) that a text means; undefined: the text is not a time. */
	parseTime(text: string, since: number): number | undefined;
	/** Writes entries to a new file. Resolves to a message for the user; rejects with the error. */
	exportRows?(file: string, state: State, rows: readonly TimelineEntry[]): Promise<string>;
	/** Saves the bookmarks. Resolves to the name of their file beside the log; rejects with the error. */
	saveBookmarks?(orders: readonly string[]): Promise<string | undefined>;
	/** Turns the watch for new data in the log file on or off. */
	follow?(on: boolean): void;
}
