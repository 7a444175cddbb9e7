/** Ctrl and Alt with a Cyrillic or Greek letter mean the Latin letter at the same place of the keyboard. */
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./";
const CYRILLIC = 'йцукенгшщзхъфывапролджэячсмитьбю.';
const GREEK_LATIN = 'wertyuiopasdfghjklzxcvbnm';
const GREEK = 'ςερτυθιοπασδφγηξκλζχψωβνμ';

const positions = new Map<string, string>();
for (const [index, letter] of Array.from(CYRILLIC).entries()) positions.set(letter, LATIN[index] ?? letter);
for (const [index, letter] of Array.from(GREEK).entries()) positions.set(letter, GREEK_LATIN[index] ?? letter);
positions.delete('.');

export function latinAt(letter: string): string {
	const found = positions.get(letter);
	if (found) return found;
	const lower = positions.get(letter.toLowerCase());
	return lower && letter !== letter.toLowerCase() ? lower.toUpperCase() : letter;
}
