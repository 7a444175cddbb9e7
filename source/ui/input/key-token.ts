/**
 * Token of terminal input. A key is written as its modifiers, in the order `ctrl+alt+shift+`, and its name. The name is
 * one that key-bindings.ts uses, or the character itself: `alt+u`, and `alt+U` with Shift.
 */
export type Token =
	| {readonly type: 'key'; readonly key: string}
	/** Printable characters. The text never contains a control character. */
	| {readonly type: 'text'; readonly text: string}
	/** A whole paste, bracketed or detected by terminal/token-reader.ts. */
	| {readonly type: 'paste'; readonly text: string}
	/** Focus report (mode 1004): the terminal window got or lost the focus. */
	| {readonly type: 'focus'; readonly focused: boolean}
	/** Answer to `CSI ? u`: the terminal supports the kitty keyboard protocol. */
	| {readonly type: 'kitty-keyboard'}
	/** Answer to OSC 11: whether the background of the terminal is light. */
	| {readonly type: 'background'; readonly isLight: boolean};

/** Modifier bits of xterm and kitty. A sequence contains the sum of the bits of all held modifiers, plus one. */
const SHIFT_BIT = 1;
export const ALT_BIT = 2;
const CTRL_BIT = 4;
const XTERM_META_BIT = 8;
const META_BIT = 32;

/** The written form of a key with its modifiers. */
export function keyName(name: string, modifiers = 0): string {
	const shift = (modifiers & SHIFT_BIT) !== 0;
	const alt = (modifiers & (ALT_BIT | META_BIT)) !== 0;
	const character = Array.from(name).length === 1;
	const shown = character && shift ? name.toUpperCase() : name;
	return `${modifiers & CTRL_BIT ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shift && !character ? 'shift+' : ''}${shown}`;
}

// Ctrl and Alt with a Cyrillic or Greek letter mean the Latin letter on the same key.
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./";
const CYRILLIC = 'йцукенгшщзхъфывапролджэячсмитьбю.';
const GREEK_LATIN = 'wertyuiopasdfghjklzxcvbnm';
const GREEK = 'ςερτυθιοπασδφγηξκλζχψωβνμ';

const latinByLetter = new Map<string, string>();
for (const [index, letter] of Array.from(CYRILLIC).entries()) latinByLetter.set(letter, LATIN[index] ?? letter);
for (const [index, letter] of Array.from(GREEK).entries()) latinByLetter.set(letter, GREEK_LATIN[index] ?? letter);
latinByLetter.delete('.');

/**
 * Replaces the capital letter of an Alt key by the small one: `alt+l` for `alt+L`. Undefined for other keys. If Alt is
 * held, terminals send the same bytes with Shift as with Caps Lock. So if a screen has no key `alt+L`, it uses `alt+l`.
 */
export function withoutShift(key: string): string | undefined {
	return /^alt\+\p{Lu}$/u.test(key) ? key.toLowerCase() : undefined;
}

/** The Latin letter on the key of a Cyrillic or Greek letter; any other character unchanged. */
export function toLatinKey(letter: string): string {
	const found = latinByLetter.get(letter);
	if (found) return found;
	const lower = latinByLetter.get(letter.toLowerCase());
	return lower && letter !== letter.toLowerCase() ? lower.toUpperCase() : letter;
}

const KEY_BY_FINAL: Readonly<Record<string, string>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	F: 'end',
	H: 'home',
};

const KEY_BY_TILDE_NUMBER: Readonly<Record<string, string>> = {
	1: 'home',
	2: 'insert',
	3: 'delete',
	4: 'end',
	5: 'pageup',
	6: 'pagedown',
	7: 'home',
	8: 'end',
};

/** Cursor keys in rxvt: with Shift after CSI, with Ctrl after SS3. */
const RXVT_CURSOR_KEYS: Readonly<Record<string, string>> = {a: 'up', b: 'down', c: 'right', d: 'left'};
/** Modifiers by the last character of a sequence of rxvt. Other terminals send the modifiers as a number (xterm). */
const RXVT_MODIFIERS: Readonly<Record<string, number>> = {$: SHIFT_BIT, '^': CTRL_BIT, '@': SHIFT_BIT | CTRL_BIT};

