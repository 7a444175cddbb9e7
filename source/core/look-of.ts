/**
 * What a name looks like at a glance, for telling apart those who pass for each other (the idea of Unicode TR 39, by a
 * short table: Latin, Greek and Cyrillic letters, digits and the signs that stand for them).
 */

/** Pairs of what looks alike: of each the second stands for both. */
const LOOK_ALIKES =
	'АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ԚQ ЅS ТT УY ѴV ԜW ХX ЗE ' +
	'аa вb сc ԁd еe һh нh іi јj кk мm оo рp ԛq ѕs тt уy ѵv ԝw хx гr пn ьb ӏl ɡg ' +
	'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϳj ' +
	'αa βb ϲc εe ηn ιi κk νv οo ρp σo τt υu χx ωw γy ' +
	'ıi ɑa ɩi ʀr ɴn ʙb ʜh ʟl ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs øo łl đd ħh ' +
	"0O 1I |I !I 3E 5S $S 8B @a ·. ‐- ‑- –- —- −- ‒- ’' ‘' `' ";

const LOOKS: ReadonlyMap<string, string> = new Map(
	LOOK_ALIKES.trim()
		.split(' ')
		.map(pair => [...pair])
		.map(([letter = '', look = '']) => [letter, look]),
);

/** Equal for names that a reader may take for each other. Not for showing. */
export function lookOf(name: string): string {
	const look = [...name.normalize('NFKD')]
		.map(letter => LOOKS.get(letter) ?? letter)
		.join('')
		.toLowerCase()
		.replace(/[\s\p{P}]+/gu, '')
		.replaceAll('rn', 'm')
		.replaceAll('vv', 'w')
		.replaceAll('i', 'l');
	return look === '' ? name : look;
}
