const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** What continues a word: a letter or digit, also behind a hyphen. */
const CONTINUES = /^-?[\p{L}\p{N}\p{M}_]/u;

function endsWord(text: string, index: number): boolean {
	return !CONTINUES.test(text.slice(index, index + 4));
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
	for (let at = lower.indexOf(`@${name}`); at >= 0; at = lower.indexOf(`@${name}`, at + 1)) {
		const before = [...lower.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
		if (!WORD.test(before) && endsWord(lower, at + 1 + name.length)) return true;
	}
	return false;
}
