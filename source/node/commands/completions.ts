/** Candidates for completion with Tab: commands, their arguments, names of people, and emoji. Pure. */
import {foldText} from '../../core/fold-text.js';
import {ALL} from '../../core/mention.js';
import {commandRows, findCommandRow} from './command-table.js';
import {findEmoji} from './emoji.js';
import {quoteName} from './parse-command.js';

export interface Completion {
	/** Range of the typed text that a candidate replaces: from `start` to `end`, exclusive. */
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
}

/**
 * Finds the candidates for the word before the cursor. `names`: names of people without duplicates. The person who
 * wrote last comes first.
 */
export function findCompletion(text: string, cursor: number, names: readonly string[]): Completion | undefined {
	const before = text.slice(0, cursor);
	const command = /^\/([^\s/]*)$/.exec(before);
	if (command)
		return createCompletion(
			0,
			cursor,
			filterByPrefix(
				commandRows.map(row => `/${row.name} `),
				`/${command[1]}`,
			),
		);
	const argument = /^\/(\S+)\s+(.*)$/.exec(before);
	const row = argument ? findCommandRow(foldText(argument[1] ?? '')) : undefined;
	if (row?.choices)
		return createCompletion(
			cursor - (argument?.[2] ?? '').length,
			cursor,
			filterByPrefix(row.choices, argument?.[2] ?? ''),
		);
	if (row && /person|filter|whisper/.test(row.argument)) {
		const typed = argument?.[2] ?? '';
		const isWhisper = row.argument === 'whisper';
		const found = matchNames(names, typed.replace(/^["@]/, '')).map(name => quoteName(name) + (isWhisper ? ' ' : ''));
		// After the addressee of a whisper comes its text. In the text, emoji and names are completed as in any
		// message.
		if (found.length > 0 || !isWhisper) return createCompletion(cursor - typed.length, cursor, found);
	}
	return completeEmoji(before, cursor) ?? completeName(before, cursor, names);
}

/** Completes the short name of an emoji (`:ta` or `:tada:`), and replaces it by the emoji. */
function completeEmoji(before: string, cursor: number): Completion | undefined {
	const word = /(?:^|\s)(:([\p{L}\p{N}_+-]+):?)$/u.exec(before);
	if (!word?.[1] || !word[2]) return undefined;
	const isWhole = word[1].endsWith(':');
	const found = findEmoji(word[2]).map(emoji => `${emoji} `);
	return createCompletion(cursor - word[1].length, cursor, isWhole ? found.slice(0, 1) : found);
}

/** Completes the name of a person. At the start of a message, the name becomes the addressee: `Bob: `. */
function completeName(before: string, cursor: number, names: readonly string[]): Completion | undefined {
	const word = /(?:^|\s)(@?)(\S*)$/u.exec(before);
	const typed = word?.[2] ?? '';
	const sigil = word?.[1] ?? '';
	// After a single `@`, all names are candidates.
	if (!word || (typed === '' && sigil === '')) return undefined;
	const start = cursor - typed.length - sigil.length;
	const ending = start === 0 && sigil === '' ? ': ' : ' ';
	return createCompletion(
		start,
		cursor,
		matchNames(sigil === '' ? names : [...names, ALL], typed).map(name => sigil + name + ending),
	);
}

function matchNames(names: readonly string[], typed: string): string[] {
	const folded = foldText(typed);
	return names.filter(name => foldText(name).startsWith(folded));
}

function filterByPrefix(words: readonly string[], typed: string): string[] {
	return words.filter(word => word.startsWith(foldText(typed)));
}

function createCompletion(start: number, end: number, candidates: readonly string[]): Completion | undefined {
	return candidates.length === 0 ? undefined : {start, end, candidates};
}
