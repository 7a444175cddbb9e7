/**
 * State of the chat screen, the messages that change it, and the effects that updateChat requests. All of it is plain
 * data; updateChat computes every new state.
 */

import type {EventRef, PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {FileId} from '../../core/shared-file.js';
import type {Intent, ListIntent} from '../../node/commands/command-result.js';
import type {BellMode, Command, Person} from '../../node/commands/parse-command.js';
import type {UnfinishedPath} from '../../node/commands/typed-path.js';
import {type Addressee, type Addressing, noAddressing} from '../addressee.js';
import type {Flash} from '../flash.js';
import {type EditorState, emptyEditor} from '../input/editor-state.js';
import type {Token} from '../input/key-token.js';
import type {Overlay} from '../overlays/overlay-text.js';
import type {Composing} from '../screen-contract.js';
import type {TimeFormat} from '../timeline/format-time.js';
import type {Anchor} from '../timeline/viewport.js';

export type Focus = 'timeline' | 'peers' | 'input';

/** Open question, shown above the status line. The next keys answer it. */
export type Question =
	/** `until`: monotonic time at which the question expires, ms. */
	| {readonly type: 'quit'; readonly until: number}
	/** Asks whether to quit although no other node has this user's last `count` messages. */
	| {readonly type: 'quit-undelivered'; readonly count: number}
	/** `chosen`: index of the link that is shown. The key `o` shows the next one. */
	| {readonly type: 'open-link'; readonly urls: readonly string[]; readonly chosen: number}
	/** Asks for the last digits of the safety number of `person`. `digits`: the digits typed so far. */
	| {readonly type: 'verify'; readonly name: string; readonly person: Person; readonly digits: string}
	/** The next key, a digit or an emoji, selects the reaction. */
	| {readonly type: 'react'; readonly target: EventRef}
	| {readonly type: 'withdraw'; readonly target: EventRef}
	| {readonly type: 'pin'; readonly target: EventRef; readonly on: boolean}
	/**
	 * Whether to share the file at `path`. Asked after the path of a file was pasted or dropped into the empty draft.
	 */
	| {readonly type: 'share'; readonly path: string; readonly size: number};

export type {Composing};

/** Open search prompt, which takes the place of the input. */
export interface Prompt {
	readonly type: 'search';
	readonly editor: EditorState;
	/** Reading position and selection before the search; Esc restores them. */
	readonly anchor: Anchor | undefined;
	readonly selected: OrderKey | undefined;
}

/** Maximum interval between two characters of one `TypedRun`, ms. */
export const TYPED_RUN_MS = 500;

/** Characters typed in quick succession while a list has the focus or a question is open. */
export interface TypedRun {
	/** Monotonic time of the last character, ms. */
	readonly lastAt: number;
	readonly lastCharacter: string;
	/**
	 * Whether the run contains a character that is no key of the list or question. All later characters of the run are
	 * then ignored.
	 */
	readonly isIgnored: boolean;
}

/**
 * A letter that is a key of the timeline and began a reply, a quote or a correction. If another letter follows within
 * `windowMs`, the user is typing a text, and the reply, quote or correction is undone.
 */
export interface ComposingLetter {
	/** Monotonic time of the letter, ms. */
	readonly at: number;
	readonly character: string;
	/** Time after the letter in which another letter means that the user is typing a text, ms. */
	readonly windowMs: number;
	readonly before: UiState;
}

export interface UiState extends Addressing {
	readonly columns: number;
	readonly rows: number;
	readonly focus: Focus;
	readonly overlay: Overlay | undefined;
	readonly question: Question | undefined;
	readonly prompt: Prompt | undefined;
	readonly flash: Flash | undefined;
	readonly editor: EditorState;
	readonly composing: Composing | undefined;
	/** The last jump from a reply to the message that it answers. Enter on that message jumps back to the reply. */
	readonly followedFrom: {readonly from: OrderKey; readonly to: OrderKey} | undefined;
	/** Reading position; undefined: the view follows the end of the timeline. */
	readonly anchor: Anchor | undefined;
	/** The entry on which the keys of the timeline act. */
	readonly selected: OrderKey | undefined;
	readonly selectedPeer: PeerId | undefined;
	/**
	 * Search text, normalised by foldText (case is ignored); empty: no search. After Enter in the prompt, the keys n
	 * and N search for this text.
	 */
	readonly search: string;
	/** The only person whose entries are shown: identity key or peer id, and name. */
	readonly filter: {readonly key: string; readonly name: string} | undefined;
	/** Identity keys or peer ids of hidden people. */
	readonly ignored: readonly string[];
	/** Whether the peers pane is shown. Undefined until the user chooses; see LayoutRequest. */
	readonly showPeers: boolean | undefined;
	readonly times: TimeFormat;
	/** Whether messages show the address of their author. */
	readonly addresses: boolean;
	readonly bell: BellMode;
	/**
	 * The last entry that was read before the terminal window lost the focus. The unread rule, which is the line `new
	 * since 10:42`, is drawn after this entry.
	 */
	readonly unreadMarker: OrderKey | undefined;
	/** Wall clock time that the unread rule names (`new since 10:42`), ms. */
	readonly unreadSince: number | undefined;
	/**
	 * Whether the view still stays at the unread rule, which is the position at which the screen opened. False after
	 * the first key.
	 */
	readonly opensAtUnread: boolean;
	/**
	 * The entry that was the newest when the view stopped following the end of the timeline. Later entries count as
	 * new.
	 */
	readonly newestWhenLeftEnd: OrderKey | undefined;
	/** Whether the terminal window has the focus; undefined until the terminal reports it. */
	readonly focused: boolean | undefined;
	/** Monotonic time of the last key, ms. */
	readonly lastKeyAt: number;
	readonly typedRun: TypedRun | undefined;
	readonly composingLetter: ComposingLetter | undefined;
	/**
	 * Monotonic time of the last deletion in the draft, or of the last Ctrl+D that was ignored after that deletion, ms.
	 */
	readonly lastDeletionAt: number;
	/** Whether OPTION_HINT was shown, which says how to use Alt keys on macOS. It is shown only once. */
	readonly optionHintShown: boolean;
	/** Set in the demo: Esc and Ctrl+C quit without a question when nothing is open and the draft is empty. */
	readonly isVisitor: boolean;
}

/** What a command asks of the screen (an intent), except lists of messages, which run-effects.ts handles. */
export type ScreenIntent = Exclude<Intent, ListIntent>;

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
		composing: undefined,
		...noAddressing,
		followedFrom: undefined,
		anchor: undefined,
		selected: undefined,
		selectedPeer: undefined,
		search: '',
		filter: undefined,
		ignored: [],
		showPeers: undefined,
		times: 'minutes',
		addresses: true,
		bell,
		unreadMarker: undefined,
		unreadSince: undefined,
		opensAtUnread: false,
		newestWhenLeftEnd: undefined,
		focused: undefined,
		lastKeyAt: now,
		typedRun: undefined,
		composingLetter: undefined,
		lastDeletionAt: Number.NEGATIVE_INFINITY,
		optionHintShown: false,
		isVisitor: false,
	};
}

