/**
 * Paths of files in the forms in which users type them, paste them or drop them on the terminal: in quotes, with
 * escaped characters, or as a file URL. Pure. This file does not check whether a path exists.
 */
import {cleanLine} from '../../core/text.js';

/**
 * Argument of `/share`: a path, and the note after it. `whole`: the argument before it was split, in case it is a path
 * with spaces but without quotes.
 */
export interface TypedPath {
	readonly path: string;
	readonly note: string;
	readonly whole: string;
}

/** Parts of a path in quotes or with a backslash, with no space between the parts, as in `'it'\''s here.txt'`. */
const QUOTED = /^(?:'[^']*'|"[^"]*"|\\[^A-Za-z0-9])+(?=\s|$)/;
/** A word that may contain spaces, if each of them follows a backslash. */
const WORD = /^(?:\\\s|\S)+/;
/** Start of a path on Windows. In such a path a backslash separates folders and does not escape characters. */
const WINDOWS = /^(?:[A-Za-z]:|\\\\)/;

/**
 * Splits `PATH [NOTE]`. The path may be in quotes, may have backslashes before special characters, or may be a file
 * URL. Terminals write a path in one of these forms when the user drops a file on them.
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

/** Path of a file URL (RFC 8089) that refers to this computer. Undefined for any other URL. */
function pathOfFileUrl(url: string): string | undefined {
	const encoded = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/)[^?#]*)$/i.exec(url)?.[1];
	if (encoded === undefined) return undefined;
	try {
		return decodeURIComponent(encoded).replace(/^\/(?=[A-Za-z]:)/, '');
	} catch {
		return undefined;
	}
}

/** Maximum length of a pasted text that is examined, in UTF-16 units. No system allows a longer path. */
const MAX_PASTED_PATH_UNITS = 8192;

/**
 * Absolute path, if a pasted text consists of one path and nothing else. Otherwise undefined. Does not check whether
 * the file exists.
 */
export function pastedPath(text: string): string | undefined {
	if (text.length > MAX_PASTED_PATH_UNITS || text.trim().includes('\n')) return undefined;
	const {path, note, whole} = parseTypedPath(text);
	const found = note === '' ? path : whole;
	// A text with a slash only at its start could be a slash command. Therefore a path needs a second slash.
	return /^(?:\/[^/]+\/|~\/|[A-Za-z]:[\\/])/.test(found) ? found : undefined;
}

/** Path in a `/share` command that the user is still typing, up to the cursor. */
export interface UnfinishedPath {
	/**
	 * Position in the input at which the last part of the path begins. A candidate replaces the text from there to the
	 * cursor.
	 */
	readonly start: number;
	/** Folder that contains the last part of the path, as the user typed it. Empty means the current folder. */
	readonly folder: string;
	/** Beginning of the last part of the path, as far as the user has typed it. */
	readonly prefix: string;
	readonly quote: '' | "'" | '"';
	readonly isWindows: boolean;
}

/** Path that Tab can complete. Undefined if the cursor is not in the path of a `/share` command. */
export function unfinishedPath(text: string, cursor: number): UnfinishedPath | undefined {
	const before = text.slice(0, cursor);
	const [, head = '', argument = ''] = /^(\/share\s+)([\s\S]*)$/i.exec(before) ?? [];
	if (head === '') return undefined;
	const quote = /^["']/.exec(argument)?.[0] as '"' | "'" | undefined;
	const isWindows = WINDOWS.test(argument.slice(quote ? 1 : 0));
	const typed = quote ? argument.slice(1) : argument;
	// The path has ended, because its quote is closed or a space follows it.
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

/** File or folder in a folder. */
export interface FolderEntry {
	readonly name: string;
	readonly isFolder: boolean;
}

/**
 * Texts that can replace the last part of the path. A name is left out if it contains characters that cannot be typed:
 * control characters, or the quotation mark with which the user began the path.
 */
export function pathCandidates({quote, isWindows}: UnfinishedPath, entries: readonly FolderEntry[]): string[] {
	return entries
		.filter(({name}) => cleanLine(name) === name && (quote === '' || !name.includes(quote)))
		.map(({name, isFolder}) => {
			const shown = quote || isWindows ? name : name.replaceAll(/[\s"'\\()[\]{}&;|<>*?$`!#]/g, '\\$&');
			return shown + (isFolder ? (isWindows ? '\\' : '/') : `${quote} `);
		});
}
