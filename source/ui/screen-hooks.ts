/**
 * Hooks through which the screens use the process and the machine, because `ui/` imports no Node module. All hooks
 * except `clock` and `parseTime` are optional. If an optional hook is missing, its feature is not available.
 */
import type {Clock} from '../core/environment.js';
import type {State} from '../core/state.js';
import type {TimelineEntry} from '../core/timeline.js';
import type {FolderEntry} from '../node/commands/typed-path.js';

/** Hooks that every screen uses. */
export interface SharedHooks {
	readonly clock: Clock;
	/** Copies with a local clipboard tool. Resolves to false if there is none or it fails; the caller then uses OSC 52. */
	copyText?(text: string): Promise<boolean>;
	/** Sends SIGTSTP to the process group and returns immediately. Absent on Windows. */
	stopProcess?(): void;
	/**
	 * Calls `run` whenever the process continues after a stop (SIGCONT), until the returned function is called. Absent
	 * on Windows.
	 */
	onContinue?(run: () => void): () => void;
	/**
	 * Writes the result of `takeSequence` to the terminal when the process exits. Returns a function that unregisters
	 * `takeSequence`.
	 */
	onProcessExit?(takeSequence: () => string): () => void;
}

/** Hooks of the chat. */
export interface ScreenHooks extends SharedHooks {
	/** Opens a web address in the browser, without a shell. Resolves to an error message, or undefined. */
	openUrl?(url: string): Promise<string | undefined>;
	/**
	 * The entries of a folder whose names begin with `prefix`, in alphabetical order. Rejects if the folder cannot be
	 * read. `folder`: as the user types it; empty: the current folder.
	 */
	listFolder?(folder: string, prefix: string): Promise<readonly FolderEntry[]>;
	/**
	 * Size in bytes of the regular file at a path. Undefined if something else is there, for example a folder. Rejects
	 * if the path cannot be looked up, for example because nothing is there.
	 */
	findFile?(path: string): Promise<{readonly size: number} | undefined>;
	/** Writes the timeline to a new file. Resolves to a message for the user; rejects with the error. */
	exportTimeline?(file: string, state: State): Promise<string>;
}

/** Hooks of the replay. */
export interface ReplayHooks extends SharedHooks {
	/**
	 * Parses a text as a time, for example 14:05. Returns the first time at or after `since` that the text can mean
	 * (both ms since 1970), or undefined if the text is no time.
	 */
	parseTime(text: string, since: number): number | undefined;
	/** Writes the entries `rows` to a new file. Resolves to a message for the user; rejects with the error. */
	exportRows?(file: string, state: State, rows: readonly TimelineEntry[]): Promise<string>;
	/** Saves the bookmarks. Resolves to the name of their file, which is next to the log; rejects with the error. */
	saveBookmarks?(orders: readonly string[]): Promise<string | undefined>;
	/** Starts or stops watching the log file for new data. */
	follow?(on: boolean): void;
}
