/** What keys do to the line that is typed. */
import type {EditorAction} from '../editor/reduce-editor.js';

export const EDIT_KEYS: Readonly<Record<string, EditorAction>> = {
	backspace: {type: 'edit', edit: 'delete-back'},
	'ctrl+u': {type: 'set', text: ''},
	'ctrl+w': {type: 'edit', edit: 'kill-spaced-word'},
	'alt+backspace': {type: 'edit', edit: 'kill-word-back'},
	'ctrl+_': {type: 'edit', edit: 'undo'},
	'ctrl+j': {type: 'type', text: '\n'},
	'alt+enter': {type: 'type', text: '\n'},
	up: {type: 'history', by: -1},
	down: {type: 'history', by: 1},
};
