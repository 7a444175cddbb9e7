/** Finds shared files in the timeline by what a user types: a name, the start of a name, or the start of a file id. */
import type {SharedEvent} from './event.js';
import {matchesAuthor} from './find-peers.js';
import {foldText} from './fold-text.js';
import {isFileId} from './shared-file.js';
import type {State} from './state.js';
import {contentOf} from './text-of.js';

/** Minimum number of hexadecimal digits in a typed text for which files are searched by the start of their ids. */
const MIN_ID_DIGITS = 8;

/**
 * The shared files of a room that were not withdrawn, the newest first. Of several files with the same content, only
 * the newest is listed. If `author` is given, only files of this author are listed (`matchesAuthor`).
 */
export function listShared(state: State, author?: string): SharedEvent[] {
	const files = new Map<string, SharedEvent>();
	for (const page of state.timeline.pages.toReversed()) {
		for (const entry of page.toReversed()) {
			if (entry.type !== 'shared' || files.has(entry.file) || contentOf(state, entry).withdrawal) continue;
			if (author === undefined || matchesAuthor(state, entry, author)) files.set(entry.file, entry);
		}
	}
	return [...files.values()];
}

/**
 * The newest file whose name is `typed`. If no file has this name: the newest file whose name starts with `typed`. If
 * there is no such file either: the newest file whose id starts with `typed`. If `typed` is empty: the newest file of
 * all.
 */
export function findShared(files: readonly SharedEvent[], typed: string): SharedEvent | undefined {
	const wanted = foldText(typed.trim());
	if (wanted === '') return files[0];
	const name = ({fileName}: SharedEvent) => foldText(fileName);
	const isIdStart = wanted.length >= MIN_ID_DIGITS && isFileId(wanted.padEnd(64, '0'));
	return (
		files.find(file => name(file) === wanted) ??
		files.find(file => name(file).startsWith(wanted)) ??
		files.find(({file}) => isIdStart && file.startsWith(wanted))
	);
}
