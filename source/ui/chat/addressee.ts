/**
 * Addressee of a draft that is a whisper (`/msg NAME TEXT`, `/w`, `/r`).
 *
 * The addressee is fixed when the command before the text is complete, and the prompt names it before the first letter of the
 * text. It stays the same until the user changes the command: no rename, arrival or new whisper can change it under the fingers.
 */
import type {PeerId} from '../../core/event.js';
import {nameSeqOf, statusOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {parsePerson, quoteName} from '../../node/commands/parse-command.js';
import {lastWhisperer, resolveAddressee} from '../../node/commands/resolve-addressee.js';
import {NO_WHISPERER} from '../../node/commands/run-command.js';
import {editorWith} from '../input/editor-state.js';
import {truncateCells} from '../text/graphemes.js';
import {displayName, plainName} from '../timeline/display-name.js';
import {type Addressee, type UiState, withInfo} from './chat-state.js';

/** `/msg NAME ` or `/w NAME `, with the name in quotes or not. */
const NAMED_PREFIX = /^\/(?:msg|w)\s+(@?(?:"[^"]*"(?:#[0-9a-f]+)?|[^\s"]\S*))\s+/iu;
/** `/r ` */
const REPLY_PREFIX = /^\/r\s+/iu;

/** Keeps the addressee while its command is unchanged, and resolves it anew after a change. `before`: the state before the key. */
export function withAddressee(before: UiState, ui: UiState, state: State): UiState {
	if (before.editor.text === ui.editor.text) return ui;
	// The addressee of /r is that of the moment when the draft began, because the user answers what was on the screen then.
	const started = before.editor.text === '' ? {...ui, replyAddressee: lastWhisperer(state)} : ui;
	const {addressee, editor} = started;
	if (addressee && editor.text.startsWith(addressee.prefix)) return started;
	const found = findAddressee(started, state);
	const next = found && 'peer' in found ? found : undefined;
	return next === addressee ? started : {...started, addressee: next};
}

function findAddressee(ui: UiState, state: State): Addressee | {readonly error: string} | undefined {
	const {text} = ui.editor;
	const reply = REPLY_PREFIX.exec(text)?.[0];
	if (reply !== undefined) {
		const peer = ui.replyAddressee;
		return peer ? addresseeOf(state, peer, reply) : {error: NO_WHISPERER};
	}
	const named = NAMED_PREFIX.exec(text);
	if (!named?.[1]) return undefined;
	const view = resolveAddressee(parsePerson(named[1]), state);
	return 'error' in view ? view : addresseeOf(state, view.peer, named[0]);
}

function addresseeOf(state: State, peer: PeerId, prefix: string): Addressee {
	return {prefix, peer, name: displayName(state, peer)};
}

/** Why the draft has no addressee although it is a whisper; undefined if it is none or has one. */
export function addresseeError(ui: UiState, state: State): string | undefined {
	if (ui.addressee) return undefined;
	const found = findAddressee(ui, state);
	return found && 'error' in found ? found.error : undefined;
}

/** The text after the command of a whisper. */
export function whisperText({editor, addressee}: UiState): string {
	return editor.text.slice(addressee?.prefix.length ?? 0).trimStart();
}

/** Longest part of the screen that the prompt may take, as a fraction. */
const MAX_PROMPT_SHARE = 0.5;

/** Words of the prompt before its glyph: `to Dave only`. Empty for a draft that is no whisper. */
export function promptWords({addressee, columns}: UiState): string {
	if (!addressee) return '';
	const room = Math.max(8, Math.floor(columns * MAX_PROMPT_SHARE) - 'to  only '.length);
	return `to ${truncateCells(addressee.name, room, '~')} only`;
}

/** Begins a whisper to the other end of a whisper. A draft becomes its text. */
export function whisperBack(ui: UiState, entry: TimelineEntry & {type: 'whisper'}, state: State): UiState {
	const {subject} = entry;
	const status = statusOf(state, subject);
	const name = displayName(state, subject, nameSeqOf(state, subject, entry));
	if (status === 'left' || status === 'unreachable') return withInfo(ui, `${name} is not connected any more`);
	const prefix = `/msg ${quoteName(plainName(state, subject))} `;
	const {history} = ui.editor;
	return {
		...ui,
		focus: 'input',
		selected: undefined,
		composing: undefined,
		addressee: addresseeOf(state, subject, prefix),
		editor: {...editorWith(prefix + ui.editor.text), history, historyIndex: history.length},
	};
}
