/**
 * Finds the addressee of a draft that is a whisper (`/msg NAME TEXT`, `/w`, `/r`). All screens use these functions.
 *
 * The addressee is determined once, as soon as the command before the text is complete. From then on, the prompt shows
 * the name of the addressee. The addressee stays the same until the user changes the command, even if somebody takes
 * the same name, arrives or whispers while the user types.
 */
import type {PeerId} from '../core/event.js';
import {foldText} from '../core/fold-text.js';
import {fingerprintOf, nameOf} from '../core/select-peers.js';
import type {State} from '../core/state.js';
import {withoutEndSpaces} from '../core/text.js';
import {beginsWithWhisperCommand} from '../core/whisper-command.js';
import {findCommandRow} from '../node/commands/command-table.js';
import {parseCommand, parsePerson, quoteName} from '../node/commands/parse-command.js';
import {lastWhisperer, NO_WHISPERER, resolveAddressee} from '../node/commands/resolve-addressee.js';
import {truncateCells} from './text/graphemes.js';
import {displayName, plainName} from './timeline/display-name.js';

/** Addressee of a draft that is a whisper. */
export interface Addressee {
	/**
	 * The command before the text, for example `/msg Dave `. The addressee stays the same while the draft begins with
	 * this command.
	 */
	readonly prefix: string;
	readonly peer: PeerId;
	/** Name that the peer had when the addressee was determined. */
	readonly name: string;
}

/** What a screen remembers about the addressee of its draft. */
export interface Addressing {
	readonly addressee: Addressee | undefined;
	/** Addressee of /r: the peer whose whisper was the newest one when the user began the draft. */
	readonly replyAddressee: PeerId | undefined;
}

export const noAddressing: Addressing = {addressee: undefined, replyAddressee: undefined};

/** `/msg NAME ` or `/w NAME `. The name may be in quotes. */
const NAMED_PREFIX = /^\/(?:msg|w)\s+(@?(?:"[^"]*"(?:#[0-9a-f]+)?|[^\s"]\S*))\s+/iu;
/** `/r `, which answers the newest whisper. */
const REPLY_PREFIX = /^\/r\s+/iu;

/**
 * Updates the addressee after the draft has changed from `before` to `draft`. The addressee stays the same while the
 * draft begins with the same command; otherwise it is resolved again.
 */
export function updateAddressing(addressing: Addressing, before: string, draft: string, state: State): Addressing {
	if (before === draft) return addressing;
	// The addressee of /r is fixed when the draft begins, because the user answers the whisper that is on the screen at
	// that moment.
	const replyAddressee = before === '' ? lastWhisperer(state) : addressing.replyAddressee;
	const {addressee} = addressing;
	if (addressee && draft.startsWith(addressee.prefix)) return {addressee, replyAddressee};
	const found = findAddressee(draft, replyAddressee, state);
	return {addressee: found && 'peer' in found ? found : undefined, replyAddressee};
}

function findAddressee(
	draft: string,
	replyAddressee: PeerId | undefined,
	state: State,
): Addressee | {readonly error: string} | undefined {
	const reply = REPLY_PREFIX.exec(draft)?.[0];
	if (reply !== undefined) return replyAddressee ? addresseeOf(state, replyAddressee, reply) : {error: NO_WHISPERER};
	const named = NAMED_PREFIX.exec(draft);
	if (!named?.[1]) return undefined;
	const view = resolveAddressee(parsePerson(named[1]), state);
	return 'error' in view ? view : addresseeOf(state, view.peer, named[0]);
}

export function addresseeOf(state: State, peer: PeerId, prefix: string): Addressee {
	return {prefix, peer, name: displayName(state, peer)};
}

/**
 * Command that begins a whisper to `peer`. It contains the fingerprint, which names the same person even after somebody
 * else has taken the name. A draft that is kept for a later screen has this form, because the later screen finds the
 * addressee again from the text of the draft.
 */
