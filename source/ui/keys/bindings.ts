/**
 * The one key table: the router looks keys up here, the help overlay and the readme's table are drawn from it (a test
 * compares). Every Alt key is a twin of something else: no binding depends on Alt, F-keys or Shift+Enter alone.
 */

import type {Direction} from '../editor/move.js';
import type {EditName} from '../editor/reduce-editor.js';

/**
 * Where a key holds: `list` is timeline, peers and overlays; `any` holds wherever nothing nearer does. Over the input the
 * characters of an overlay are no keys: they are typed.
 */
export type Where = 'input' | 'prompt' | 'list' | 'timeline' | 'peers' | 'any';

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
	/** As the help says it. */
	readonly does: string;
	readonly where: Where;
	readonly action: Action;
	readonly keys: readonly string[];
	readonly twins?: readonly string[];
	/** A command that does the same. */
	readonly command?: string;
}

export const keyRows: readonly KeyRow[] = [
	{does: 'send', where: 'input', action: 'send', keys: ['enter']},
	{
		does: 'newline',
		where: 'input',
		action: 'newline',
		keys: ['ctrl+j'],
		twins: ['alt+enter', 'shift+enter', 'ctrl+enter'],
	},
	{
		does: 'complete a name or command, cycle; next pane',
		where: 'input',
		action: 'complete-or-next-pane',
		keys: ['tab'],
	},
	{does: 'the same backwards', where: 'input', action: 'complete-or-previous-pane', keys: ['shift+tab']},
	{does: 'next pane', where: 'any', action: 'next-pane', keys: ['ctrl+o', 'tab']},
	{does: 'previous pane', where: 'any', action: 'previous-pane', keys: ['shift+tab']},
	{does: 'timeline', where: 'any', action: 'focus-timeline', keys: [], twins: ['alt+1']},
	{does: 'peers', where: 'any', action: 'focus-peers', keys: [], twins: ['alt+2']},
	{does: 'input', where: 'any', action: 'focus-input', keys: [], twins: ['alt+3']},
	{does: 'back to the input', where: 'any', action: 'back', keys: ['escape']},
	{does: 'back to the input, type', where: 'list', action: 'back', keys: ['i']},
	{does: 'page up', where: 'any', action: 'page-up', keys: ['pageup']},
	{does: 'page down', where: 'any', action: 'page-down', keys: ['pagedown']},
	{does: 'page up', where: 'list', action: 'page-up', keys: ['b']},
	{does: 'page down', where: 'list', action: 'page-down', keys: [' ']},
	{does: 'half a page up', where: 'list', action: 'half-up', keys: ['ctrl+u']},
	{does: 'half a page down', where: 'list', action: 'half-down', keys: ['ctrl+d']},
	{does: 'line up', where: 'any', action: 'line-up', keys: ['shift+up'], twins: ['alt+pageup']},
	{does: 'line down', where: 'any', action: 'line-down', keys: ['shift+down'], twins: ['alt+pagedown']},
	{does: 'select the one above', where: 'list', action: 'select-up', keys: ['up', 'k']},
	{does: 'select the one below', where: 'list', action: 'select-down', keys: ['down', 'j']},
	{does: 'oldest', where: 'any', action: 'oldest', keys: ['ctrl+home'], twins: ['alt+home']},
	{does: 'newest', where: 'any', action: 'newest', keys: ['ctrl+end'], twins: ['alt+end']},
	{does: 'oldest', where: 'list', action: 'oldest', keys: ['g', 'home']},
	{does: 'newest', where: 'list', action: 'newest', keys: ['G', 'end']},
	{does: 'first unread', where: 'any', action: 'first-unread', keys: [], twins: ['alt+u'], command: '/unread'},
	{
		does: 'previous mention',
		where: 'any',
		action: 'mention-previous',
		keys: [],
		twins: ['alt+p'],
		command: '/mention prev',
	},
	{does: 'next mention', where: 'any', action: 'mention-next', keys: [], twins: ['alt+n'], command: '/mention next'},
	{does: 'first unread', where: 'timeline', action: 'first-unread', keys: ['u']},
	{does: 'previous mention', where: 'timeline', action: 'mention-previous', keys: ['p']},
	{does: 'next mention', where: 'timeline', action: 'mention-next', keys: ['P']},
	{does: 'search', where: 'any', action: 'search', keys: ['ctrl+f'], command: '/search'},
	{does: 'search', where: 'list', action: 'search', keys: ['/']},
	{does: 'next older match', where: 'timeline', action: 'search-next', keys: ['n']},
	{does: 'next newer match', where: 'timeline', action: 'search-previous', keys: ['N']},
	{does: 'next older match', where: 'prompt', action: 'search-next', keys: ['up']},
	{does: 'next newer match', where: 'prompt', action: 'search-previous', keys: ['down']},
	{does: 'row up; at the edge, input history', where: 'input', action: 'row-up', keys: ['up']},
	{does: 'row down; at the edge, input history', where: 'input', action: 'row-down', keys: ['down']},
	{does: 'start of line', where: 'input', action: 'move:line-start', keys: ['ctrl+a', 'home']},
	{does: 'end of line', where: 'input', action: 'move:line-end', keys: ['ctrl+e', 'end']},
	{does: 'left, right', where: 'input', action: 'move:left', keys: ['left', 'ctrl+b']},
	{does: 'left, right', where: 'input', action: 'move:right', keys: ['right']},
	{does: 'word left', where: 'input', action: 'move:word-left', keys: ['ctrl+left'], twins: ['alt+b', 'alt+left']},
	{does: 'word right', where: 'input', action: 'move:word-right', keys: ['ctrl+right'], twins: ['alt+f', 'alt+right']},
	{does: 'delete to the end of the line', where: 'input', action: 'edit:kill-to-end', keys: ['ctrl+k']},
	{does: 'delete to the start of the line', where: 'input', action: 'edit:kill-to-start', keys: ['ctrl+u']},
	{does: 'delete the word before', where: 'input', action: 'edit:kill-spaced-word', keys: ['ctrl+w']},
	{
		does: 'delete the word before, up to punctuation',
		where: 'input',
		action: 'edit:kill-word-back',
		keys: ['ctrl+backspace'],
		twins: ['alt+backspace'],
	},
	{
		does: 'delete the word behind',
		where: 'input',
		action: 'edit:kill-word-forward',
		keys: ['ctrl+delete'],
		twins: ['alt+d', 'alt+delete'],
	},
	{does: 'put back what was deleted', where: 'input', action: 'yank', keys: ['ctrl+y']},
	{does: 'undo', where: 'input', action: 'edit:undo', keys: ['ctrl+_']},
	{does: 'redo', where: 'input', action: 'edit:redo', keys: ['ctrl+r'], twins: ['alt+_', 'alt+-', 'ctrl+alt+_']},
	{does: 'delete', where: 'input', action: 'edit:delete-back', keys: ['backspace', 'shift+backspace']},
	{does: 'delete', where: 'input', action: 'edit:delete-forward', keys: ['delete']},
	{does: 'copy the message', where: 'timeline', action: 'copy', keys: ['y']},
	{does: 'open its link (asks)', where: 'timeline', action: 'open-link', keys: ['o']},
	{does: 'quote it in the input', where: 'timeline', action: 'quote', keys: ['r']},
	{does: 'details', where: 'list', action: 'details', keys: ['enter']},
	{does: 'show only this peer, again: all', where: 'list', action: 'filter-peer', keys: ['f']},
	{does: 'copy view', where: 'any', action: 'copy-view', keys: [], twins: ['alt+l'], command: '/copy'},
	{does: 'peers pane on, off', where: 'any', action: 'toggle-peers', keys: [], twins: ['alt+s'], command: '/peers'},
	{
		does: 'timestamps: minutes, seconds, none',
		where: 'any',
		action: 'cycle-times',
		keys: [],
		twins: ['alt+t'],
		command: '/times',
	},
	{does: 'network pane', where: 'any', action: 'network', keys: [], twins: ['alt+w'], command: '/net'},
	{does: 'help', where: 'any', action: 'help', keys: ['ctrl+g'], command: '/help'},
	{does: 'help', where: 'list', action: 'help', keys: ['?']},
	{
		does: 'close an overlay; clear the draft (undo restores); ask, and within 2 s quit',
		where: 'any',
		action: 'interrupt',
		keys: ['ctrl+c'],
	},
	{does: 'quit, on an empty input', where: 'input', action: 'end-input', keys: ['ctrl+d'], command: '/quit'},
	{does: 'redraw', where: 'any', action: 'redraw', keys: ['ctrl+l']},
	{does: 'suspend', where: 'any', action: 'suspend', keys: ['ctrl+z']},
];

