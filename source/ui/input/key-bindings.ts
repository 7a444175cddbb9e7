/**
 * Key table of the chat. Key lookup, the help overlay and the readme's table use it. No action depends on Alt, F-keys
 * or Shift+Enter alone, because terminals and desktops intercept some of these keys.
 */
import {withoutShift} from './key-token.js';
import type {Direction, EditName, EditorAction} from './reduce-editor.js';

/**
 * Where a key applies. `list` covers timeline, peers and overlays; `any` applies where no narrower scope binds the key.
 * While the input has the focus, characters are typed even if an overlay is open.
 */
export type KeyScope = 'input' | 'prompt' | 'list' | 'timeline' | 'peers' | 'any';

export type Action =
	| 'send'
	| 'newline'
	| 'next-pane'
	| 'previous-pane'
	| 'complete-or-next-pane'
	| 'complete-or-previous-pane'
	| 'focus-timeline'
	| 'focus-peers'
	| 'focus-input'
	| 'back'
	| 'page-up'
	| 'page-down'
	| 'half-up'
	| 'half-down'
	| 'line-up'
	| 'line-down'
	| 'select-up'
	| 'select-down'
	| 'oldest'
	| 'newest'
	| 'first-unread'
	| 'mention-previous'
	| 'mention-next'
	| 'search'
	| 'search-next'
	| 'search-previous'
	| 'row-up'
	| 'row-down'
	| 'copy'
	| 'open-link'
	| 'quote'
	| 'reply'
	| 'react'
	| 'correct'
	| 'withdraw'
	| 'pin'
	| 'thread'
	| 'follow-or-details'
	| 'details'
	| 'filter-peer'
	| 'copy-view'
	| 'toggle-peers'
	| 'cycle-times'
	| 'network'
	| 'help'
	| 'interrupt'
	| 'end-input'
	| 'redraw'
	| 'suspend'
	| 'yank'
	| `edit:${EditName}`
	| `move:${Direction}`;

export interface KeyRow {
	/** Description in the help overlay and in the readme. */
	readonly description: string;
	readonly scope: KeyScope;
	readonly action: Action;
	readonly keys: readonly string[];
	readonly alternativeKeys?: readonly string[];
	/** Slash command with the same effect. */
	readonly command?: string;
}

