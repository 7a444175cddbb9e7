/**
 * Protection against names that imitate other names: confusable skeletons and spoofed fingerprints.
 *
 * The skeleton of a name is a form in which one character replaces all characters that look like it. It follows
 * Unicode Technical Standard 39, which covers the look-alikes of all scripts. This file adds pairs of Latin, Greek
 * and Cyrillic letters, digits and signs that look alike only at a glance.
 *
 * A spoofed fingerprint is a part of a name that reads like `#99c4b7ec`. The screen shows `Carol#99c4b7ec` to
 * distinguish people with the same name, so a name that contains such a part could be mistaken for the name of
 * another person.
 */
import {CONFUSABLE_TABLE} from './confusable-table.js';

/**
 * Pairs of characters that look alike. In the skeleton of a name (its form for comparison), the second character of a
 * pair replaces the first.
 */
const CONFUSABLE_PAIRS =
	'АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ԚQ ЅS ТT УY ѴV ԜW ХX ЗE ' +
	'аa вb сc ԁd еe һh нh іi јj кk мm оo рp ԛq ѕs тt уy ѵv ԝw хx гr пn ьb ӏl ɡg ' +
	'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϳj ' +
	'αa βb ϲc εe ηn ιi κk νv οo ρp σo τt υu χx ωw γy ' +
	'ıi ɑa ɩi ʀr ɴn ʙb ʜh ʟl ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs øo łl đd ħh ' +
	'ĸk ʍm πn ƅb ßb ꞓe ' +
	"0O 1I |I !I 3E 5S $S 8B @a ·. ‐- ‑- –- —- −- ‒- ’' ‘' `' ";

const CONFUSABLES: ReadonlyMap<string, string> = new Map(
	CONFUSABLE_PAIRS.trim()
		.split(' ')
		.map(pair => [...pair])
		.map(([letter = '', representative = '']) => [letter, representative]),
);

/**
 * Marks that cross a letter or hang from it. The skeleton of a name (its form for comparison) leaves them out,
 * because a letter with such a mark, for example `ø`, looks like the letter alone.
 */
const STROKES = /[\u0329\u0335\u0338]+/g;

const ASCII = /^[ -~]*$/;

let prototypes: ReadonlyMap<string, string> | undefined;

/**
 * Maps each character of the Unicode table to its prototype: the characters that replace all characters that look
 * like them. The table is parsed only when it is first needed, because names in ASCII do not need it.
 */
function getPrototypes(): ReadonlyMap<string, string> {
	if (prototypes) return prototypes;
	const parsed = new Map<string, string>();
	const toCode = (digits: string) => Number.parseInt(digits, 36);
	for (const row of CONFUSABLE_TABLE.split(';')) {
		const [prototype = '', characters = ''] = row.split('=');
		if (characters === '') continue;
		const text = String.fromCodePoint(...prototype.split(' ').map(toCode));
		let code = 0;
		for (const step of characters.split(' ')) {
			code += toCode(step);
			parsed.set(String.fromCodePoint(code), text);
		}
	}
	prototypes = parsed;
	return parsed;
}

function replacePairs(text: string): string {
	return Array.from(text, letter => CONFUSABLES.get(letter) ?? letter).join('');
}

/** Replaces look-alikes according to the Unicode table and to CONFUSABLE_PAIRS. The result is in Unicode form NFKD. */
function replaceLookalikes(text: string): string {
	const pairs = replacePairs(text.normalize('NFKD'));
	if (ASCII.test(pairs)) return pairs;
	// The Unicode table is applied twice, because some characters in its replacements have replacements themselves.
	return replacePairs(replaceByPrototypes(replaceByPrototypes(pairs)));
}

/**
 * Replaces look-alikes according to the Unicode table only. Signs such as `$` stay, because only CONFUSABLE_PAIRS
 * contains them.
 */
export function toPrototypes(text: string): string {
	return ASCII.test(text) ? text : replaceByPrototypes(text.normalize('NFKD'));
}

function replaceByPrototypes(text: string): string {
	return Array.from(text, letter => getPrototypes().get(letter) ?? letter)
		.join('')
		.normalize('NFKD');
}

/** Skeleton of a name, for comparison only. Names that a reader may confuse have equal skeletons. */
export function confusableSkeleton(name: string): string {
	const skeleton = replaceLookalikes(name)
		.toLowerCase()
		.replace(STROKES, '')
		.replace(/[\s\p{P}]+/gu, '')
		.replaceAll('rn', 'm')
		.replaceAll('vv', 'w')
		.replaceAll('i', 'l');
	return skeleton === '' ? name : skeleton;
}

