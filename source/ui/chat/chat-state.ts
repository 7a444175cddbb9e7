/**
 * State of the chat screen, the messages that change it, and the effects that a step requests. Plain data; updateChat
 * computes every new state.
 */
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

/** Question on the status line; the next key answers it. */
export type Question =
	/** `until`: wall clock, ms. */
	{readonly type: 'quit'; readonly until: number} | {readonly type: 'open-link'; readonly url: string};

/** Search prompt in place of the input. */
export interface Prompt {
	readonly type: 'search';
	readonly editor: EditorState;
	/** Reading position and selection before the search; Esc restores them. */
	readonly anchor: Anchor | undefined;
	readonly selected: OrderKey | undefined;
}

/** Characters typed in quick succession while a list has the focus. */
export interface TypedRun {
	/** Wall clock of the last character, ms. */
	readonly lastAt: number;
	/** The run contains a character that is no key of the list, so that it is text; the rest of it is ignored. */
	readonly isIgnored: boolean;
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
	/** Reading position; undefined: the view follows the end. */
	readonly anchor: Anchor | undefined;
	/** The entry that keys of the timeline act on. */
	readonly selected: OrderKey | undefined;
	readonly selectedPeer: PeerId | undefined;
	/** Lower case; empty: none. Enter keeps it, for n and N. */
	readonly search: string;
	/** The only person shown: identity key or peer id, and name. */
	readonly filter: {readonly key: string; readonly name: string} | undefined;
	/** Identity keys or peer ids of hidden people. */
	readonly ignored: readonly string[];
	readonly showPeers: boolean;
	readonly times: TimeFormat;
	readonly bell: BellMode;
	/** The last entry read before the window lost the focus. The unread rule is drawn after it. */
	readonly unreadMarker: OrderKey | undefined;
	/** The newest entry when the view stopped following the end. Later entries count as new. */
	readonly newestWhenLeftEnd: OrderKey | undefined;
	/** Whether the terminal window has the focus; undefined until it reports. */
	readonly focused: boolean | undefined;
	/** Wall clock, ms. */
	readonly lastKeyAt: number;
	readonly typedRun: TypedRun | undefined;
	/** Whether the hint on Option keys was shown. */
	readonly optionHintShown: boolean;
	/** In the demo Esc and Ctrl+C leave at once when nothing is open or drafted. */
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
		typedRun: undefined,
		optionHintShown: false,
		isVisitor: false,
	};
}

/** Tells somebody in a list how to get to the input. */
export const TYPING_HINT = 'Press i or Esc to write';

/** State that shows a short message until the next key. */
export function withInfo(ui: UiState, text: string): UiState {
	return {...ui, flash: {text, level: 'info', until: 0}};
}

/** Input of updateChat. */
export type ScreenMessage =
	/** Everything that one read of the terminal returned. */
	| {readonly type: 'tokens'; readonly tokens: readonly Token[]}
	| {readonly type: 'resized'; readonly columns: number; readonly rows: number}
	| {readonly type: 'intent'; readonly intent: Intent}
	| {readonly type: 'flash'; readonly flash: Flash | undefined}
	| {readonly type: 'overlay'; readonly overlay: Overlay}
	/** The node rejected a message or command. Its text returns to the input, unless a new draft is there. */
	| {readonly type: 'draft-rejected'; readonly draft: string; readonly text: string}
	/** Time has passed: expires questions and short messages. */
	| {readonly type: 'tick'};

/** Side effect that a step requests; runEffect performs it. */
export type ScreenEffect =
	| {readonly type: 'post'; readonly text: string; readonly draft: string}
	| {readonly type: 'run'; readonly command: Command; readonly draft: string}
	| {readonly type: 'typing'}
	| {readonly type: 'copy'; readonly text: string}
	| {readonly type: 'open'; readonly url: string}
	| {readonly type: 'copy-view' | 'redraw' | 'suspend' | 'kitty-keyboard'}
	| {readonly type: 'export'; readonly file: string}
	| {readonly type: 'quit'; readonly reason: 'quit' | 'input-ended'};
