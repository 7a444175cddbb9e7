import {foldName} from './name-collisions.js';
import {listPeers, type RosterPeer} from './roster.js';
import type {State} from './state.js';

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;
/** What continues a word: a letter or digit, also behind a hyphen. */
const WORD_CONTINUATION = /^-?[\p{L}\p{N}\p{M}_]/u;

function endsWord(text: string, index: number): boolean {
	return !WORD_CONTINUATION.test(text.slice(index, index + 4));
}

/** Whether a name stands in a text as a whole word behind `@`, in any case. */
export function containsAtMention(text: string, name: string): boolean {
	const mention = `@${name.toLowerCase()}`;
	const lower = text.toLowerCase();
	for (let at = lower.indexOf(mention); at >= 0; at = lower.indexOf(mention, at + 1)) {
		const before = [...lower.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
		if (!WORD_CHARACTER.test(before) && endsWord(lower, at + mention.length)) return true;
	}
	return false;
}

/** The words that a name of several begins with, most of them first: `Mary Ann`, `Mary` of `Mary Ann Lee`. */
export function listNamePrefixes(name: string): string[] {
	const words = name.split(/\s+/u);
	return words
		.slice(1)
		.map((_, index) => words.slice(0, words.length - 1 - index).join(' '))
		.filter(short => WORD_CHARACTER.test(short));
}

/**
 * Whether a text speaks to us: our name as a whole word, in any case, behind `@`, or at the start before `:` or `,`,
 * a fingerprint between or not.
 */
export function isMention(text: string, ownName: string): boolean {
	const name = ownName.toLowerCase();
	if (name === '') return false;
	const lower = text.toLowerCase();
	if (lower.startsWith(name) && /^(?:#[0-9a-f]{4,64})?\s*[:,]/.test(lower.slice(name.length))) return true;
	return containsAtMention(text, name);
}

/**
 * By what parts of our names `@` means us. Whoever else bears them as a name, or as the first words of one, claims them
 * for as long as they are there: who was there when it was said decides, so that no mark comes or goes when people do.
 */

/** A name of somebody else that begins with words of ours, and from when to when they were there (HLC ms). */
interface CompetingName {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

export interface ShortNames {
	readonly shortNames: readonly string[];
	/** Names that hold or held count alike: of a name is not known when it was taken. */
	readonly competingNames: readonly CompetingName[];
}

const NO_SHORT_NAMES: ShortNames = {shortNames: [], competingNames: []};

function beginsWith(name: string, words: string): boolean {
	return name === words || name.startsWith(`${words} `);
}

function findCompetingNames(
	{names, joined, left, lost, absences}: RosterPeer,
	ownNames: readonly string[],
	shorts: readonly string[],
) {
	const from = joined?.ms ?? 0;
	const to = (left ?? lost[absences])?.ms ?? Number.POSITIVE_INFINITY;
	return [...new Set(names.map(({name}) => foldName(name).split(/\s+/u).join(' ')))]
		.filter(name => !ownNames.includes(name) && shorts.some(short => beginsWith(name, short)))
		.map((name): CompetingName => ({name, from, to}));
}

/** `names`: all that we bear or bore. */
export function collectShortNames({roster, launches}: State, names: readonly string[]): ShortNames {
	const ownNames = names.map(foldName);
	const shortNames = [...new Set(ownNames.flatMap(listNamePrefixes))];
	if (shortNames.length === 0) return NO_SHORT_NAMES;
	const others = listPeers(roster).filter(({peer}) => !launches[peer]);
	return {shortNames, competingNames: others.flatMap(other => findCompetingNames(other, ownNames, shortNames))};
}

/** Whether a text said at `ms` (HLC) calls us by the first words of a name; a longer name of somebody else goes first. */
export function isMentionedByShortName(
	text: string,
	ms: number,
	{shortNames: shorts, competingNames}: ShortNames,
): boolean {
	return shorts.some(
		short =>
			containsAtMention(text, short) &&
			!competingNames.some(
				({name, from, to}) =>
					beginsWith(name, short) && ((from <= ms && ms < to) || (name !== short && containsAtMention(text, name))),
			),
	);
}