const EAST_ASIAN = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}`;
/**
 * The scripts whose letters look alike most often. `own` matches a letter of the script. `foreign` matches a letter
 * or digit of any script that is not normally mixed with this script.
 */
const SCRIPTS: readonly {readonly own: RegExp; readonly foreign: RegExp}[] = [
	['Latin', EAST_ASIAN],
	['Cyrillic', ''],
	['Greek', ''],
].map(([script, companions]) => ({
	own: new RegExp(String.raw`\p{Script=${script}}`, 'u'),
	foreign: new RegExp(
		String.raw`(?![\p{Script=${script}}\p{Script=Common}\p{Script=Inherited}${companions}])[\p{L}\p{N}]`,
		'u',
	),
}));

/**
 * Whether a word of a name mixes scripts, as in `C\u0430rol` with a Cyrillic letter. Such a name can imitate another
 * name even with look-alikes that neither CONFUSABLE_PAIRS nor the Unicode table contains.
 */
export function mixesScripts(name: string): boolean {
	if (ASCII.test(name)) return false;
	const words = name.normalize('NFKC').split(/\s+/u);
	return words.some(word => SCRIPTS.some(({own, foreign}) => own.test(word) && foreign.test(word)));
}

/**
 * Signs that look like the number sign `#`. Other Unicode forms of the number sign itself (U+FF03, U+FE5F) are
 * missing here, because NFKC has already replaced them by `#`.
 */
const NUMBER_SIGNS = '#\u266f\u22d5\u2317\u29e3\u29e4\u29e5\u2a69';
/** Characters that look like a hexadecimal digit (0 1 3 6 a b c d e), of several scripts (Unicode, confusables.txt). */
const HEX_LOOKALIKES = 'oοоօlіi|ıӏзʒƨбαɑавьƅсϲԁеҽ';

/**
 * Class of a character, for FINGERPRINT_PATTERN: `#` number sign, `h` hexadecimal digit, `l` look-alike of a
 * hexadecimal digit, `a` other letter or digit, `m` mark, `.` any other.
 */
function classifyCharacter(character: string): string {
	const folded = character.normalize('NFKC').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	if (folded === '' || /^[\u200c\u200d]$/.test(folded)) return 'm';
	if (NUMBER_SIGNS.includes(folded)) return '#';
	if (/^[0-9a-f]+$/.test(folded)) return 'h';
	if (HEX_LOOKALIKES.includes(folded)) return 'l';
	if (/^[0-9a-foil|]$/i.test(replaceLookalikes(folded))) return 'l';
	return /[\p{L}\p{N}]/u.test(folded) ? 'a' : '.';
}

/**
 * Matches a part of a name that reads like a fingerprint, in a text with one class for each character
 * (`classifyCharacter`): `#` and at least 4 hexadecimal digits, with which a command can select a person (`/ignore
 * Bob#a1b2`), or `#` and at least 7 characters that are or look like such digits.
 */
const FINGERPRINT_PATTERN = /#m*(?:(?:hm*){8,}|(?:hm*){4,}(?![hla])|(?:[hl]m*){7,}(?![hla]))/;

/**
 * Start and end of the first part of a name that reads like a fingerprint, in UTF-16 units; undefined if there is
 * none. Takes linear time in the length of the name.
 */
function findSpoofedFingerprint(name: string): readonly [start: number, end: number] | undefined {
	if (/^[^#\P{ASCII}]*$/u.test(name)) return undefined;
	const characters = [...name];
	const found = FINGERPRINT_PATTERN.exec(characters.map(classifyCharacter).join(''));
	if (!found) return undefined;
	const start = characters.slice(0, found.index).join('').length;
	return [start, start + characters.slice(found.index, found.index + found[0].length).join('').length];
}

/** Whether a name contains a part that reads like a fingerprint, for example `#99c4b7ec`. */
export function containsSpoofedFingerprint(name: string): boolean {
	return findSpoofedFingerprint(name) !== undefined;
}

/**
 * Removes all parts of a name that read like a fingerprint. A removal joins the text before and after the removed
 * part. The joined text can form another spoofed fingerprint, so the search repeats until it finds none.
 */
export function removeSpoofedFingerprints(name: string): string {
	let cleaned = name;
	for (let found = findSpoofedFingerprint(cleaned); found; found = findSpoofedFingerprint(cleaned)) {
		cleaned = cleaned.slice(0, found[0]) + cleaned.slice(found[1]);
	}
	return cleaned;
}
