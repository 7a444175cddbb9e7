/** Reads the secret of the room from a prompt, a file or the environment, but not from argv, which other users can see. */
import {closeSync, openSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import {UsageError} from '../../core/errors.js';
import {describeSystemError} from '../../core/system-error.js';
import {withoutByteOrderMark} from '../../core/text.js';
import {readUpTo} from '../../storage/regular-file.js';
import {createKeyDecoder} from '../../ui/input/key-decoder.js';
import type {Token} from '../../ui/input/key-token.js';
import {restoreRawMode} from '../../ui/terminal/token-reader.js';
import {onContinue} from '../signals.js';
import type {SecretSource} from './options.js';

const MAX_SECRET_BYTES = 1024;
const MAX_SECRET_FILE_BYTES = 64 * 1024;

/**
 * Reads and validates the secret. `promptSecret` resolves to undefined if the user cancels. `fileOption`: name under
 * which the user has set the file. Rejects with UsageError.
 */
export async function readSecret(
	source: SecretSource,
	promptSecret: () => Promise<string | undefined>,
	fileOption = '--secret-file',
): Promise<string> {
	switch (source.type) {
		case 'environment':
			return validateSecret(source.secret, source.sourceName ?? 'P2PCHAT_SECRET');
		case 'file':
			return validateSecret(readSecretFile(source.path, fileOption), source.path);
		case 'ask': {
			const secret = await promptSecret();
			if (secret === undefined)
				throw new UsageError('No secret was entered. Omit --ask-secret to join a room without a secret.');
			return validateSecret(secret, 'The secret');
		}
		default:
			return source satisfies never;
	}
}

/**
 * Reads a secret file without one final newline, which editors and `echo` add. The file may be a FIFO, for example
 * `<(command)`. At most MAX_SECRET_FILE_BYTES bytes are read.
 */
function readSecretFile(path: string, option: string): string {
	try {
		const file = openSync(path, 'r');
		try {
			return readUpTo(file, MAX_SECRET_FILE_BYTES)
				.toString('utf8')
				.replace(/\r?\n$/, '');
		} finally {
			closeSync(file);
		}
	} catch (error) {
		throw new UsageError(`Cannot read ${option} ${path}: ${describeSystemError(error)}.`, {cause: error});
	}
}

function validateSecret(text: string, sourceName: string): string {
	const secret = withoutByteOrderMark(text);
	if (secret === '') throw new UsageError(`${sourceName} is empty. To join a room without a secret, do not pass one.`);
	const bytes = Buffer.byteLength(secret);
	if (bytes > MAX_SECRET_BYTES)
		throw new UsageError(`${sourceName} is too long: ${bytes} bytes, the limit is ${MAX_SECRET_BYTES} bytes.`);
	return secret;
}

/** State of the prompt for the secret. */
export interface SecretDraft {
	readonly text: string;
	readonly done?: 'entered' | 'cancelled';
}

/**
 * Applies keys to the draft. Enter finishes. Ctrl+C cancels, and so does Ctrl+D on an empty draft. Backspace deletes one
 * grapheme, Ctrl+U the whole draft. Other keys are ignored. A paste ends at its first line break, which acts as Enter.
 */
export function applySecretKeys(draft: SecretDraft, tokens: readonly Token[]): SecretDraft {
	let {text} = draft;
	for (const token of tokens) {
		if (token.type === 'text') text += token.text;
		if (token.type === 'paste') {
			const [line = '', ...others] = token.text.split(/[\r\n]/);
			text += line.replace(/\p{Cc}/gu, '');
			if (others.length > 0) return {text, done: 'entered'};
		}
		if (token.type !== 'key') continue;
		if (token.key === 'enter' || token.key === 'ctrl+j') return {text, done: 'entered'};
		if (token.key === 'ctrl+c' || (token.key === 'ctrl+d' && text === '')) return {text: '', done: 'cancelled'};
		if (token.key === 'backspace') text = dropLastGrapheme(text);
		else if (token.key === 'ctrl+u') text = '';
	}
	return {text};
}

function dropLastGrapheme(text: string): string {
	return [...new Intl.Segmenter().segment(text)]
		.slice(0, -1)
		.map(({segment}) => segment)
		.join('');
}

const SECRET_PROMPT = 'Secret of the room (hidden): ';

/**
 * Prompts without echo on the controlling terminal, even if standard input is a pipe. Resolves to undefined if the user
 * cancels. Rejects with UsageError if there is no terminal.
 */
export async function askSecret(stdin: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string | undefined> {
	const {terminal, close} = openTerminal(stdin);
	// Raw mode turns echo off. It is turned on before the prompt is printed, so that keys which are typed early are not
	// shown.
	restoreRawMode(terminal);
	// While this process is stopped, a shell turns echo on. Raw mode turns it off again when the process continues.
	const ignoreContinue = onContinue(() => {
		restoreRawMode(terminal);
		prompt(SECRET_PROMPT);
	});
	prompt(SECRET_PROMPT);
	terminal.setEncoding('utf8');
	try {
		return await new Promise<string | undefined>(resolve => {
			let draft: SecretDraft = {text: ''};
			const decoder = createKeyDecoder(new Set());
			terminal.on('data', (typed: string) => {
				draft = applySecretKeys(draft, decoder.push(typed));
				if (draft.done) resolve(draft.done === 'entered' ? draft.text : undefined);
			});
			terminal.once('end', () => resolve(undefined));
			terminal.resume();
		});
	} finally {
		ignoreContinue();
		terminal.removeAllListeners('data');
		terminal.setRawMode(false);
		terminal.pause();
		close();
		prompt('\n');
	}
}

function openTerminal(stdin: NodeJS.ReadStream): {terminal: ReadStream; close: () => void} {
	if (stdin.isTTY) return {terminal: stdin, close: () => stdin.setEncoding()};
	try {
		const file = openSync(process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty', 'r+');
		const terminal = new ReadStream(file);
		const close = () => {
			terminal.destroy();
			tryClose(file);
		};
		return {terminal, close};
	} catch (error) {
		throw new UsageError('--ask-secret needs a terminal. Use --secret-file FILE or P2PCHAT_SECRET.', {cause: error});
	}
}

function tryClose(file: number): void {
	try {
		closeSync(file);
	} catch {
		// The descriptor is already closed, by the stream that used it.
	}
}