export const keyRows: readonly KeyRow[] = [
	{description: 'send', scope: 'input', action: 'send', keys: ['enter']},
	{
		description: 'newline',
		scope: 'input',
		action: 'newline',
		keys: ['ctrl+j'],
		alternativeKeys: ['alt+enter', 'shift+enter', 'ctrl+enter'],
	},
	{
		description: 'complete a name or command; in an empty input: next pane',
		scope: 'input',
		action: 'complete-or-next-pane',
		keys: ['tab'],
	},
	{
		description: 'complete backwards; in an empty input: previous pane',
		scope: 'input',
		action: 'complete-or-previous-pane',
		keys: ['shift+tab'],
	},
	{description: 'next pane', scope: 'any', action: 'next-pane', keys: ['ctrl+o', 'tab']},
	{description: 'previous pane', scope: 'any', action: 'previous-pane', keys: ['shift+tab']},
	{description: 'timeline', scope: 'any', action: 'focus-timeline', keys: [], alternativeKeys: ['alt+1']},
	{description: 'peers', scope: 'any', action: 'focus-peers', keys: [], alternativeKeys: ['alt+2']},
	{description: 'input', scope: 'any', action: 'focus-input', keys: [], alternativeKeys: ['alt+3']},
	{description: 'back to the input', scope: 'any', action: 'back', keys: ['escape']},
	{description: 'back to the input', scope: 'list', action: 'back', keys: ['i']},
	{description: 'page up', scope: 'any', action: 'page-up', keys: ['pageup']},
	{description: 'page down', scope: 'any', action: 'page-down', keys: ['pagedown']},
	{description: 'page up', scope: 'list', action: 'page-up', keys: ['b']},
	{description: 'page down', scope: 'list', action: 'page-down', keys: [' ']},
	{description: 'half a page up', scope: 'list', action: 'half-up', keys: ['ctrl+u']},
	{description: 'half a page down', scope: 'list', action: 'half-down', keys: ['ctrl+d']},
	{description: 'line up', scope: 'any', action: 'line-up', keys: ['shift+up'], alternativeKeys: ['alt+pageup']},
	{
		description: 'line down',
		scope: 'any',
		action: 'line-down',
		keys: ['shift+down'],
		alternativeKeys: ['alt+pagedown'],
	},
	{description: 'select the previous item', scope: 'list', action: 'select-up', keys: ['up', 'k']},
	{description: 'select the next item', scope: 'list', action: 'select-down', keys: ['down', 'j']},
	{description: 'oldest', scope: 'any', action: 'oldest', keys: ['ctrl+home'], alternativeKeys: ['alt+home']},
	{description: 'newest', scope: 'any', action: 'newest', keys: ['ctrl+end'], alternativeKeys: ['alt+end']},
	{description: 'oldest', scope: 'list', action: 'oldest', keys: ['g', 'home']},
	{description: 'newest', scope: 'list', action: 'newest', keys: ['G', 'end']},
	{
		description: 'first unread',
		scope: 'any',
		action: 'first-unread',
		keys: [],
		alternativeKeys: ['alt+u'],
		command: '/unread',
	},
	{
		description: 'previous mention',
		scope: 'any',
		action: 'mention-previous',
		keys: [],
		alternativeKeys: ['alt+p'],
		command: '/mention prev',
	},
	{
		description: 'next mention',
		scope: 'any',
		action: 'mention-next',
		keys: [],
		alternativeKeys: ['alt+n'],
		command: '/mention next',
	},
	{description: 'first unread', scope: 'timeline', action: 'first-unread', keys: ['u']},
	{description: 'previous mention', scope: 'timeline', action: 'mention-previous', keys: ['p']},
	{description: 'next mention', scope: 'timeline', action: 'mention-next', keys: ['P']},
	{description: 'search', scope: 'any', action: 'search', keys: ['ctrl+f'], command: '/search'},
	{description: 'search', scope: 'list', action: 'search', keys: ['/']},
	{description: 'next older match', scope: 'timeline', action: 'search-next', keys: ['n']},
	{description: 'next newer match', scope: 'timeline', action: 'search-previous', keys: ['N']},
	{description: 'next older match', scope: 'prompt', action: 'search-next', keys: ['up']},
	{description: 'next newer match', scope: 'prompt', action: 'search-previous', keys: ['down']},
	{description: 'row up; in the first row, input history', scope: 'input', action: 'row-up', keys: ['up']},
	{description: 'row down; in the last row, input history', scope: 'input', action: 'row-down', keys: ['down']},
	{description: 'start of line', scope: 'input', action: 'move:line-start', keys: ['ctrl+a', 'home']},
	{description: 'end of line', scope: 'input', action: 'move:line-end', keys: ['ctrl+e', 'end']},
	{description: 'left, right', scope: 'input', action: 'move:left', keys: ['left', 'ctrl+b']},
	{description: 'left, right', scope: 'input', action: 'move:right', keys: ['right']},
	{
		description: 'word left',
		scope: 'input',
		action: 'move:word-left',
		keys: ['ctrl+left'],
		alternativeKeys: ['alt+b', 'alt+left'],
	},
	{
		description: 'word right',
		scope: 'input',
		action: 'move:word-right',
		keys: ['ctrl+right'],
		alternativeKeys: ['alt+f', 'alt+right'],
	},
	{description: 'delete to the end of the line', scope: 'input', action: 'edit:kill-to-end', keys: ['ctrl+k']},
	{description: 'delete to the start of the line', scope: 'input', action: 'edit:kill-to-start', keys: ['ctrl+u']},
	{description: 'delete the previous word', scope: 'input', action: 'edit:kill-to-whitespace', keys: ['ctrl+w']},
	{
		description: 'delete the previous word, up to punctuation',
		scope: 'input',
		action: 'edit:kill-word-back',
		keys: ['ctrl+backspace'],
		alternativeKeys: ['alt+backspace'],
	},
	{
		description: 'delete the next word',
		scope: 'input',
		action: 'edit:kill-word-forward',
		keys: ['ctrl+delete'],
		alternativeKeys: ['alt+d', 'alt+delete'],
	},
	{description: 'insert the deleted text', scope: 'input', action: 'yank', keys: ['ctrl+y']},
	{description: 'undo', scope: 'input', action: 'edit:undo', keys: ['ctrl+_']},
	{
		description: 'redo',
		scope: 'input',
		action: 'edit:redo',
		keys: ['ctrl+r'],
		alternativeKeys: ['alt+_', 'alt+-', 'ctrl+alt+_'],
	},
	{description: 'delete', scope: 'input', action: 'edit:delete-back', keys: ['backspace', 'shift+backspace']},
	{description: 'delete', scope: 'input', action: 'edit:delete-forward', keys: ['delete']},
	{description: 'copy the message', scope: 'timeline', action: 'copy', keys: ['y']},
	{description: 'open the link of the message (asks first)', scope: 'timeline', action: 'open-link', keys: ['o']},
	{description: 'reply to the message', scope: 'timeline', action: 'reply', keys: ['r']},
	{description: 'quote the text of the message in the input', scope: 'timeline', action: 'quote', keys: ['R']},
	{
		description: 'react to the message; the same reaction again removes yours',
		scope: 'timeline',
		action: 'react',
		keys: ['+'],
	},
	{
		description: 'correct your message; ↑ in an empty input corrects your last one',
		scope: 'timeline',
		action: 'correct',
		keys: ['e'],
	},
	{
		description: 'cancel the fetch of the file; withdraw your message (asks first)',
		scope: 'timeline',
		action: 'withdraw',
		keys: ['x', 'delete'],
	},
	{
		description: 'pin or unpin the message for everybody (asks first)',
		scope: 'timeline',
		action: 'pin',
		keys: ['*'],
	},
	{description: 'show the thread: the message with all answers', scope: 'timeline', action: 'thread', keys: ['t']},
	{
		description: 'on a file: fetch it; on a reply: go to the message that it answers, and back; otherwise details',
		scope: 'timeline',
		action: 'follow-or-details',
		keys: ['enter'],
	},
	{description: 'details', scope: 'timeline', action: 'details', keys: ['d']},
	{description: 'details', scope: 'list', action: 'details', keys: ['enter']},
	{description: 'show only this peer; again: show all', scope: 'list', action: 'filter-peer', keys: ['f']},
	{description: 'copy view', scope: 'any', action: 'copy-view', keys: [], alternativeKeys: ['alt+l'], command: '/copy'},
	{
		description: 'show or hide the peers pane',
		scope: 'any',
		action: 'toggle-peers',
		keys: [],
		alternativeKeys: ['alt+s'],
		command: '/peers',
	},
	{
		description: 'timestamps: minutes, seconds, none',
		scope: 'any',
		action: 'cycle-times',
		keys: [],
		alternativeKeys: ['alt+t'],
		command: '/times',
	},
	{description: 'network pane', scope: 'any', action: 'network', keys: [], alternativeKeys: ['alt+w'], command: '/net'},
	{description: 'help', scope: 'any', action: 'help', keys: ['ctrl+g'], command: '/help'},
	{description: 'help', scope: 'list', action: 'help', keys: ['?']},
	{
		description: 'close an overlay, else clear the draft (undo restores it), else quit if pressed twice within 2 s',
		scope: 'any',
		action: 'interrupt',
		keys: ['ctrl+c'],
	},
	{description: 'quit, in an empty input', scope: 'input', action: 'end-input', keys: ['ctrl+d'], command: '/quit'},
	{description: 'redraw', scope: 'any', action: 'redraw', keys: ['ctrl+l']},
	{description: 'suspend', scope: 'any', action: 'suspend', keys: ['ctrl+z']},
];