export function whisperPrefix(state: State, peer: PeerId): string {
	const name = plainName(state, peer);
	// A name that cannot be typed before a fingerprint is left out, because the fingerprint alone names the person too.
	const isTypable = name === nameOf(state, peer) && !/["@#]/u.test(name);
	return `/msg ${isTypable ? quoteName(name) : ''}#${fingerprintOf(state, peer)} `;
}

/**
 * Returns the draft in the form in which it is kept for a later screen. A whisper then names its addressee by
 * fingerprint.
 */
export function draftToKeep({addressee}: Pick<Addressing, 'addressee'>, draft: string, state: State): string {
	if (!addressee || !draft.startsWith(addressee.prefix)) return draft;
	return whisperPrefix(state, addressee.peer) + whisperText(draft, addressee);
}

/** Addressee of a draft that is put back into the input: an earlier screen kept the draft, or the node refused it. */
export function addressingOf(draft: string, state: State): Addressing {
	// If a draft still begins with /r, its addressee was not known when it was kept. It gets no addressee here either,
	// because the newest whisper may now be from another person than the one whom the user wanted to answer.
	const replyAddressee = REPLY_PREFIX.test(draft) ? undefined : lastWhisperer(state);
	const found = findAddressee(draft, replyAddressee, state);
	return {addressee: found && 'peer' in found ? found : undefined, replyAddressee};
}

/**
 * Whether a refused draft returns to the input. A message or a whisper returns, because it would otherwise be lost. A
 * command does not return, because the key ↑ shows it again.
 */
export function comesBack(draft: string): boolean {
	return beginsWithWhisperCommand(draft) || parseCommand(draft).type === 'text';
}

/**
 * Error text for a draft that must not be sent: a later line looks like a command, or a whisper has no valid addressee.
 * Undefined if the draft may be sent.
 */
export function draftError({addressee, replyAddressee}: Addressing, draft: string, state: State): string | undefined {
	const misplaced = misplacedCommandError(draft);
	if (misplaced !== undefined || addressee) return misplaced;
	const found = findAddressee(draft, replyAddressee, state);
	return found && 'error' in found ? found.error : undefined;
}

/**
 * The form of a command: a slash and a word, alone or with an argument. A path (`/usr/bin`) and a comment in code (`//
 * text`) do not have this form.
 */
const COMMAND_FORM = /^\/(\p{L}+)(\s+\S|\s*$)/u;

/**
 * Error text for a draft in which a line after the first one looks like a command. Without this check, the command
 * would be sent as text of the message above it. That happens by mistake if the user presses Enter before the screen is
 * ready: the terminal then sends a line feed, which only starts a new line.
 */
function misplacedCommandError(draft: string): string | undefined {
	const lines = draft.split('\n');
	const index = lines.findIndex((line, number) => number > 0 && looksLikeCommand(line));
	if (index === -1) return undefined;
	const word = truncateCells(lines[index]?.trim().split(/\s/u)[0] ?? '', 20, '~');
	return `Not sent: line ${index + 1} begins with ${word}, but a command must be a message of its own. Delete the other lines, or add words before the slash.`;
}

function looksLikeCommand(line: string): boolean {
	const [, word = '', rest = ''] = COMMAND_FORM.exec(line) ?? [];
	const isCommand = word !== '' && (rest.trim() !== '' || findCommandRow(foldText(word)) !== undefined);
	return isCommand || beginsWithWhisperCommand(line);
}

/** The text after the command of a whisper. */
export function whisperText(draft: string, {prefix}: Addressee): string {
	return withoutEndSpaces(draft.slice(prefix.length).trimStart());
}

/** Maximum width of the prompt words, as a fraction of the width of the screen. */
const MAX_PROMPT_SHARE = 0.5;

/** Words in front of the glyph of the input prompt: `to Dave only`. Empty for a draft that is no whisper. */
export function promptWords(addressee: Addressee | undefined, columns: number): string {
	if (!addressee) return '';
	const room = Math.max(8, Math.floor(columns * MAX_PROMPT_SHARE) - 'to  only '.length);
	return `to ${truncateCells(addressee.name, room, '~')} only`;
}