/** The keys of the replay screen (interface.md, 3): a table of their own, since nothing is typed there. */
export type ReplayAction =
	| 'play'
	| 'row-up'
	| 'row-down'
	| 'page-up'
	| 'page-down'
	| 'event-back'
	| 'event-on'
	| 'time-back'
	| 'time-on'
	| 'part-back'
	| 'part-on'
	| `tenth-${number}`
	| 'start'
	| 'end'
	| 'slower'
	| 'faster'
	| 'normal-speed'
	| 'squeeze'
	| 'go-to'
	| 'search'
	| 'search-next'
	| 'search-previous'
	| 'filter'
	| 'clear'
	| 'bookmark'
	| 'bookmark-next'
	| 'bookmark-previous'
	| 'details'
	| 'copy'
	| 'export'
	| 'follow'
	| 'next-pane'
	| 'times'
	| 'help'
	| 'back'
	| 'redraw'
	| 'suspend'
	| 'quit';

export interface ReplayKeyRow {
	readonly does: string;
	readonly action: ReplayAction;
	readonly keys: readonly string[];
	readonly twins?: readonly string[];
}

const tenths = Array.from({length: 10}, (_, tenth): ReplayKeyRow => {
	return {does: 'that many tenths of the way', action: `tenth-${tenth}`, keys: [String(tenth)]};
});

