/**
 * Incremental decoder from terminal bytes to tokens. The tokens do not depend on how the bytes are split into reads,
 * with one exception: a text may become several tokens. If the rest of an escape sequence does not arrive within the
 * escape timeout, the caller calls `flush`, which decodes what has arrived.
 */
import {ALT_BIT, decodeEscapeSequence, keyName, type Token, toLatinKey} from './key-token.js';

export interface KeyDecoder {
	push(bytes: Uint8Array | string): Token[];
	/** Decodes the pending input without waiting for more bytes: a lone ESC becomes the Esc key. */
	flush(): Token[];
	/** Whether input waits for more bytes or for `flush`; false during a paste. */
	readonly isPending: boolean;
	/** Whether the decoder is dropping the rest of a paste that is too long. `flush` ends this state. */
	readonly isPasteFull: boolean;
	/** Whether the decoder is neither inside an escape sequence nor inside a paste. */
	readonly isIdle: boolean;
}

/** Maximum length of a paste, in UTF-16 units. The rest is dropped up to the end of the paste, or up to a pause of the input. */
export const MAX_PASTE_UNITS = 1024 * 1024;
const MAX_SEQUENCE_UNITS = 256;
const PASTE_START = '\u001B[200~';
const PASTE_END = '\u001B[201~';

interface DecodedToken {
	readonly token?: Token | undefined;
	readonly consumed: number;
}

const NEEDS_MORE = 'more';

/** `boundKeys`: all keys of the screen, in lower case. ESC and a character are decoded as Alt only for a bound key. */
export function createKeyDecoder(boundKeys: ReadonlySet<string>): KeyDecoder {
	const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
	let buffer = '';
	let paste: string | undefined;

	/** Whether the terminal has reported that it supports the kitty protocol. */
	let isKitty = false;

	/** Whether the paste has reached its maximum length, so that the rest of it is dropped. */
	let isPasteFull = false;

	/** `final`: the terminal has paused, so the end mark of a paste that is too long will not arrive. */
	function decodePaste(tokens: Token[], final: boolean): boolean {
		const text = (paste ?? '') + buffer;
		const end = text.indexOf(PASTE_END);
		buffer = end === -1 ? '' : text.slice(end + PASTE_END.length);
		if (!isPasteFull && (end !== -1 || text.length >= MAX_PASTE_UNITS)) {
			tokens.push({type: 'paste', text: text.slice(0, end === -1 ? MAX_PASTE_UNITS : end)});
			isPasteFull = end === -1;
		}
		const isEnded = end !== -1 || (isPasteFull && final);
		if (isEnded) {
			paste = undefined;
			isPasteFull = false;
		} else {
			// Of a paste that is too long, only the last characters are kept, because they can be the start of the end
			// mark. The other characters are dropped and not decoded as keys, because their line breaks would send
			// messages.
			paste = isPasteFull ? text.slice(1 - PASTE_END.length) : text;
		}
		return isEnded;
	}

	function drain(final: boolean): Token[] {
		const tokens: Token[] = [];
		while (buffer !== '' || paste !== undefined) {
			if (paste !== undefined) {
				if (!decodePaste(tokens, final)) break;
				continue;
			}
			if (buffer.startsWith(PASTE_START)) {
				buffer = buffer.slice(PASTE_START.length);
				paste = '';
				continue;
			}
			const step = nextToken(buffer, {final, isKitty, boundKeys});
			if (step === NEEDS_MORE) break;
			isKitty ||= step.token?.type === 'kitty-keyboard';
			if (step.token) appendToken(tokens, step.token);
			buffer = buffer.slice(step.consumed);
		}
		return tokens;
	}

	return {
		push(bytes) {
			buffer += typeof bytes === 'string' ? bytes : utf8.decode(bytes, {stream: true});
			return drain(false);
		},
		flush: () => drain(true),
		get isPending() {
			return buffer !== '';
		},
		get isPasteFull() {
			return isPasteFull;
		},
		get isIdle() {
			return buffer === '' && paste === undefined;
		},
	};
}

function appendToken(tokens: Token[], token: Token): void {
	const last = tokens.at(-1);
	if (token.type === 'text' && last?.type === 'text')
		tokens[tokens.length - 1] = {type: 'text', text: last.text + token.text};
	else tokens.push(token);
}

/** `final`: the input has paused, so no rest of an unfinished sequence is expected. */
interface DecoderState {
	readonly final: boolean;
	readonly isKitty: boolean;
	readonly boundKeys: ReadonlySet<string>;
}

function nextToken(input: string, state: DecoderState): DecodedToken | typeof NEEDS_MORE {
	if (input[0] === '\u001B') return escapeToken(input, state);
	const answer = backgroundAnswer(input);
	if (answer) return answer;
	const code = input.codePointAt(0) ?? 0;
	const consumed = code > 0xffff ? 2 : 1;
	if (code >= 32 && code < 127) return {token: {type: 'text', text: input.slice(0, 1)}, consumed};
	if (code >= 128 && code < 160) return {consumed};
	if (code >= 160) return {token: {type: 'text', text: input.slice(0, consumed)}, consumed};
	return {token: {type: 'key', key: controlKey(code)}, consumed};
}

function controlKey(code: number): string {
	if (code === 13) return 'enter';
	if (code === 9) return 'tab';
	if (code === 8 || code === 127) return 'backspace';
	if (code === 0) return 'ctrl+ ';
	return `ctrl+${String.fromCharCode(code + (code < 27 ? 96 : 64))}`;
}

/**
 * Decodes input that starts with ESC: a sequence, Alt with a bound key, or the Esc key. If Alt with the next character
 * is no bound key, ESC is the Esc key, because a slow connection can deliver Esc and the text typed after it in one
 * read.
 */
