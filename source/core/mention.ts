const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** What continues a word: a letter or digit, also behind a hyphen. */
const CONTINUES = /^-?[\p{L}\p{N}\p{M}_]/u;

function endsWord(text: string, index: number): boolean {
	return !CONTINUES.test(text.slice(index, index + 4));
}

/** Whether a name stands in a text as a whole word behind `@`, in any case. */
export function isCalled(text: string, name: string): boolean {
	const called = `@${name.toLowerCase()}`;
	const lower = text.toLowerCase();
	for (let at = lower.indexOf(called); at >= 0; at = lower.indexOf(called, at + 1)) {
		const before = [...lower.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
		if (!WORD.test(before) && endsWord(lower, at + called.length)) return true;
	}
	return false;
}

/** The words that a name of several begins with, most of them first: `Mary Ann`, `Mary` of `Mary Ann Lee`. */
export function firstWords(name: string): string[] {
	const words = name.split(/\s+/u);
	return words
		.slice(1)
		.map((_, index) => words.slice(0, words.length - 1 - index).join(' '))
		.filter(short => WORD.test(short));
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
	return isCalled(text, name);
}
