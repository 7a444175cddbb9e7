/**
 * Names under which received files are saved. A name comes from a peer, so it must not leave the download folder, hide
 * itself, name a device, or make a file manager that lists the folder contact another computer.
 */
import {cleanLine, utf8Length} from './text.js';

/** Maximum bytes of the name of a saved file. The common file systems allow either 255 bytes or 255 UTF-16 units. */
const MAX_SAVED_NAME_BYTES = 255;
/** Name of a file whose own name has no usable character. */
const FALLBACK_NAME = 'file';
/**
 * Maximum bytes of an extension. A longer text after the last dot is not treated as an extension, because extensions
 * are never truncated, and little of the rest of the name would remain.
 */
const MAX_EXTENSION_BYTES = 32;
const SUFFIX = '.download';

/**
 * Characters that Windows forbids in file names. On Windows, a colon would also name a hidden data stream of a file.
 */
const FORBIDDEN = /[:<>"|?*]/g;
/**
 * Characters that are removed from the start of a name. Marks and joiners (invisible) are among them, because
 * sanitising removes these, and a dot after them would then become the first character and hide the file.
 */
const LEADING = /^[\s\u2800.\-\p{M}\u200c\u200d]+/u;
const TRAILING = /[\s\u2800.\u200c\u200d]+$/u;

/** Device names of Windows. An extension does not change their meaning there: `CON.txt` is the console. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/** Whether a name without path separators is the name of a device on Windows. */
export function isDeviceName(name: string): boolean {
	return DEVICE.test(name);
}

/**
 * Matches names of files that a file manager reads while it lists their folder, or that start a program under a
 * harmless icon: shortcuts, libraries, saved searches, themes, and launchers.
 */
const ACTIVE =
	/(?:^|\.)(?:library-ms|search-ms|searchconnector-ms|settingcontent-ms|appref-ms|appcontent-ms|url|website|scf|lnk|pif|theme|themepack|deskthemepack|desktop|directory|webloc|inetloc|fileloc|mailloc|afploc|ftploc)$|^(?:desktop\.ini|autorun\.inf)$/i;

/**
 * Converts the name of a shared file to the name of a file in the download folder. The result is never empty, is never a
 * path, and has at most `maxBytes` in UTF-8. Converting a result again does not change it.
 */
export function cleanFileName(name: string, maxBytes = MAX_SAVED_NAME_BYTES): string {
	const segments = cleanLine(name, MAX_SAVED_NAME_BYTES * 8).split(/[/\\]/);
	const base = segments.findLast(segment => trimEdges(segment) !== '') ?? '';
	const clean = trimEdges(base.replace(FORBIDDEN, '_')) || FALLBACK_NAME;
	const fitted = fitName(isDeviceName(clean) ? `_${clean}` : clean, maxBytes);
	return ACTIVE.test(fitted) ? fitName(`${fitted}${SUFFIX}`, maxBytes) : fitted;
}

/** The name of the `number`th file with the same name: `photo (2).jpg`. `name` is a result of `cleanFileName`. */
export function numberFileName(name: string, number: number, maxBytes = MAX_SAVED_NAME_BYTES): string {
	return number <= 1 ? name : fitName(name, maxBytes, ` (${number})`);
}

function trimEdges(text: string): string {
	return text.replace(LEADING, '').replace(TRAILING, '');
}

interface NameParts {
	readonly stem: string;
	/** Extension with its dot; empty if the name has no extension. */
	readonly extension: string;
}

function splitExtension(name: string): NameParts {
	const extension = /(?<=.)(?:\.tar)?\.[^. ]+$/iu.exec(name)?.[0] ?? '';
	if (utf8Length(extension) > MAX_EXTENSION_BYTES) return {stem: name, extension: ''};
	return {stem: name.slice(0, name.length - extension.length), extension};
}

/**
 * Inserts the text `number` before the extension of a file name. Truncates the stem between two graphemes so that the
 * whole name has at most `maxBytes`.
 */
function fitName(name: string, maxBytes: number, number = ''): string {
	const {stem, extension} = splitExtension(name);
	const truncated = cleanLine(stem, maxBytes - utf8Length(extension) - utf8Length(number));
	return `${extension === '' ? truncated.replace(TRAILING, '') : truncated}${number}${extension}`;
}
