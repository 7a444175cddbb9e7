/**
 * Mentions: whether a text addresses us by our name or by the first words of our name, or everybody by `@all`.
 *
 * `@Mary` means Mary Ann Lee, unless another person whose name is Mary or begins with Mary was present when the text
 * was written. People who join or leave later do not change whom an earlier text mentions.
 */
import {foldText} from './fold-text.js';
import {isOurs} from './own-sessions.js';
import {listPeers, type RosterPeer} from './roster.js';
import type {State} from './state.js';

/** The word after `@` that means everybody, even if a person has this name. */
export const ALL = 'all';

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;
/**
 * Matches text that continues the last word of the name before it: a letter or digit, or a hyphen and a letter or
 * digit.
 */
const WORD_CONTINUATION = /^-?[\p{L}\p{N}\p{M}_]/u;

/**
 * Name of another person that begins with the same words as our name. That person was present from `from` until just
 * before `to`, both in HLC ms.
 */
interface CompetingName {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

export interface ShortNames {
	/** Short forms of our names: the first words of each name, folded for comparison. */
	readonly shortNames: readonly string[];
	/**
	 * Names of other people that begin with one of `shortNames`. Earlier names are included, because it is not stored
	 * when a person changed the name.
	 */
	readonly competingNames: readonly CompetingName[];
}

const NO_SHORT_NAMES: ShortNames = {shortNames: [], competingNames: []};

/**
 * Whether a text contains our whole name, in any case and with or without a fingerprint: as a word after `@`, or at the
 * start before `:` or `,`.
 */
export function isMention(text: string, ownName: string): boolean {
	const name = foldText(ownName);
	if (name === '') return false;
	const folded = foldText(text);
	if (folded.startsWith(name) && /^(?:#[0-9a-f]{4,64})?\s*[:,]/.test(folded.slice(name.length))) return true;
	return name !== ALL && containsAtMention(text, name);
}

/** Whether a text addresses everybody in the room: `@all` as a word, in any case. */
export function isMentionOfAll(text: string): boolean {
	return containsAtMention(text, ALL);
}

/**
 * Whether a text written at `ms` (HLC) addresses us by a short form of our name, for example `@Mary` for Mary Ann.
 * False if the name of another person begins with the same words, and this person was present at `ms` or the text
 * contains the longer name.
 */
export function isMentionedByShortName(text: string, ms: number, {shortNames, competingNames}: ShortNames): boolean {
	return shortNames.some(
		short =>
			containsAtMention(text, short) &&
			!competingNames.some(
				({name, from, to}) =>
					beginsWith(name, short) && ((from <= ms && ms < to) || (name !== short && containsAtMention(text, name))),
			),
	);
}

/** Collects the short forms of all our names, and the names of other people that begin with one of these forms. */
export function collectShortNames(state: State, names: readonly string[]): ShortNames {
	const ownNames = names.map(foldText);
	const shortNames = [...new Set(ownNames.flatMap(listNamePrefixes))];
	if (shortNames.length === 0) return NO_SHORT_NAMES;
	const others = listPeers(state.roster).filter(({peer}) => !isOurs(state, peer));
	return {shortNames, competingNames: others.flatMap(other => findCompetingNames(other, ownNames, shortNames))};
}

/** Whether a text contains `@` and the name as a whole word, in any case. */
function containsAtMention(text: string, name: string): boolean {
	const mention = `@${foldText(name)}`;
	const folded = foldText(text);
	for (let at = folded.indexOf(mention); at >= 0; at = folded.indexOf(mention, at + 1)) {
		if (beginsMention(folded, at) && endsWord(folded, at + mention.length)) return true;
	}
	return false;
}

/** Whether the `@` at this index can begin a mention. It cannot if it continues a word, as in an e-mail address. */
export function beginsMention(text: string, at: number): boolean {
	const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
	return !WORD_CHARACTER.test(before);
}

/**
 * Whether a name that ends just before this index ends with a whole word: the text at the index does not continue the
 * word.
 */
export function endsWord(text: string, index: number): boolean {
	return !WORD_CONTINUATION.test(text.slice(index, index + 4));
}

/** Shorter forms of a name that consist of its first words, the longest first: `Mary Ann` and `Mary` for `Mary Ann Lee`. */
function listNamePrefixes(name: string): string[] {
	const words = name.split(/\s+/u);
	return words
		.slice(1)
		.map((_, index) => words.slice(0, words.length - 1 - index).join(' '))
		.filter(short => WORD_CHARACTER.test(short) && short !== ALL);
}

function findCompetingNames(
	{names, joined, left, lost, absences}: RosterPeer,
	ownNames: readonly string[],
	shortNames: readonly string[],
): CompetingName[] {
	const from = joined?.ms ?? 0;
	const to = (left ?? lost[absences])?.ms ?? Number.POSITIVE_INFINITY;
	return [...new Set(names.map(({name}) => foldText(name).split(/\s+/u).join(' ')))]
		.filter(name => !ownNames.includes(name) && shortNames.some(short => beginsWith(name, short)))
		.map(name => ({name, from, to}));
}

function beginsWith(name: string, words: string): boolean {
	return name === words || name.startsWith(`${words} `);
}
