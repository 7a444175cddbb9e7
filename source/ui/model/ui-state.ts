/** What the screen itself remembers: frozen data, changed by update.ts only. */
import type {PeerId} from '../../core/ids.js';
import type {OrderKey} from '../../core/order.js';
import type {BellMode} from '../../session/command/parse-command.js';
import {type EditorState, emptyEditor} from '../editor/editor-state.js';
import type {Times} from '../timeline/day.js';
import type {Anchor} from '../timeline/viewport.js';

export type Focus = 'timeline' | 'peers' | 'input';

export type Overlay =
	| {readonly type: 'help'; readonly scroll: number}
	| {readonly type: 'network'; readonly scroll: number}
	| {readonly type: 'event'; readonly key: OrderKey; readonly scroll: number}
	| {readonly type: 'peer'; readonly peer: PeerId; readonly scroll: number}
	/** Answers of commands. */
	| {readonly type: 'text'; readonly title: string; readonly lines: readonly string[]; readonly scroll: number};

/** A question on the status line: the next key answers it. */
export type Question =
	| {readonly type: 'quit'; readonly until: number}
	| {readonly type: 'open-link'; readonly url: string};

export interface Prompt {
	readonly type: 'search';
	readonly editor: EditorState;
	/** Where the reader was: Esc goes back there. */
	readonly anchor: Anchor | undefined;
	readonly selected: OrderKey | undefined;
}

export interface Flash {
	readonly text: string;
	readonly level: 'info' | 'warn' | 'error';
	/** Wall clock, ms; 0: until the next key. */
	readonly until: number;
	/** The next key ends it too. */
	readonly orKey?: true;
}

export interface UiState {
	readonly columns: number;
	readonly rows: number;
	readonly focus: Focus;
	readonly overlay: Overlay | undefined;
	readonly question: Question | undefined;
	readonly prompt: Prompt | undefined;
	readonly flash: Flash | undefined;
	readonly editor: EditorState;
	/** Undefined: follows the end. */
	readonly anchor: Anchor | undefined;
	/** The entry that keys in the timeline act on. */
	readonly selected: OrderKey | undefined;
	readonly selectedPeer: PeerId | undefined;
	/** Lower case; empty: none. Stays after Enter, for n and N. */
	readonly search: string;
	/** Identity key or peer id of the one person shown. */
	readonly filter: {readonly key: string; readonly name: string} | undefined;
	/** Identity keys or peer ids. */
	readonly ignored: readonly string[];
	readonly showPeers: boolean;
	readonly times: Times;
	readonly bell: BellMode;
	/** The last entry read before the reader looked away: the unread rule stands behind it. */
	readonly marker: OrderKey | undefined;
	/** The newest entry when the view stopped following: what is new below counts from here. */
	readonly leftEndAt: OrderKey | undefined;
	/** Of the terminal window; undefined until it reports. */
	readonly focused: boolean | undefined;
	/** Wall clock, ms. */
	readonly lastKeyAt: number;
	/** The last character typed in a list, ms; deaf: the run it belongs to is text, which no list takes. */
	readonly typedInList: {readonly at: number; readonly deaf: boolean} | undefined;
	/** Whether the hint on Option keys was given. */
	readonly optionHintGiven: boolean;
	/** Esc and Ctrl+C leave at once when nothing is open or drafted. */
	readonly visiting: boolean;
}

export function initialUiState(columns: number, rows: number, bell: BellMode, now: number): UiState {
	return {
		columns,
		rows,
		focus: 'input',
		overlay: undefined,
		question: undefined,
		prompt: undefined,
		flash: undefined,
		editor: emptyEditor,
		anchor: undefined,
		selected: undefined,
		selectedPeer: undefined,
		search: '',
		filter: undefined,
		ignored: [],
		showPeers: true,
		times: 'minutes',
		bell,
		marker: undefined,
		leftEndAt: undefined,
		focused: undefined,
		lastKeyAt: now,
		typedInList: undefined,
		optionHintGiven: false,
		visiting: false,
	};
}
