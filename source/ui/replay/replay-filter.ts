/** The filter of the replay screen: words, `from:NAME`, `kind:KIND`, all of which must hold. Pure. */

import {matchesAuthor} from '../../core/find-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';

const KINDS = {
	said: ['posted'],
	presence: ['joined', 'left', 'lost', 'returned', 'peer-connected', 'peer-disconnected'],
	names: ['joined', 'renamed', 'moved'],
	notices: ['notice'],
} as const satisfies Readonly<Record<string, readonly TimelineEntry['type'][]>>;

export type FilterKind = keyof typeof KINDS;

export interface ReplayFilter {
	/** As it was typed: what the transport bar shows. */
	readonly text: string;
	readonly author?: string;
	readonly kind?: FilterKind;
	/** Lower case, NFC. */
	readonly words?: string;
	/** Wall clock of the author, ms: from this on, and before this. */
	readonly from?: number;
	readonly to?: number;
}

export const FILTER_FORM = `words, from:NAME, kind:${Object.keys(KINDS).join('|')}`;

const FILTER_PART = /(?:^|\s)(from|kind):(?:"([^"]*)"|(\S+))/giu;

/** Undefined for an empty one; an error in words for a kind that does not exist. */
export function parseFilter(typed: string): ReplayFilter | string | undefined {
	let author: string | undefined;
	let kind: FilterKind | undefined;
	let unknownKind: string | undefined;
	const remainder = typed.replace(
		FILTER_PART,
		(_, what: string, quoted: string | undefined, bare: string | undefined) => {
			const value = quoted ?? bare ?? '';
			if (what.toLowerCase() === 'from') author = value;
			else if (isKind(value)) kind = value;
			else unknownKind = value;
			return ' ';
		},
	);
	if (unknownKind !== undefined) return `there is no kind “${unknownKind}”: ${Object.keys(KINDS).join(', ')}`;
	const words = remainder.trim().normalize('NFC').toLowerCase();
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

/** A name as it must be typed behind `from:`. */
export function quoteName(name: string): string {
	return /\s/.test(name) ? `"${name.replaceAll('"', '')}"` : name;
}

export function passesFilter(state: State, entry: TimelineEntry, filter: ReplayFilter): boolean {
	const {author, kind, words, from, to} = filter;
	if (from !== undefined && entry.at < from) return false;
	if (to !== undefined && entry.at >= to) return false;
	if (kind !== undefined && !KINDS[kind].some(type => type === entry.type)) return false;
	if (words !== undefined && !containsWords(entry, words)) return false;
	return author === undefined || matchesAuthor(state, entry, author);
}

const ASCII = /^[ -~]*$/;

/** Plain letters look the same in any form of a text, and a million texts are not brought into form for them. */
function containsWords(entry: TimelineEntry, words: string): boolean {
	if (entry.type !== 'posted' && entry.type !== 'notice') return false;
	const text = ASCII.test(words) ? entry.text : entry.text.normalize('NFC');
	return text.toLowerCase().includes(words);
}
