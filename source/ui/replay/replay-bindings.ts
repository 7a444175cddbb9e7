/**
 * Key table of the replay screen. It is separate from the key table of the chat, because in the replay every character
 * outside of a prompt is a key. The help overlay shows the table.
 */

import {collectKeys, keyRows} from '../input/key-bindings.js';
import {withoutShift} from '../input/key-token.js';

export type ReplayAction =
	| 'play'
	| 'row-up'
	| 'row-down'
	| 'page-up'
	| 'page-down'
	| 'event-back'
	| 'event-forward'
	| 'time-back'
	| 'time-forward'
	| 'percent-back'
	| 'percent-forward'
	| `tenth-${number}`
	| 'start'
	| 'end'
	| 'slower'
	| 'faster'
	| 'normal-speed'
	| 'skip-idle'
	| 'go-to'
	| 'search'
	| 'search-next'
	| 'search-previous'
	| 'filter'
	| 'clear-filter'
	| 'bookmark'
	| 'bookmark-next'
	| 'bookmark-previous'
	| 'details'
	| 'copy'
	| 'export'
	| 'follow'
	| 'next-pane'
	| 'times'
	| 'addresses'
	| 'help'
	| 'back'
	| 'redraw'
	| 'suspend'
	| 'quit';

export interface ReplayKeyRow {
	readonly description: string;
	readonly action: ReplayAction;
	readonly keys: readonly string[];
	readonly alternativeKeys?: readonly string[];
}

const tenthRows = Array.from({length: 10}, (_, tenth): ReplayKeyRow => {
	return {description: 'go to 0 %, 10 % to 90 % of the log', action: `tenth-${tenth}`, keys: [String(tenth)]};
});

export const replayKeyRows: readonly ReplayKeyRow[] = [
	{description: 'play, pause', action: 'play', keys: [' ']},
	{description: 'row up', action: 'row-up', keys: ['up', 'k']},
	{description: 'row down', action: 'row-down', keys: ['down', 'j']},
	{description: 'page up', action: 'page-up', keys: ['pageup', 'ctrl+u']},
	{description: 'page down', action: 'page-down', keys: ['pagedown', 'ctrl+d']},
	{description: 'one event back', action: 'event-back', keys: ['left', ',']},
	{description: 'one event forward', action: 'event-forward', keys: ['right', '.']},
	{description: '5 s back', action: 'time-back', keys: ['<'], alternativeKeys: ['alt+left', 'alt+b']},
	{description: '5 s forward', action: 'time-forward', keys: ['>'], alternativeKeys: ['alt+right', 'alt+f']},
	{description: '10 % back', action: 'percent-back', keys: ['('], alternativeKeys: ['shift+left']},
	{description: '10 % forward', action: 'percent-forward', keys: [')'], alternativeKeys: ['shift+right']},
	...tenthRows,
	{description: 'go to the start', action: 'start', keys: ['g', 'home']},
	{description: 'go to the end', action: 'end', keys: ['G', 'end']},
	{description: 'slower', action: 'slower', keys: ['-']},
	{description: 'faster', action: 'faster', keys: ['+', '=']},
	{description: 'original speed', action: 'normal-speed', keys: ['backspace']},
	{description: 'shorten pauses to 2 s', action: 'skip-idle', keys: ['i']},
	{description: 'go to a time or event', action: 'go-to', keys: ['t']},
	{description: 'search', action: 'search', keys: ['/', 'ctrl+f']},
	{description: 'next match', action: 'search-next', keys: ['n']},
	{description: 'previous match', action: 'search-previous', keys: ['N']},
	{description: 'filter by peer, kind or text', action: 'filter', keys: ['f']},
	{description: 'clear search and filter', action: 'clear-filter', keys: ['x']},
	{description: 'set or remove a bookmark', action: 'bookmark', keys: ['b']},
	{description: 'next bookmark', action: 'bookmark-next', keys: [']']},
	{description: 'previous bookmark', action: 'bookmark-previous', keys: ['[']},
	{description: 'details', action: 'details', keys: ['enter']},
	{description: 'copy the row', action: 'copy', keys: ['y']},
	{description: 'export the shown rows', action: 'export', keys: ['e']},
	{description: 'follow a growing file', action: 'follow', keys: ['F']},
	{description: 'switch between timeline and peers', action: 'next-pane', keys: ['tab', 'ctrl+o', 'shift+tab']},
	{description: 'timestamps: minutes, seconds, none', action: 'times', keys: ['T'], alternativeKeys: ['alt+t']},
	{description: 'show or hide the addresses of messages', action: 'addresses', keys: ['A']},
	{description: 'help', action: 'help', keys: ['?', 'ctrl+g']},
	{description: 'close, pause, or clear search and filter', action: 'back', keys: ['escape']},
	{description: 'redraw', action: 'redraw', keys: ['ctrl+l']},
	{description: 'suspend', action: 'suspend', keys: ['ctrl+z']},
	{description: 'quit', action: 'quit', keys: ['q', 'ctrl+c']},
];

const actionByKey = new Map<string, ReplayAction>();
for (const row of replayKeyRows)
	for (const key of [...row.keys, ...(row.alternativeKeys ?? [])]) actionByKey.set(key, row.action);

/** Action of a key in the replay, or undefined. */
export function findReplayAction(key: string): ReplayAction | undefined {
	return actionByKey.get(key) ?? actionByKey.get(withoutShift(key) ?? '');
}

/**
 * All keys that the replay binds. They include the keys of the chat, because those keys edit the prompts of the replay.
 */
export const replayKeys: ReadonlySet<string> = collectKeys([...keyRows, ...replayKeyRows]);