/** Key names by the key codes of the kitty protocol and of CSI u. */
const KEY_BY_CODE: Readonly<Record<number, string>> = {
	8: 'backspace',
	9: 'tab',
	13: 'enter',
	27: 'escape',
	127: 'backspace',
	57414: 'enter',
	57417: 'left',
	57418: 'right',
	57419: 'up',
	57420: 'down',
	57421: 'pageup',
	57422: 'pagedown',
	57423: 'home',
	57424: 'end',
	57425: 'insert',
	57426: 'delete',
};

/** The keypad in the kitty protocol: characters by key codes from FIRST_KEYPAD_CODE on. Enter at 57414 is a named key. */
const FIRST_KEYPAD_CODE = 57399;
const KEYPAD_CHARACTERS = '0123456789./*-+\r=,';

const CAPS_LOCK_BIT = 64;
const NUM_LOCK_BIT = 128;

/**
 * Decodes one complete escape sequence, ESC included, in the forms of xterm, VT, rxvt and kitty. Undefined for unknown
 * sequences and for key releases: they must not become text of the input. `isKitty`: whether the terminal supports the
 * kitty protocol.
 */
export function decodeEscapeSequence(sequence: string, isKitty: boolean): Token | undefined {
	const final = sequence.at(-1) ?? '';
	const body = sequence.slice(2, -1);
	if (sequence[1] === 'O') return decodeSs3(final, toModifiers(body.split(';').at(-1) ?? ''));
	if (body === '' && final === 'I') return {type: 'focus', focused: true};
	if (body === '' && final === 'O') return {type: 'focus', focused: false};
	if (body === '' && final === 'Z') return {type: 'key', key: 'shift+tab'};
	if (body.startsWith('?')) return final === 'u' ? {type: 'kitty-keyboard'} : undefined;
	if (!/^[\d;:]*$/.test(body)) return undefined;
	const [first = '', second = '', third = ''] = body.split(';');
	const [modifier = '', event = ''] = second.split(':');
	if (event === '3') return undefined;
	const modifiers = toModifiers(modifier);
	const isCapsLock = (toModifierBits(modifier) & CAPS_LOCK_BIT) !== 0;
	if (final === 'u') return decodeKeyCode(first, modifiers, isCapsLock);
	if (final === '~' && first === '27') return decodeKeyCode(third, modifiers, isCapsLock);
	if (final === '~') return namedKey(KEY_BY_TILDE_NUMBER[first], withMeta(modifiers));
	if (final in RXVT_MODIFIERS) return namedKey(KEY_BY_TILDE_NUMBER[first], RXVT_MODIFIERS[final]);
	if (final in RXVT_CURSOR_KEYS) return namedKey(RXVT_CURSOR_KEYS[final], SHIFT_BIT);
	// The terminal st sends CSI P for Delete, unless a program sets application mode, which this program does not. In
	// the kitty protocol CSI P is F1.
	if (final === 'P' && body === '' && !isKitty) return namedKey('delete');
	return namedKey(KEY_BY_FINAL[final], withMeta(modifiers));
}

/**
 * Modifiers of a cursor key, with Meta counted as Alt, because iTerm2 sends Meta (bit 8 of xterm) for Alt. In key codes
 * of kitty, bit 8 is Super.
 */
function withMeta(modifiers: number): number {
	return modifiers & XTERM_META_BIT ? modifiers | ALT_BIT : modifiers;
}

function toModifierBits(parameter: string): number {
	return Math.max(0, Number(parameter || 1) - 1);
}

/** Modifier bits in a parameter of a sequence, without the bits of Caps Lock and Num Lock. */
function toModifiers(parameter: string): number {
	return toModifierBits(parameter) & ~(CAPS_LOCK_BIT | NUM_LOCK_BIT);
}

