/**
 * Paths of files as users type, paste and drop them: quoted, with escaped characters, or as a file URL. Pure. The path is not
 * looked up here.
 */
import {cleanLine} from '../../core/text.js';

/** The arguments of `/share`: a path, and the note after it. `whole` is the unsplit text, for a path with spaces and no quotes. */
export interface TypedPath {
	readonly path: string;
	readonly note: string;
	readonly whole: string;
}

/** Quoted or escaped parts of a path without a space between them, as in `'it'\''s here.txt'`. */
const QUOTED = /^(?:'[^']*'|"[^"]*"|\\[^A-Za-z0-9])+(?=\s|$)/;
/** A word in which every space follows a backslash. */
const WORD = /^(?:\\\s|\S)+/;
/** Start of a Windows path, in which a backslash separates folders and escapes nothing. */
const WINDOWS = /^(?:[A-Za-z]:|\\\\)/;

/**
 * Splits `PATH [NOTE]`. The path may be in quotes, may have a backslash before special characters, or may be a file URL. These
 * are the forms in which terminals write a file that is dropped on them.
 */
export function parseTypedPath(text: string): TypedPath {
	const whole = text.trim();
	const quoted = /^["']/.test(whole) ? QUOTED.exec(whole)?.[0] : undefined;
	const word = quoted ?? WORD.exec(whole)?.[0] ?? '';
	const path = quoted === undefined ? unescapeWord(word) : unquote(quoted);
	return {path, note: whole.slice(word.length).trim(), whole};
}

function unquote(quoted: string): string {
	return quoted.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped);
}

function unescapeWord(word: string): string {
	if (/^file:/i.test(word)) return pathOfFileUrl(word) ?? word;
	return WINDOWS.test(word) ? word : word.replaceAll(/\\([^A-Za-z0-9])/g, '$1');
}

/** The path of a file URL on this computer (RFC 8089). Undefined for every other URL. */
function pathOfFileUrl(url: string): string | undefined {
	const encoded = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/)[^?#]*)$/i.exec(url)?.[1];
	if (encoded === undefined) return undefined;
	try {
		return decodeURIComponent(encoded).replace(/^\/(?=[A-Za-z]:)/, '');
	} catch {
		return undefined;
	}
}

/** Longest pasted text that is examined, in UTF-16 units. It exceeds the longest path of every system. */
const MAX_PASTED_PATH_UNITS = 8192;

/**
 * The absolute path that a pasted text consists of. Undefined if the text is not one path. Does not check whether the
 * file exists.
 */
export function pastedPath(text: string): string | undefined {
	if (text.length > MAX_PASTED_PATH_UNITS || text.trim().includes('\n')) return undefined;
	const {path, note, whole} = parseTypedPath(text);
	const found = note === '' ? path : whole;
	// A text that begins with a slash could be a slash command, so a second slash is required in it.
	return /^(?:\/[^/]+\/|~\/|[A-Za-z]:[\\/])/.test(found) ? found : undefined;
}

/** The path before the cursor of a `/share` that is being typed. */
export interface UnfinishedPath {
	/** Position in the draft from which a candidate replaces the text up to the cursor: the last part of the path. */
	readonly start: number;
	/** Folder of the last part, as the user typed it; empty: the current folder. */
	readonly folder: string;
	/** The typed beginning of the last part. */
	readonly prefix: string;
	readonly quote: '' | "'" | '"';
	readonly isWindows: boolean;
}

/** The path that Tab can complete. Undefined if the cursor is not in the path of a `/share`. */
export function unfinishedPath(text: string, cursor: number): UnfinishedPath | undefined {
	const before = text.slice(0, cursor);
	const [, head = '', argument = ''] = /^(\/share\s+)([\s\S]*)$/i.exec(before) ?? [];
	if (head === '') return undefined;
	const quote = /^["']/.exec(argument)?.[0] as '"' | "'" | undefined;
	const isWindows = WINDOWS.test(argument.slice(quote ? 1 : 0));
	const typed = quote ? argument.slice(1) : argument;
	// The path has ended: its quote is closed, or a space follows it.
	if (quote ? typed.includes(quote) : !isWindows && /(?:^|[^\\])\s/.test(typed)) return undefined;
	const separator = isWindows ? /[\\/]/ : /\//;
	const lastPart = typed.split(separator).at(-1) ?? '';
	const read = (part: string) => (quote || isWindows ? part : unescapeWord(part));
	return {
		start: cursor - lastPart.length,
		folder: read(typed.slice(0, typed.length - lastPart.length)),
		prefix: read(lastPart),
		quote: quote ?? '',
		isWindows,
	};
}

/** An entry of a folder. */
export interface FolderEntry {
	readonly name: string;
	readonly isFolder: boolean;
}

/**
 * The texts that can replace the last part of the path. Names with characters that no input can express are left out: control
 * characters, and the quotation mark with which the user began.
 */
export function pathCandidates({quote, isWindows}: UnfinishedPath, entries: readonly FolderEntry[]): string[] {
	return entries
		.filter(({name}) => cleanLine(name) === name && (quote === '' || !name.includes(quote)))
		.map(({name, isFolder}) => {
			const shown = quote || isWindows ? name : name.replaceAll(/[\s"'\\()[\]{}&;|<>*?$`!#]/g, '\\$&');
			return shown + (isFolder ? (isWindows ? '\\' : '/') : `${quote} `);
		});
}
