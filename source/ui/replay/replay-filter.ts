/** Filter of the replay screen: words, `from:NAME` and `kind:KIND`. An entry passes if it meets all conditions. */

import {isWritten} from '../../core/event.js';
import {matchesAuthor} from '../../core/find-peers.js';
import {foldText} from '../../core/fold-text.js';
import type {State} from '../../core/state.js';
import {searchTextOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';

/** The kinds that users type after `kind:`, and the entry types of each. */
const KINDS = {
	said: ['posted', 'shared', 'whisper'],
	files: ['shared'],
	presence: ['joined', 'left', 'lost', 'returned', 'peer-connected', 'peer-disconnected'],
	names: ['joined', 'renamed', 'moved'],
	notices: ['notice'],
	whispers: ['whisper'],
} as const satisfies Readonly<Record<string, readonly TimelineEntry['type'][]>>;

type FilterKind = keyof typeof KINDS;

export interface ReplayFilter {
	/** The filter as typed, for the transport bar. */
	readonly text: string;
	readonly author?: string;
	readonly kind?: FilterKind;
	/** Text to find in messages and notices, normalised by foldText (case is ignored). */
	readonly words?: string;
	/** Earliest time by the author's wall clock, inclusive, ms. */
	readonly from?: number;
	/** Latest time by the author's wall clock, exclusive, ms. */
	readonly to?: number;
}

/** Syntax of a filter, for prompts and help. */
export const FILTER_FORM = `words, from:NAME, kind:${Object.keys(KINDS).join('|')}`;

const FILTER_PART = /(?:^|\s)(from|kind):(?:"([^"]*)"|(\S+))/giu;

/** Parses a typed filter. Returns undefined for an empty text, and an error message for an unknown kind. */
export function parseFilter(typed: string): ReplayFilter | string | undefined {
	let author: string | undefined;
	let kind: FilterKind | undefined;
	let unknownKind: string | undefined;
	const remainder = typed.replace(
		FILTER_PART,
		(_, key: string, quoted: string | undefined, bare: string | undefined) => {
			const value = quoted ?? bare ?? '';
			if (foldText(key) === 'from') author = value;
			else if (isKind(value)) kind = value;
			else unknownKind = value;
			return ' ';
		},
	);
	if (unknownKind !== undefined) return `Unknown kind ${unknownKind}. Kinds: ${Object.keys(KINDS).join(', ')}`;
	const words = foldText(remainder.trim());
	if (author === undefined && kind === undefined && words === '') return undefined;
	return {
		text: typed.trim(),
		...(author !== undefined && {author}),
		...(kind !== undefined && {kind}),
		...(words !== '' && {words}),
	};
}

function isKind(text: string): text is FilterKind {
	return Object.hasOwn(KINDS, text);
}

/** A name as it must be typed after `from:`: in quotes if it contains spaces. */
export function quoteName(name: string): string {
	return /\s/.test(name) ? `"${name.replaceAll('"', '')}"` : name;
}

/** Whether an entry meets all conditions of a filter. */
export function passesFilter(state: State, entry: TimelineEntry, filter: ReplayFilter): boolean {
	const {author, kind, words, from, to} = filter;
	if (from !== undefined && entry.at < from) return false;
	if (to !== undefined && entry.at >= to) return false;
	if (kind !== undefined && !KINDS[kind].some(type => type === entry.type)) return false;
	if (words !== undefined && !containsWords(state, entry, words)) return false;
	return author === undefined || matchesAuthor(state, entry, author);
}

function containsWords(state: State, entry: TimelineEntry, words: string): boolean {
	if (entry.type === 'notice' || entry.type === 'whisper') return foldText(entry.text).includes(words);
	return isWritten(entry) && foldText(searchTextOf(state, entry)).includes(words);
}
