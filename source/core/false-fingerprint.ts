/**
 * `Carol#99c4b7ec` is how the program tells namesakes apart, so no name may end in, or hold, what reads like it: who is
 * called so would pass for another. Linear in the length of the name.
 */

/** Signs that are drawn like a number sign; compatibility forms (U+FF03, U+FE5F) are folded before. */
const HASHES = '#\u266f\u22d5\u2317\u29e3\u29e4\u29e5\u2a69';
/** Drawn like a hexadecimal digit: 0 1 3 6 a b c d e in Latin, Greek, Cyrillic and Armenian (Unicode, confusables.txt). */
const LOOKALIKES = 'oοоօlіi|ıӏзʒƨбαɑавьƅсϲԁеҽ';

/** `h` a hexadecimal digit, `l` what looks like one, `a` any other letter or digit, `m` drawn on the one before. */
function classOf(character: string): string {
	const folded = character.normalize('NFKC').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	if (folded === '' || /^[\u200c\u200d]$/.test(folded)) return 'm';
	if (HASHES.includes(folded)) return '#';
	if (/^[0-9a-f]+$/.test(folded)) return 'h';
	if (LOOKALIKES.includes(folded)) return 'l';
	return /[\p{L}\p{N}]/u.test(folded) ? 'a' : '.';
}

/** Four digits are enough to name somebody by (`/ignore Bob#a1b2`); eight are shown; look-alikes have to be about as long. */
const MARK = /#m*(?:(?:hm*){8,}|(?:hm*){4,}(?![hla])|(?:[hl]m*){7,}(?![hla]))/;

/** From where to where, in UTF-16 units. */
function findFalse(name: string): readonly [start: number, end: number] | undefined {
	const characters = [...name];
	const found = MARK.exec(characters.map(classOf).join(''));
	if (!found) return undefined;
	const start = characters.slice(0, found.index).join('').length;
	return [start, start + characters.slice(found.index, found.index + found[0].length).join('').length];
}

/** Whether a name holds what reads like the fingerprint of somebody. */
export function hasFalseFingerprint(name: string): boolean {
	return !/^[^#\P{ASCII}]*$/u.test(name) && findFalse(name) !== undefined;
}

/** Without them; what moves together is looked at again. */
export function dropFalseFingerprints(name: string): string {
	let left = name;
	while (!/^[^#\P{ASCII}]*$/u.test(left)) {
		const found = findFalse(left);
		if (!found) return left;
		left = left.slice(0, found[0]) + left.slice(found[1]);
	}
	return left;
}