const actionByScopedKey = new Map<string, Action>();
for (const row of keyRows) {
	for (const key of [...row.keys, ...(row.alternativeKeys ?? [])])
		actionByScopedKey.set(`${row.scope} ${key}`, row.action);
}

/** All keys of the given rows, in lower case, for createKeyDecoder. */
export function collectKeys(rows: readonly Pick<KeyRow, 'keys' | 'alternativeKeys'>[]): ReadonlySet<string> {
	return new Set(
		rows.flatMap(({keys, alternativeKeys = []}) => [...keys, ...alternativeKeys]).map(key => key.toLowerCase()),
	);
}

/** All keys of the chat, in lower case. */
export const chatKeys: ReadonlySet<string> = collectKeys(keyRows);

/** The focused part of the screen. */
export type KeyContext = 'input' | 'prompt' | 'timeline' | 'peers' | 'overlay';

const SCOPES_BY_CONTEXT: Readonly<Record<KeyContext, readonly KeyScope[]>> = {
	input: ['input', 'any'],
	prompt: ['prompt', 'input', 'any'],
	timeline: ['timeline', 'list', 'any'],
	peers: ['peers', 'list', 'any'],
	overlay: ['list', 'any'],
};

/**
 * The action of a key in a context. If the key is bound in several scopes, the narrowest scope decides. Undefined for
 * an unbound key.
 */
export function findAction(context: KeyContext, key: string): Action | undefined {
	for (const scope of SCOPES_BY_CONTEXT[context]) {
		const action = actionByScopedKey.get(`${scope} ${key}`);
		if (action) return action;
	}
	const unshifted = withoutShift(key);
	return unshifted === undefined ? undefined : findAction(context, unshifted);
}

const EDITS: readonly EditName[] = [
	'delete-back',
	'delete-forward',
	'kill-to-end',
	'kill-to-start',
	'kill-to-whitespace',
	'kill-word-back',
	'kill-word-forward',
	'undo',
	'redo',
];
const DIRECTIONS: readonly Direction[] = [
	'left',
	'right',
	'word-left',
	'word-right',
	'line-start',
	'line-end',
	'start',
	'end',
];

const editorActionByAction = new Map<Action, EditorAction>([
	['yank', {type: 'yank'}],
	...EDITS.map((edit): [Action, EditorAction] => [`edit:${edit}`, {type: 'edit', edit}]),
	...DIRECTIONS.map((to): [Action, EditorAction] => [`move:${to}`, {type: 'move', to}]),
]);

/** The edit that an action performs in a text field, or undefined if it performs none. */
export function editActionOf(action: Action): EditorAction | undefined {
	return editorActionByAction.get(action);
}
