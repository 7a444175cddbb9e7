import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import terminalKeys from '../../../fixtures/terminal-keys.json' with {type: 'json'};
import {chatKeys} from '../../../source/ui/input/key-bindings.js';
import {createKeyDecoder} from '../../../source/ui/input/key-decoder.js';
import type {Token} from '../../../source/ui/input/key-token.js';

function decode(...reads: (string | Uint8Array)[]): Token[] {
	const decoder = createKeyDecoder(chatKeys);
	const tokens = reads.flatMap(read => decoder.push(read));
	return join([...tokens, ...decoder.flush()]);
}

/** Joins consecutive text tokens, because a text that arrives in several reads becomes several tokens. */
function join(tokens: readonly Token[]): Token[] {
	const joined: Token[] = [];
	for (const token of tokens) {
		const last = joined.at(-1);
		if (token.type === 'text' && last?.type === 'text')
			joined[joined.length - 1] = {type: 'text', text: last.text + token.text};
		else joined.push(token);
	}
	return joined;
}

const key = (name: string): Token => ({type: 'key', key: name});
const text = (characters: string): Token => ({type: 'text', text: characters});

describe('the answer of a terminal about its background', () => {
	const answers: readonly (readonly [string, boolean])[] = [
		['\u001B]11;rgb:0000/0000/0000\u0007', false],
		['\u001B]11;rgb:1e1e/1e1e/1e1e\u001B\\', false],
		['\u001B]11;rgb:ffff/ffff/ffff\u001B\\', true],
		['\u001B]11;rgb:fd/f6/e3\u0007', true],
		['\u001B]11;rgba:ffff/ffff/ffff/ffff\u0007', true],
	];

	test.each(answers)(
		'the answer %j of a terminal about its background is one token, wherever the reads divide it',
		(answer, isLight) => {
			for (let at = 1; at < answer.length; at++) {
				const decoder = createKeyDecoder(chatKeys);
				const tokens = [...decoder.push(answer.slice(0, at)), ...(at > 9 ? decoder.flush() : [])];
				tokens.push(...decoder.push(`${answer.slice(at)}hi`), ...decoder.flush());
				expect(join(tokens)).toEqual([{type: 'background', isLight}, text('hi')]);
			}
		},
	);

	test('the answer of a terminal about its background never becomes text, even if it is incomplete or its ESC arrives in a separate read', () => {
		expect(decode('\u001B]11;rgb:ffff/ff', '')).toEqual([]);
		expect(decode('\u001B]11;rgb:ffff/ff\r')).toEqual([key('enter')]);
		const decoder = createKeyDecoder(chatKeys);
		const tokens = [...decoder.push('\u001B'), ...decoder.flush(), ...decoder.push(']11;rgb:ffff/ffff/ffff\u0007')];
		expect(tokens).toEqual([key('escape'), {type: 'background', isLight: true}]);
		expect(decode(']11 is text')).toEqual([text(']11 is text')]);
	});

	test('an incomplete answer of a terminal about its background does not hide text that is typed after it', () => {
		const decoder = createKeyDecoder(chatKeys);
		decoder.push('\u001B]11;rgb:ffff/');
		decoder.flush();
		expect(join([...decoder.push('hello world'), ...decoder.flush()])).toEqual([text('hello world')]);
	});
});

