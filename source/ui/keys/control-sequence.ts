/** One complete escape sequence to a token: xterm, VT, rxvt and kitty forms. Unknown ones are nothing, never text. */
import {latinAt} from './layouts.js';
import {keyName, type Token} from './token.js';

const FINALS: Readonly<Record<string, string>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	F: 'end',
	H: 'home',
	M: 'enter',
};

const TILDE: Readonly<Record<string, string>> = {
	1: 'home',
	2: 'insert',
	3: 'delete',
	4: 'end',
	5: 'pageup',
	6: 'pagedown',
	7: 'home',
	8: 'end',
};

const RXVT_SHIFTED: Readonly<Record<string, string>> = {a: 'up', b: 'down', c: 'right', d: 'left'};

/** Kitty and CSI-u numbers of keys that have other names here. */
const CODES: Readonly<Record<number, string>> = {
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

const SHIFT = 1;
const CTRL = 4;
/** Caps lock and num lock are no modifiers of ours. */
const LOCKS = 64 | 128;

/** `sequence` begins with ESC and is complete. */
export function decodeSequence(sequence: string): Token | undefined {
	const final = sequence.at(-1) ?? '';
	if (sequence[1] === 'O') return named(FINALS[final], 0);
	const body = sequence.slice(2, -1);
	if (body === '' && final === 'I') return {type: 'focus', focused: true};
	if (body === '' && final === 'O') return {type: 'focus', focused: false};
	if (body === '' && final === 'Z') return {type: 'key', key: 'shift+tab'};
	if (body.startsWith('?')) return final === 'u' ? {type: 'kitty'} : undefined;
	if (!/^[\d;:]*$/.test(body)) return undefined;
	const [first = '', second = '', third = ''] = body.split(';');
	const [modifier = '', event = ''] = second.split(':');
	if (event === '3') return undefined;
	const modifiers = Math.max(0, Number(modifier || 1) - 1) & ~LOCKS;
	if (final === 'u') return decodeCode(first, modifiers);
	if (final === '~' && first === '27') return decodeCode(third, modifiers);
	if (final === '~') return named(TILDE[first], modifiers);
	if (final === '$') return named(TILDE[first], SHIFT);
	if (final === '^') return named(TILDE[first], CTRL);
	if (final in RXVT_SHIFTED) return named(RXVT_SHIFTED[final], SHIFT);
	return named(FINALS[final], modifiers);
}

function named(name: string | undefined, modifiers: number): Token | undefined {
	return name === undefined ? undefined : {type: 'key', key: keyName(name, modifiers)};
}

/** `code[:shifted[:base]]`, a Unicode number: the base layout's key, if told, is what Ctrl and Alt go by. */
function decodeCode(field: string, modifiers: number): Token | undefined {
	const [code, shifted, base] = field.split(':');
	const number = Number(code || 1);
	const name = CODES[number];
	if (name) return named(name, modifiers);
	if (number < 32 || number > 0x10ffff || (number >= 57344 && number <= 63743)) return undefined;
	const own = String.fromCodePoint(number);
	if ((modifiers & ~SHIFT) === 0) {
		const text = shifted ? String.fromCodePoint(Number(shifted)) : modifiers & SHIFT ? own.toUpperCase() : own;
		return {type: 'text', text};
	}
	return legacyForm(keyName(base ? String.fromCodePoint(Number(base)) : latinAt(own), modifiers));
}

const SAME_KEY: Readonly<Record<string, string>> = {
	'ctrl+h': 'backspace',
	'ctrl+i': 'tab',
	'ctrl+m': 'enter',
	'ctrl+[': 'escape',
	'ctrl+-': 'ctrl+_',
	'ctrl+/': 'ctrl+_',
	'ctrl+7': 'ctrl+_',
};

/** Keys that terminals without the protocol cannot tell apart mean the same with it. */
function legacyForm(key: string): Token {
	return {type: 'key', key: SAME_KEY[key] ?? key};
}
