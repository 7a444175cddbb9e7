/** Texts that are hard to measure: characters that combine with their neighbours, and escape sequences between them. */
import fc from 'fast-check';

const PIECES = [
	'a word ',
	'─│●✓…',
	'é',
	'é',
	'ǆ日本語',
	'한국',
	'각',
	'👩‍👩‍👧',
	'🇩🇪',
	'❤️',
	'⌚',
	'1️⃣',
	'™',
	'ﾊﾞ',
	'が',
	'क्षि',
	'\u200d',
	'\u200b',
	'\u00ad',
	'\r\n',
	'\n',
	'\t',
	'\u0007',
	'\u001b[1m',
	'\u001b[38;5;31m',
	'\u001b[22m',
	'\u001b[0m',
	'\u001b[2K',
	'\u001b]8;;http://x\u0007',
	'\u001b]8;id=a;https://é.example/;\u0007',
	'\u001b]8;;\u0007',
	'\u009c',
	'\u001b',
	'\u009b1m',
	'\ud83d',
];

export const hardText = fc
	.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({unit: 'binary', maxLength: 3}), fc.string({maxLength: 4})))
	.map(parts => parts.join(''));