const KEYS: readonly (readonly [string, string])[] = [
	['\r', 'enter'],
	['\n', 'ctrl+j'],
	['\t', 'tab'],
	['\u001B[Z', 'shift+tab'],
	['\u007F', 'backspace'],
	['\b', 'backspace'],
	['\u0001', 'ctrl+a'],
	['\u001F', 'ctrl+_'],
	['\u001B', 'escape'],
	['\u001Bu', 'alt+u'],
	['\u001BU', 'alt+U'],
	['\u001B1', 'alt+1'],
	['\u001B\r', 'alt+enter'],
	['\u001B\u007F', 'alt+backspace'],
	['\u001B[A', 'up'],
	['\u001BOB', 'down'],
	['\u001B[1;2A', 'shift+up'],
	['\u001B[1;5D', 'ctrl+left'],
	['\u001B[1;3C', 'alt+right'],
	['\u001B[3~', 'delete'],
	['\u001B[3;5~', 'ctrl+delete'],
	['\u001B[5~', 'pageup'],
	['\u001B[6;3~', 'alt+pagedown'],
	['\u001B[1;5H', 'ctrl+home'],
	['\u001B[1~', 'home'],
	['\u001B[8~', 'end'],
	['\u001B\u001B[A', 'alt+up'],
	['\u001B[a', 'shift+up'],
	// Sequences of the kitty protocol and of modifyOtherKeys.
	['\u001B[13;2u', 'shift+enter'],
	['\u001B[27;2;13~', 'shift+enter'],
	['\u001B[27u', 'escape'],
	['\u001B[117;3u', 'alt+u'],
	['\u001B[117;4u', 'alt+U'],
	['\u001B[104;5u', 'backspace'],
	['\u001B[105;5u', 'tab'],
	['\u001B[109;5u', 'enter'],
	['\u001B[106;5u', 'ctrl+j'],
	['\u001B[91;5u', 'escape'],
	['\u001B[45;5u', 'ctrl+_'],
	['\u001B[47;5u', 'ctrl+_'],
	['\u001B[1089;5u', 'ctrl+c'],
	['\u001B[1089::99;5u', 'ctrl+c'],
	['\u001B[968;5u', 'ctrl+c'],
	['\u001Bг', 'alt+u'],
	['\u001B[99;69u', 'ctrl+c'],
	// Keys of the keypad: with modifiers, or with codes that differ from those of the main keys.
	['\u001B[57400;3u', 'alt+1'],
	['\u001B[57414u', 'enter'],
	['\u001B[57414;3u', 'alt+enter'],
	['\u001B[57417;5u', 'ctrl+left'],
	['\u001B[57424;133u', 'ctrl+end'],
	['\u001BOM', 'enter'],
	['\u001BOI', 'tab'],
	['\u001BO3q', 'alt+1'],
	// Cursor keys with modifiers in the form of some older terminals.
	['\u001BO5C', 'ctrl+right'],
	['\u001BO1;2A', 'shift+up'],
	// rxvt sends an additional ESC first if Alt is pressed.
	['\u001B\u001B[a', 'alt+shift+up'],
	['\u001B\u001BOd', 'ctrl+alt+left'],
	['\u001B\u001B[7^', 'ctrl+alt+home'],
	// iTerm2 reports Option as the modifier Meta, which has the value 8 in the codes of xterm.
	['\u001B[1;9D', 'alt+left'],
	['\u001B[1;14H', 'ctrl+alt+shift+home'],
	['\u001B[3;9~', 'alt+delete'],
	// The terminal st sends this for Delete while its keypad is not in application mode.
	['\u001B[P', 'delete'],
];

/** Keys that terminals report as codes although they type a character. */
const CHARACTERS: readonly (readonly [string, string, string])[] = [
	...Array.from('0123456789./*-+', (character, index): [string, string, string] => [
		`\u001B[${57399 + index}u`,
		character,
		'the keypad in the kitty protocol',
	]),
	['\u001B[57415u', '=', 'the keypad in the kitty protocol'],
	['\u001B[57416u', ',', 'the keypad in the kitty protocol'],
	['\u001B[57400;129u', '1', 'the keypad with Num Lock'],
	['\u001B[57400;2u', '1', 'the keypad with Shift'],
	...Array.from('*+,-./0123456789', (character): [string, string, string] => [
		`\u001BO${String.fromCharCode(character.charCodeAt(0) + 0x40)}`,
		character,
		'the keypad in application mode',
	]),
	['\u001BOX', '=', 'the keypad in application mode'],
	['\u001BO ', ' ', 'the keypad in application mode'],
	['\u001BO2p', '0', 'the keypad in application mode with Shift'],
	['\u001B[97;2u', 'A', 'Shift'],
	['\u001B[97:65;2u', 'A', 'Shift, with the shifted character'],
	['\u001B[65;2u', 'A', 'Shift, in the form of xterm'],
	['\u001B[27;2;65~', 'A', 'Shift, in the form modifyOtherKeys'],
	['\u001B[32;2u', ' ', 'Shift and Space'],
	['\u001B[223;2u', 'ß', 'Shift and a letter without an upper case of one character'],
	['\u001B[97;65u', 'A', 'Caps Lock'],
	['\u001B[49;65u', '1', 'Caps Lock and a digit'],
	['\u001B[97:65;66u', 'a', 'Caps Lock and Shift'],
	['\u001B[49:33;66u', '!', 'Caps Lock, Shift and a digit'],
	['\u001B[1092;129u', 'ф', 'Num Lock'],
];