function escapeToken(input: string, state: DecoderState): DecodedToken | typeof NEEDS_MORE {
	const {final, boundKeys} = state;
	const escapeKey: DecodedToken = {token: {type: 'key', key: 'escape'}, consumed: 1};
	const second = input[1];
	if (second === undefined) return final ? escapeKey : NEEDS_MORE;
	if (second === '\u001B') return doubleEscape(input, state);
	if (second === '[' || second === 'O') return sequenceToken(input, state);
	if (second === ']' || second === 'P' || second === '_') return backgroundAnswer(input) ?? stringToken(input, final);
	const code = input.codePointAt(1) ?? 0;
	const used = 1 + (code > 0xffff ? 2 : 1);
	// The Linux console sends ESC and Tab for Shift+Tab.
	if (code === 9) return {token: {type: 'key', key: 'shift+tab'}, consumed: 2};
	const key = code < 32 || code === 127 ? altControl(code) : keyName(toLatinKey(input.slice(1, used)), ALT_BIT);
	return boundKeys.has(key.toLowerCase()) ? {token: {type: 'key', key}, consumed: used} : escapeKey;
}

function altControl(code: number): string {
	const key = controlKey(code);
	return key.startsWith('ctrl+') ? `ctrl+alt+${key.slice(5)}` : `alt+${key}`;
}

const CURSOR_KEY = /^(ctrl\+)?((?:shift\+)?(?:up|down|left|right|home|end|pageup|pagedown|delete))$/;

/** Decodes ESC ESC [ A, which is Alt+↑ in some terminals. If no cursor key follows, the first ESC is the Esc key. */
function doubleEscape(input: string, state: DecoderState): DecodedToken | typeof NEEDS_MORE {
	const escapeKey: DecodedToken = {token: {type: 'key', key: 'escape'}, consumed: 1};
	const inner = nextToken(input.slice(1), {...state, final: false});
	if (inner === NEEDS_MORE) return state.final ? escapeKey : NEEDS_MORE;
	const {token, consumed} = inner;
	const [, ctrl = '', key] = (token?.type === 'key' && CURSOR_KEY.exec(token.key)) || [];
	return key === undefined ? escapeKey : {token: {type: 'key', key: `${ctrl}alt+${key}`}, consumed: consumed + 1};
}

// A CSI sequence has parameters, intermediate bytes and a final byte. rxvt ends some sequences in `$`; the Linux console
// sends F1 as CSI [ A.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const SEQUENCE = /^\u001B(?:O[\d;]*[ -/:<-~]|\[\[[A-E]|\[[0-?]*\$(?![@-~])|\[[0-?]*[ -/]*[@-~])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const UNFINISHED = /^\u001B(?:O[\d;]*|\[\[?[0-?]*[ -/]*)$/;

function sequenceToken(input: string, {final, isKitty}: DecoderState): DecodedToken | typeof NEEDS_MORE {
	const head = input.slice(0, MAX_SEQUENCE_UNITS);
	if (UNFINISHED.test(head) && !final && input.length < MAX_SEQUENCE_UNITS) return NEEDS_MORE;
	const match = SEQUENCE.exec(head);
	if (match) return {token: decodeEscapeSequence(match[0], isKitty), consumed: match[0].length};
	if (head.length === 2) return {token: {type: 'key', key: keyName(head[1] ?? '', ALT_BIT)}, consumed: 2};
	return {consumed: UNFINISHED.test(head) ? head.length : 2};
}

/**
 * The answer to OSC 11, the background colour. ESC is missing if a slow connection delivered it in an earlier read.
 * Each colour has up to four digits.
 */
const BACKGROUND_ANSWER =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: such sequences begin and end with a control character
	/^\u001B?\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?(?:\u0007|\u001B\\)/i;
/** Beginning of an answer to OSC 11. It is longer than anything that a person types by chance. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const UNFINISHED_ANSWER = /^\u001B?\]11;rgb[a\d:/A-Fa-f]*\u001B?$/;
const MAX_ANSWER_UNITS = 40;

/**
 * Decodes the answer to OSC 11. An incomplete answer waits for its rest without a time limit, because its digits would
 * otherwise become text of the input. Undefined if the input does not start with an answer.
 */
function backgroundAnswer(input: string): DecodedToken | typeof NEEDS_MORE | undefined {
	const match = BACKGROUND_ANSWER.exec(input);
	if (match) {
		const [red = 0, green = 0, blue = 0] = match
			.slice(1)
			.map(digits => Number.parseInt(digits, 16) / (16 ** digits.length - 1));
		// Luma of ITU-R BT.601. A background that is brighter than the middle grey is light.
		return {
			token: {type: 'background', isLight: 0.299 * red + 0.587 * green + 0.114 * blue > 0.5},
			consumed: match[0].length,
		};
	}
	return UNFINISHED_ANSWER.test(input) && input.length < MAX_ANSWER_UNITS ? NEEDS_MORE : undefined;
}

/** Skips an OSC, DCS or APC answer of the terminal. */
function stringToken(input: string, final: boolean): DecodedToken | typeof NEEDS_MORE {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: such sequences end with a control character
	const end = /\u0007|\u001B\\/.exec(input);
	if (end) return {consumed: end.index + end[0].length};
	// An answer to OSC 11 that was cut off is skipped, because its digits must not become text of the input.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
	const rest = /^\u001B?\]11;(?:rgba?:?[\da-f/]*)?/i.exec(input)?.[0];
	if (final && rest !== undefined) return {consumed: rest.length};
	if (!final && input.length < MAX_PASTE_UNITS) return NEEDS_MORE;
	return {token: {type: 'key', key: keyName(input[1] ?? '', ALT_BIT)}, consumed: 2};
}
