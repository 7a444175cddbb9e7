/** What Tab offers behind the caret: commands, their choices, names. Pure. */
import {commandRows, findCommandRow} from './command-table.js';
import {quoteName} from './parse-command.js';

export interface Completion {
	/** [start, end) of the draft is replaced by a candidate. */
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
}

/** `names`: most likely first (who spoke last), each once. */
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
	const row = argument ? findCommandRow((argument[1] ?? '').toLowerCase()) : undefined;
	if (row?.choices)
		return createCompletion(
			cursor - (argument?.[2] ?? '').length,
			cursor,
			filterByPrefix(row.choices, argument?.[2] ?? ''),
		);
	if (row && /person|filter/.test(row.argument)) {
		const typed = argument?.[2] ?? '';
		return createCompletion(
			cursor - typed.length,
			cursor,
			matchNames(names, typed.replace(/^["@]/, '')).map(quoteName),
		);
	}
	return completeName(before, cursor, names);
}

/** At the start of a text a name is an address: `Bob: `. */
function completeName(before: string, cursor: number, names: readonly string[]): Completion | undefined {
	const word = /(?:^|\s)(@?)(\S+)$/u.exec(before);
	const typed = word?.[2] ?? '';
	if (!word || typed === '') return undefined;
	const sigil = word[1] ?? '';
	const start = cursor - typed.length - sigil.length;
	const ending = start === 0 && sigil === '' ? ': ' : ' ';
	return createCompletion(
		start,
		cursor,
		matchNames(names, typed).map(name => sigil + name + ending),
	);
}

function matchNames(names: readonly string[], typed: string): string[] {
	const lower = typed.toLowerCase();
	return names.filter(name => name.toLowerCase().startsWith(lower));
}

function filterByPrefix(words: readonly string[], typed: string): string[] {
	return words.filter(word => word.startsWith(typed.toLowerCase()));
}

function createCompletion(start: number, end: number, candidates: readonly string[]): Completion | undefined {
	return candidates.length === 0 ? undefined : {start, end, candidates};
}