/**
 * Decodes the final byte of an SS3 sequence: a named key, or a key of the keypad in application mode (DECKPAM). The
 * keypad sends a letter from `j` to `y`, whose code is 0x40 above the code of the character on the key.
 */
function decodeSs3(final: string, modifiers: number): Token | undefined {
	if (final === 'I') return namedKey('tab', modifiers);
	if (final === ' ') return typedCharacter(final, modifiers);
	if (final === 'X') return typedCharacter('=', modifiers);
	if (final === 'M') return namedKey('enter', modifiers);
	if (final in RXVT_CURSOR_KEYS) return namedKey(RXVT_CURSOR_KEYS[final], CTRL_BIT);
	if (/^[j-y]$/.test(final)) return typedCharacter(String.fromCharCode(final.charCodeAt(0) - 0x40), modifiers);
	return namedKey(KEY_BY_FINAL[final], modifiers);
}

function namedKey(name: string | undefined, modifiers = 0): Token | undefined {
	return name === undefined ? undefined : {type: 'key', key: keyName(name, modifiers)};
}

/**
 * Decodes the Unicode code points `code[:shifted[:base]]`. Ctrl and Alt use the base layout's key if it is reported.
 * While Caps Lock is on, a letter with Shift is a small letter.
 */
function decodeKeyCode(field: string, modifiers: number, isCapsLock: boolean): Token | undefined {
	const [code, shifted, base] = field.split(':').map(Number);
	const number = code || 1;
	const name = KEY_BY_CODE[number];
	if (name) return namedKey(name, modifiers);
	const keypad = KEYPAD_CHARACTERS[number - FIRST_KEYPAD_CODE];
	if (keypad) return typedCharacter(keypad, modifiers);
	const character = toCharacter(number);
	if (character === undefined) return undefined;
	if ((modifiers & ~SHIFT_BIT) !== 0) return typedCharacter(toCharacter(base) ?? toLatinKey(character), modifiers);
	const isShifted = (modifiers & SHIFT_BIT) !== 0;
	const text = isShifted ? (toCharacter(shifted) ?? toUpperCharacter(character)) : character;
	if (!isCapsLock) return {type: 'text', text};
	return {type: 'text', text: isShifted ? toLowerCharacter(text) : toUpperCharacter(text)};
}

/** The character of a code point; undefined for controls, surrogates, key codes and numbers that are no code point. */
function toCharacter(code: number | undefined): string | undefined {
	if (code === undefined || !Number.isInteger(code) || code < 32 || (code >= 127 && code < 160)) return undefined;
	// 57344 to 63743 is the private use area, in which the kitty protocol numbers its keys; surrogates are just below.
	if ((code >= 0xd800 && code <= 63743) || code > 0x10ffff) return undefined;
	return String.fromCodePoint(code);
}

/** The upper case of a letter, if that is one character. ß stays ß, because its upper case is SS. */
function toUpperCharacter(letter: string): string {
	const upper = letter.toUpperCase();
	return Array.from(upper).length === 1 ? upper : letter;
}

function toLowerCharacter(letter: string): string {
	const lower = letter.toLowerCase();
	return Array.from(lower).length === 1 ? lower : letter;
}

/** A character as text, or as a key if Ctrl or Alt is held. */
function typedCharacter(character: string, modifiers: number): Token {
	return (modifiers & ~SHIFT_BIT) === 0 ? {type: 'text', text: character} : legacyForm(keyName(character, modifiers));
}

const LEGACY_KEY_BY_KEY: Readonly<Record<string, string>> = {
	'ctrl+h': 'backspace',
	'ctrl+i': 'tab',
	'ctrl+m': 'enter',
	'ctrl+[': 'escape',
	'ctrl+-': 'ctrl+_',
	'ctrl+/': 'ctrl+_',
	'ctrl+7': 'ctrl+_',
};

/** Maps a key that only the kitty protocol distinguishes to the key that other terminals send instead. */
function legacyForm(key: string): Token {
	return {type: 'key', key: LEGACY_KEY_BY_KEY[key] ?? key};
}