describe('the key decoder', () => {
	test.each(CHARACTERS)('the key decoder decodes %j as the typed text %j (%s)', (bytes, character) => {
		expect(decode(`a${bytes}b`)).toEqual([text(`a${character}b`)]);
	});

	test.each(KEYS)('the key decoder decodes %j as %s', (bytes, name) => {
		expect(decode(bytes)).toEqual([key(name)]);
	});

	test.each(terminalKeys)(
		'the key decoder decodes $bytes as $key, as terminfo says for $terminals',
		({bytes, key: name}) => {
			expect(decode(bytes)).toEqual([name.length === 1 ? text(name) : key(name)]);
		},
	);

	test('the key decoder decodes CSI P as F1, which has no function, if the terminal supports the kitty protocol', () => {
		expect(decode('\u001B[?0u\u001B[P')).toEqual([{type: 'kitty-keyboard'}]);
	});

	test('the key decoder decodes all keys of one read, in order', () => {
		expect(decode('hello\r')).toEqual([text('hello'), key('enter')]);
		expect(decode('ab\u001B[Dc')).toEqual([text('ab'), key('left'), text('c')]);
		expect(decode('\u007F\u007F\u007F')).toEqual([key('backspace'), key('backspace'), key('backspace')]);
	});

	test('the key decoder decodes an Esc as the Esc key and then decodes the text after it, if Alt with this text is not bound', () => {
		expect(decode('\u001B/name Bob\r')).toEqual([key('escape'), text('/name Bob'), key('enter')]);
		expect(decode('\u001B', '/name')).toEqual([key('escape'), text('/name')]);
		expect(decode('\u001B日本')).toEqual([key('escape'), text('日本')]);
		expect(decode('\u001B😀')).toEqual([key('escape'), text('😀')]);
		expect(decode('\u001B\u0001\u001B\u0003')).toEqual([key('escape'), key('ctrl+a'), key('escape'), key('ctrl+c')]);
	});

	test('the key decoder decodes an Esc and a character that is bound with Alt as one key, for upper and lower case and for Cyrillic letters', () => {
		for (const name of ['w', 'W', '_', '3', 'b']) expect(decode(`\u001B${name}`)).toEqual([key(`alt+${name}`)]);
		expect(decode('\u001Bц')).toEqual([key('alt+w')]);
		expect(decode('\u001B\u001F')).toEqual([key('ctrl+alt+_')]);
		expect(decode('\u001B[120;3u')).toEqual([key('alt+x')]);
	});

	test('the key decoder decodes an Esc in front of a focus report as the Esc key, followed by the report', () => {
		expect(decode('\u001B\u001B[I')).toEqual([key('escape'), {type: 'focus', focused: true}]);
		expect(decode('\u001B[O')).toEqual([{type: 'focus', focused: false}]);
	});

	test('the key decoder decodes a bracketed paste as one token, whatever it contains', () => {
		expect(decode('a\u001B[200~x\ry\u001B[A\u0003\u001B[201~b')).toEqual([
			text('a'),
			{type: 'paste', text: 'x\ry\u001B[A\u0003'},
			text('b'),
		]);
	});

	test('the key decoder never decodes reports, mouse events, unknown sequences or answers of the terminal as text', () => {
		const noise = [
			'\u001B[<64;10;5M',
			'\u001B[?1;2c',
			'\u001B[24;80R',
			'\u001B]10;rgb:0/0/0\u0007',
			'\u001BP1$r0m\u001B\\',
			'\u001B[57441;1u',
			'\u001B[57358u',
			'\u001B[57427u',
			'\u001B[E',
			'\u001BOP',
			'\u001BO2P',
			// Some consoles send this for F1, and old mouse reports begin with it. It must never count as Enter, which would
			// send the draft.
			'\u001B[M',
			'\u001B[99999999;1u',
			'\u001B[55296u',
			'\u001B[133u',
		];
		for (const sequence of noise) expect(decode(sequence)).toEqual([]);
		expect(decode('\u001B[97;1:3u')).toEqual([]);
		expect(decode('\u001B[97:99999999;2u')).toEqual([text('A')]);
		expect(decode('\u001B[97::99999999;5u')).toEqual([key('ctrl+a')]);
		expect(decode('\u001B[?1u')).toEqual([{type: 'kitty-keyboard'}]);
		expect(decode('\u0085\u009B')).toEqual([]);
	});

	test('the key decoder joins a sequence that is split into several reads, and decodes a lone Esc on flush', () => {
		expect(decode('\u001B', '[', '1;', '5D')).toEqual([key('ctrl+left')]);
		const decoder = createKeyDecoder(chatKeys);
		expect(decoder.push('\u001B')).toEqual([]);
		expect(decoder.isPending).toBe(true);
		expect(decoder.flush()).toEqual([key('escape')]);
		expect(decoder.isPending).toBe(false);
	});

	test('the key decoder returns the same tokens for any split of the bytes into reads', () => {
		const piece = fc.oneof(
			fc.constantFrom(...KEYS.map(([bytes]) => bytes).filter(bytes => bytes !== '\u001B')),
			fc.string({unit: 'grapheme', maxLength: 6}).map(typed => typed.replaceAll('\u001B', '')),
			fc
				.string({unit: 'grapheme', maxLength: 20})
				.map(pasted => `\u001B[200~${pasted.replaceAll('\u001B', '')}\u001B[201~`),
			fc.constantFrom('\u001B[I', '\u001B[O', '\u001B/', '\u001B😀', '👨‍👩‍👧', 'é', '日本'),
		);
		fc.assert(
			fc.property(fc.array(piece, {maxLength: 12}), fc.array(fc.nat(), {maxLength: 12}), (pieces, cuts) => {
				const bytes = Buffer.from(pieces.join(''));
				const offsets = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
				const reads: Uint8Array[] = [];
				let from = 0;
				for (const offset of [...offsets, bytes.length]) {
					reads.push(bytes.subarray(from, offset));
					from = offset;
				}
				expect(decode(...reads)).toEqual(decode(bytes));
			}),
			{numRuns: 500},
		);
	});
});
