/** What the screen needs of the process and the machine, passed in: ui has no Node. All are optional but the clock. */
import type {State} from '../core/state.js';
import type {UiClock} from './ui-clock.js';

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
