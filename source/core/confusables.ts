/**
 * What a name looks like at a glance, for telling apart those who pass for each other (the idea of Unicode TR 39, by a
 * short table: Latin, Greek and Cyrillic letters, digits and the signs that stand for them).
 */

/** Pairs of what looks alike: of each the second stands for both. */
const CONFUSABLE_PAIRS =
	'АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ԚQ ЅS ТT УY ѴV ԜW ХX ЗE ' +
	'аa вb сc ԁd еe һh нh іi јj кk мm оo рp ԛq ѕs тt уy ѵv ԝw хx гr пn ьb ӏl ɡg ' +
	'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϳj ' +
	'αa βb ϲc εe ηn ιi κk νv οo ρp σo τt υu χx ωw γy ' +
	'ıi ɑa ɩi ʀr ɴn ʙb ʜh ʟl ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs øo łl đd ħh ' +
	"0O 1I |I !I 3E 5S $S 8B @a ·. ‐- ‑- –- —- −- ‒- ’' ‘' `' ";

const CONFUSABLES: ReadonlyMap<string, string> = new Map(
	CONFUSABLE_PAIRS.trim()
		.split(' ')
		.map(pair => [...pair])
		.map(([letter = '', look = '']) => [letter, look]),
);

/** Equal for names that a reader may take for each other. Not for showing. */
export function confusableSkeleton(name: string): string {
	const skeleton = [...name.normalize('NFKD')]
		.map(letter => CONFUSABLES.get(letter) ?? letter)
		.join('')
		.toLowerCase()
		.replace(/[\s\p{P}]+/gu, '')
		.replaceAll('rn', 'm')
		.replaceAll('vv', 'w')
		.replaceAll('i', 'l');
	return skeleton === '' ? name : skeleton;
}

/**
 * `Carol#99c4b7ec` is how the program tells namesakes apart, so no name may end in, or hold, what reads like it: who is
 * called so would pass for another. Linear in the length of the name.
 */

/** Signs that are drawn like a number sign; compatibility forms (U+FF03, U+FE5F) are folded before. */
const NUMBER_SIGNS = '#\u266f\u22d5\u2317\u29e3\u29e4\u29e5\u2a69';
/** Drawn like a hexadecimal digit: 0 1 3 6 a b c d e in Latin, Greek, Cyrillic and Armenian (Unicode, confusables.txt). */
const HEX_LOOKALIKES = 'oοоօlіi|ıӏзʒƨбαɑавьƅсϲԁеҽ';

/** `h` a hexadecimal digit, `l` what looks like one, `a` any other letter or digit, `m` drawn on the one before. */
function classifyCharacter(character: string): string {
	const folded = character.normalize('NFKC').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	if (folded === '' || /^[\u200c\u200d]$/.test(folded)) return 'm';
	if (NUMBER_SIGNS.includes(folded)) return '#';
	if (/^[0-9a-f]+$/.test(folded)) return 'h';
	if (HEX_LOOKALIKES.includes(folded)) return 'l';
	return /[\p{L}\p{N}]/u.test(folded) ? 'a' : '.';
}

/** Four digits are enough to name somebody by (`/ignore Bob#a1b2`); eight are shown; look-alikes have to be about as long. */
const FINGERPRINT_PATTERN = /#m*(?:(?:hm*){8,}|(?:hm*){4,}(?![hla])|(?:[hl]m*){7,}(?![hla]))/;

/** From where to where, in UTF-16 units. */
function findSpoofedFingerprint(name: string): readonly [start: number, end: number] | undefined {
	const characters = [...name];
	const found = FINGERPRINT_PATTERN.exec(characters.map(classifyCharacter).join(''));
	if (!found) return undefined;
	const start = characters.slice(0, found.index).join('').length;
	return [start, start + characters.slice(found.index, found.index + found[0].length).join('').length];
}

/** Whether a name holds what reads like the fingerprint of somebody. */
export function containsSpoofedFingerprint(name: string): boolean {
	return !/^[^#\P{ASCII}]*$/u.test(name) && findSpoofedFingerprint(name) !== undefined;
}

/** Without them; what moves together is looked at again. */
export function removeSpoofedFingerprints(name: string): string {
	let cleaned = name;
	while (!/^[^#\P{ASCII}]*$/u.test(cleaned)) {
		const found = findSpoofedFingerprint(cleaned);
		if (!found) return cleaned;
		cleaned = cleaned.slice(0, found[0]) + cleaned.slice(found[1]);
	}
	return cleaned;
}
