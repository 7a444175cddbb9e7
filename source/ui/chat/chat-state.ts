/** What the screen itself remembers: frozen data, changed by update-chat.ts only. */
import type {PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {BellMode, Command} from '../../node/commands/parse-command.js';
import type {Intent} from '../../node/commands/run-command.js';
import type {Flash} from '../flash.js';
import {type EditorState, emptyEditor} from '../input/editor-state.js';
import type {Token} from '../input/key-token.js';
import type {Overlay} from '../overlays/overlay-text.js';
import type {TimeFormat} from '../timeline/format-time.js';
import type {Anchor} from '../timeline/viewport.js';

export type Focus = 'timeline' | 'peers' | 'input';

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
	readonly times: TimeFormat;
	readonly bell: BellMode;
	/** The last entry read before the reader looked away: the unread rule stands behind it. */
	readonly unreadMarker: OrderKey | undefined;
	/** The newest entry when the view stopped following: what is new below counts from here. */
	readonly newestWhenLeftEnd: OrderKey | undefined;
	/** Of the terminal window; undefined until it reports. */
	readonly focused: boolean | undefined;
	/** Wall clock, ms. */
	readonly lastKeyAt: number;
	/** The last character typed in a list, ms; deaf: the run it belongs to is text, which no list takes. */
	readonly typedInList: {readonly at: number; readonly deaf: boolean} | undefined;
	/** Whether the hint on Option keys was given. */
	readonly optionHintShown: boolean;
	/** Esc and Ctrl+C leave at once when nothing is open or drafted. */
	readonly isVisitor: boolean;
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
		unreadMarker: undefined,
		newestWhenLeftEnd: undefined,
		focused: undefined,
		lastKeyAt: now,
		typedInList: undefined,
		optionHintShown: false,
		isVisitor: false,
	};
}

/** What can happen to the screen, and what it can ask of the world. Data only. */

export type ScreenMessage =
	/** All that one read of the terminal brought. */
	| {readonly type: 'tokens'; readonly tokens: readonly Token[]}
	| {readonly type: 'resized'; readonly columns: number; readonly rows: number}
	| {readonly type: 'intent'; readonly intent: Intent}
	| {readonly type: 'flash'; readonly flash: Flash | undefined}
	| {readonly type: 'overlay'; readonly overlay: Overlay}
	/** The session did not take what was said: back into the input with it, unless something new stands there. */
	| {readonly type: 'draft-rejected'; readonly draft: string; readonly text: string}
	/** Time went by: questions and flashes end. */
	| {readonly type: 'tick'};

export type ScreenEffect =
	| {readonly type: 'post'; readonly text: string; readonly draft: string}
	| {readonly type: 'run'; readonly command: Command; readonly draft: string}
	| {readonly type: 'typing'}
	| {readonly type: 'copy'; readonly text: string}
	| {readonly type: 'open'; readonly url: string}
	| {readonly type: 'copy-view' | 'redraw' | 'suspend' | 'kitty-keyboard'}
	| {readonly type: 'export'; readonly file: string}
	| {readonly type: 'quit'; readonly reason: 'quit' | 'input-ended'};