/** Hint after a key that would move the focus to the input, but was treated as a letter of a typed word. */
export const AGAIN_HINT = 'In a list, letters are keys. Press the key again, or Esc, to write';

/** Message for a user who types text while a list has the focus. */
export const TYPING_HINT = 'Press i or Esc to write';

/** State that shows a short message until the next key. */
export function withInfo(ui: UiState, text: string): UiState {
	return {...ui, flash: {text, level: 'info', until: 0}};
}

/**
 * Draft at the time when an effect was requested. The result of the effect is used only if the draft is still the same.
 */
export interface DraftAt {
	readonly draft: string;
	readonly cursor: number;
}

/** Message to updateChat. */
export type ScreenMessage =
	/** All tokens of one chunk of terminal input. */
	| {readonly type: 'tokens'; readonly tokens: readonly Token[]}
	| {readonly type: 'resized'; readonly columns: number; readonly rows: number}
	| {readonly type: 'intent'; readonly intent: ScreenIntent}
	| {readonly type: 'flash'; readonly flash: Flash | undefined}
	| {readonly type: 'overlay'; readonly overlay: Overlay}
	/**
	 * The node rejected a message or command. A message returns to the input, unless the user has begun a new draft.
	 */
	| {readonly type: 'draft-rejected'; readonly draft: string; readonly text: string; readonly addressee?: Addressee}
	/**
	 * There are unread messages that were written while this node was away. `lastRead`: the newest entry that the user
	 * has read. `since`: wall clock time at which that entry was logged, ms.
	 */
	| {readonly type: 'missed'; readonly lastRead: OrderKey; readonly since: number}
	/** Result of the effect `complete-path`. The candidates replace the text from `start` up to the cursor. */
	| (DraftAt & {
			readonly type: 'path-candidates';
			readonly start: number;
			readonly candidates: readonly string[];
			readonly by: 1 | -1;
	  })
	/** The effect `find-file` found a file. */
	| (DraftAt & {readonly type: 'file-found'; readonly path: string; readonly size: number})
	/** Sent every TICK_MS, so that expired questions and short messages are removed. */
	| {readonly type: 'tick'};

/** Side effect that updateChat requests and runEffect performs. */
export type ScreenEffect =
	| {readonly type: 'post'; readonly text: string; readonly draft: string; readonly replyTo?: EventRef}
	| {readonly type: 'whisper'; readonly addressee: Addressee; readonly text: string; readonly draft: string}
	| {readonly type: 'correct'; readonly target: EventRef; readonly text: string; readonly draft: string}
	| {readonly type: 'withdraw'; readonly target: EventRef}
	| {readonly type: 'mark'; readonly target: EventRef; readonly word: string; readonly on: boolean}
	| {readonly type: 'pin'; readonly target: EventRef; readonly on: boolean}
	| {readonly type: 'fetch'; readonly target: EventRef}
	| {readonly type: 'cancel-fetch'; readonly file: FileId}
	| {readonly type: 'run'; readonly command: Command; readonly draft: string}
	| {readonly type: 'typing'}
	/** Finds the files and folders that complete the path after `/share`. */
	| (DraftAt & {readonly type: 'complete-path'; readonly path: UnfinishedPath; readonly by: 1 | -1})
	/** Looks up whether a file is at a pasted path. */
	| (DraftAt & {readonly type: 'find-file'; readonly path: string})
	| {readonly type: 'copy'; readonly text: string}
	| {readonly type: 'open'; readonly url: string}
	| {readonly type: 'read-all'}
	| {readonly type: 'copy-view' | 'redraw' | 'suspend' | 'kitty-keyboard'}
	| {readonly type: 'export'; readonly file: string}
	| {readonly type: 'quit'; readonly reason: 'quit' | 'input-ended'};