export const replayKeyRows: readonly ReplayKeyRow[] = [
	{does: 'play, pause', action: 'play', keys: [' ']},
	{does: 'row up', action: 'row-up', keys: ['up', 'k']},
	{does: 'row down', action: 'row-down', keys: ['down', 'j']},
	{does: 'page up', action: 'page-up', keys: ['pageup', 'ctrl+u']},
	{does: 'page down', action: 'page-down', keys: ['pagedown', 'ctrl+d']},
	{does: 'one event back', action: 'event-back', keys: ['left', ',']},
	{does: 'one event on', action: 'event-on', keys: ['right', '.']},
	{does: '5 s back', action: 'time-back', keys: ['<'], twins: ['alt+left', 'alt+b']},
	{does: '5 s on', action: 'time-on', keys: ['>'], twins: ['alt+right', 'alt+f']},
	{does: '10 % back', action: 'part-back', keys: ['('], twins: ['shift+left']},
	{does: '10 % on', action: 'part-on', keys: [')'], twins: ['shift+right']},
	...tenths,
	{does: 'start', action: 'start', keys: ['g', 'home']},
	{does: 'end', action: 'end', keys: ['G', 'end']},
	{does: 'slower', action: 'slower', keys: ['-']},
	{does: 'faster', action: 'faster', keys: ['+', '=']},
	{does: 'original pace', action: 'normal-speed', keys: ['backspace']},
	{does: 'cut silence to 2 s', action: 'squeeze', keys: ['i']},
	{does: 'go to a time or event', action: 'go-to', keys: ['t']},
	{does: 'search', action: 'search', keys: ['/', 'ctrl+f']},
	{does: 'next match', action: 'search-next', keys: ['n']},
	{does: 'previous match', action: 'search-previous', keys: ['N']},
	{does: 'show only some: by peer, kind, text', action: 'filter', keys: ['f']},
	{does: 'show everything', action: 'clear', keys: ['x']},
	{does: 'bookmark the row, again: not', action: 'bookmark', keys: ['b']},
	{does: 'next bookmark', action: 'bookmark-next', keys: [']']},
	{does: 'previous bookmark', action: 'bookmark-previous', keys: ['[']},
	{does: 'details', action: 'details', keys: ['enter']},
	{does: 'copy the row', action: 'copy', keys: ['y']},
	{does: 'export what is shown', action: 'export', keys: ['e']},
	{does: 'follow a file that grows', action: 'follow', keys: ['F']},
	{does: 'to the peers and back', action: 'next-pane', keys: ['tab', 'ctrl+o', 'shift+tab']},
	{does: 'timestamps: minutes, seconds, none', action: 'times', keys: ['T'], twins: ['alt+t']},
	{does: 'help', action: 'help', keys: ['?', 'ctrl+g']},
	{does: 'back: close, pause, show everything', action: 'back', keys: ['escape']},
	{does: 'redraw', action: 'redraw', keys: ['ctrl+l']},
	{does: 'suspend', action: 'suspend', keys: ['ctrl+z']},
	{does: 'quit', action: 'quit', keys: ['q', 'ctrl+c']},
];
