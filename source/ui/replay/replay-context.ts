import type {History} from '../../core/history.js';
import type {Finder} from './finder.js';
import type {ReplayFrameOf} from './replay-frame.js';
import type {ReplayUi} from './replay-state.js';

/** What a step may look at beside the state of the screen. Steps are pure over it. */
export interface ReplayContext {
	readonly history: History;
	readonly frameOf: ReplayFrameOf;
	readonly finder: Finder;
	/** Monotonic, ms. */
	readonly now: number;
	/** A point in time as people type it: the first one it means at or after `since` (ms); undefined: no such time. */
	parseTime(text: string, since: number): number | undefined;
}

export type ReplayEffect =
	| {readonly type: 'copy'; readonly text: string}
	/** The rows that pass the filter, into a file. */
	| {readonly type: 'export'; readonly file: string}
	/** `set`: one was added, which is told with where it is kept. */
	| {readonly type: 'save-bookmarks'; readonly orders: readonly string[]; readonly set: boolean}
	| {readonly type: 'follow'; readonly on: boolean}
	| {readonly type: 'redraw' | 'suspend' | 'kitty' | 'quit'};

export interface ReplayStep {
	readonly ui: ReplayUi;
	readonly effects: readonly ReplayEffect[];
}

export function step(ui: ReplayUi, ...effects: readonly ReplayEffect[]): ReplayStep {
	return {ui, effects};
}
