/**
 * Bytes of the terminal to tokens, incremental: any split of the bytes into reads gives the same tokens (texts may be
 * cut), as long as the reads of one escape sequence come within the escape timeout, after which `flush` is called.
 */
import {decodeSequence} from './control-sequence.js';
import {isBoundKey} from './find-action.js';
import {latinAt} from './layouts.js';
import {keyName, type Token} from './token.js';

export interface KeyDecoder {
	push(bytes: Uint8Array | string): Token[];
	/** Time is up: what is pending is taken for what it looks like (a lone ESC is the Esc key). */
	flush(): Token[];
	/** Whether something waits for more bytes or for `flush`; never during a paste. */
	readonly pending: boolean;
	/** Neither inside a sequence nor inside a paste. */
	readonly isIdle: boolean;
}

/** A paste that never ends is cut here: what comes after is typed text again. */
export const MAX_PASTE_UNITS = 1024 * 1024;
const MAX_SEQUENCE_UNITS = 256;
const PASTE_START = '\u001B[200~';
const PASTE_END = '\u001B[201~';
const ALT = 2;

interface Step {
	readonly token?: Token | undefined;
	readonly used: number;
}

const MORE = 'more';

export function createKeyDecoder(): KeyDecoder {
	const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
	let rest = '';
	let paste: string | undefined;

	function takePaste(tokens: Token[]): boolean {
		const text = (paste ?? '') + rest;
		const end = text.indexOf(PASTE_END);
		if (end === -1 && text.length < MAX_PASTE_UNITS) {
			paste = text;
			rest = '';
			return false;
		}
		tokens.push({type: 'paste', text: end === -1 ? text : text.slice(0, end)});
		rest = end === -1 ? '' : text.slice(end + PASTE_END.length);
		paste = undefined;
		return true;
	}

	function drain(final: boolean): Token[] {
		const tokens: Token[] = [];
		while (rest !== '' || paste !== undefined) {
			if (paste !== undefined) {
				if (!takePaste(tokens)) break;
				continue;
			}
			if (rest.startsWith(PASTE_START)) {
				rest = rest.slice(PASTE_START.length);
				paste = '';
				continue;
			}
			const step = nextToken(rest, final);
			if (step === MORE) break;
			if (step.token) add(tokens, step.token);
			rest = rest.slice(step.used);
		}
		return tokens;
	}

	return {
		push(bytes) {
			rest += typeof bytes === 'string' ? bytes : utf8.decode(bytes, {stream: true});
			return drain(false);
		},
		flush: () => drain(true),
		get pending() {
			return rest !== '';
		},
		get isIdle() {
			return rest === '' && paste === undefined;
		},
	};
}

function add(tokens: Token[], token: Token): void {
	const last = tokens.at(-1);
	if (token.type === 'text' && last?.type === 'text')
		tokens[tokens.length - 1] = {type: 'text', text: last.text + token.text};
	else tokens.push(token);
}

function nextToken(rest: string, final: boolean): Step | typeof MORE {
	if (rest[0] === '\u001B') return escapeToken(rest, final);
	const code = rest.codePointAt(0) ?? 0;
	const used = code > 0xffff ? 2 : 1;
	if (code >= 32 && code < 127) return {token: {type: 'text', text: rest.slice(0, 1)}, used};
	if (code >= 128 && code < 160) return {used};
	if (code >= 160) return {token: {type: 'text', text: rest.slice(0, used)}, used};
	return {token: {type: 'key', key: controlKey(code)}, used};
}

function controlKey(code: number): string {
	if (code === 13) return 'enter';
	if (code === 9) return 'tab';
	if (code === 8 || code === 127) return 'backspace';
	if (code === 0) return 'ctrl+ ';
	return `ctrl+${String.fromCharCode(code + (code < 27 ? 96 : 64))}`;
}

/**
 * After ESC: a sequence, Alt with a key that is bound, or the Esc key: when nothing more comes, or something that Alt
 * means nothing with (over a slow line Esc and what is typed next come in one read).
 */
function escapeToken(rest: string, final: boolean): Step | typeof MORE {
	const escapeKey: Step = {token: {type: 'key', key: 'escape'}, used: 1};
	const second = rest[1];
	if (second === undefined) return final ? escapeKey : MORE;
	if (second === '\u001B') return doubleEscape(rest, final);
	if (second === '[' || second === 'O') return sequenceToken(rest, final);
	if (second === ']' || second === 'P' || second === '_') return stringToken(rest, final);
	const code = rest.codePointAt(1) ?? 0;
	const used = 1 + (code > 0xffff ? 2 : 1);
	const key = code < 32 || code === 127 ? altControl(code) : keyName(latinAt(rest.slice(1, used)), ALT);
	return isBoundKey(key) ? {token: {type: 'key', key}, used} : escapeKey;
}

function altControl(code: number): string {
	const key = controlKey(code);
	return key.startsWith('ctrl+') ? `ctrl+alt+${key.slice(5)}` : `alt+${key}`;
}

/** ESC ESC [ A is Alt+↑ in some terminals; before anything else the first ESC was the key. */
function doubleEscape(rest: string, final: boolean): Step | typeof MORE {
	const escapeKey: Step = {token: {type: 'key', key: 'escape'}, used: 1};
	const inner = nextToken(rest.slice(1), false);
	if (inner === MORE) return final ? escapeKey : MORE;
	const token = inner.token;
	const plain = token?.type === 'key' && /^(up|down|left|right|home|end|pageup|pagedown|delete)$/.test(token.key);
	return plain ? {token: {type: 'key', key: `alt+${token.key}`}, used: inner.used + 1} : escapeKey;
}

// CSI: parameters, intermediates, final; rxvt ends some in `$`. The Linux console's function keys are CSI [ A.
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with it
const SEQUENCE = /^\u001B(?:O[ -~]|\[\[[A-E]|\[[0-?]*\$(?![@-~])|\[[0-?]*[ -/]*[@-~])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with it
const UNFINISHED = /^\u001B(?:O|\[\[?[0-?]*[ -/]*)$/;

function sequenceToken(rest: string, final: boolean): Step | typeof MORE {
	const head = rest.slice(0, MAX_SEQUENCE_UNITS);
	if (UNFINISHED.test(head) && !final && rest.length < MAX_SEQUENCE_UNITS) return MORE;
	const match = SEQUENCE.exec(head);
	if (match) return {token: decodeSequence(match[0]), used: match[0].length};
	if (head.length === 2) return {token: {type: 'key', key: keyName(head[1] ?? '', ALT)}, used: 2};
	return {used: UNFINISHED.test(head) ? head.length : 2};
}

/** OSC, DCS and APC answers of the terminal: swallowed whole. */
function stringToken(rest: string, final: boolean): Step | typeof MORE {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences end with it
	const end = /\u0007|\u001B\\/.exec(rest);
	if (end) return {used: end.index + end[0].length};
	if (!final && rest.length < MAX_PASTE_UNITS) return MORE;
	return {token: {type: 'key', key: keyName(rest[1] ?? '', ALT)}, used: 2};
}
