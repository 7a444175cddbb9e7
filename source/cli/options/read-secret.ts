/** Where the secret of the room comes from: typed, from a file, or given by the environment. Never the command line. */
import {closeSync, openSync, readFileSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import {UsageError} from '../../core/errors.js';
import {describeSystemError} from '../../core/system-error.js';
import type {SecretSource} from './options.js';

const MAX_SECRET_BYTES = 1024;

/** Throws UsageError. */
export async function readSecret(
	source: SecretSource,
	promptSecret: () => Promise<string | undefined>,
): Promise<string> {
	switch (source.type) {
		case 'given':
			return validateSecret(source.secret, 'P2PCHAT_SECRET');
		case 'file':
			return validateSecret(readSecretFile(source.path), source.path);
		case 'ask': {
			const secret = await promptSecret();
			if (secret === undefined) throw new UsageError('no secret was typed; a room without one needs no --ask-secret');
			return validateSecret(secret, 'the secret');
		}
		default:
			return source satisfies never;
	}
}

/** One trailing newline is cut: editors and `echo` add it. */
function readSecretFile(path: string): string {
	try {
		return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
	} catch (error) {
		throw new UsageError(`--secret-file ${path} cannot be read: ${describeSystemError(error)}`, {
			cause: error,
		});
	}
}

function validateSecret(secret: string, sourceName: string): string {
	if (secret === '') throw new UsageError(`${sourceName} is empty; a room without a secret needs none`);
	if (Buffer.byteLength(secret) > MAX_SECRET_BYTES)
		throw new UsageError(`${sourceName} is longer than ${MAX_SECRET_BYTES} bytes`);
	return secret;
}

export interface SecretDraft {
	readonly text: string;
	readonly done?: 'entered' | 'cancelled';
}

/** One read of a raw terminal: Enter ends, Ctrl+C and Ctrl+D on nothing cancel, Backspace and Ctrl+U delete, the rest of control is ignored. */
export function applySecretKeys(draft: SecretDraft, keys: string): SecretDraft {
	let {text} = draft;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of keys are left out
	for (const {segment} of new Intl.Segmenter().segment(keys.replace(/\u001b(?:[[O][\d;]*.?|.)?/g, ''))) {
		if (segment === '\r' || segment === '\n' || segment === '\r\n') return {text, done: 'entered'};
		if (segment === '\u0003' || (segment === '\u0004' && text === '')) return {text: '', done: 'cancelled'};
		if (segment === '\u007f' || segment === '\b') text = dropLastGrapheme(text);
		else if (segment === '\u0015') text = '';
		else if (!/\p{Cc}/u.test(segment)) text += segment;
	}
	return {text};
}

function dropLastGrapheme(text: string): string {
	return [...new Intl.Segmenter().segment(text)]
		.slice(0, -1)
		.map(({segment}) => segment)
		.join('');
}

/** Asks at the terminal itself, also when standard input is a pipe; nothing is echoed. Undefined: cancelled. */
export async function askSecret(stdin: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string | undefined> {
	const {terminal, close} = openTerminal(stdin);
	// First silent, then asking: whoever types at once would see the secret otherwise.
	terminal.setRawMode(true);
	prompt('Secret of the room (not shown): ');
	terminal.setEncoding('utf8');
	try {
		return await new Promise<string | undefined>(resolve => {
			let draft: SecretDraft = {text: ''};
			terminal.on('data', (typed: string) => {
				draft = applySecretKeys(draft, typed);
				if (draft.done) resolve(draft.done === 'entered' ? draft.text : undefined);
			});
			terminal.once('end', () => resolve(undefined));
			terminal.resume();
		});
	} finally {
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
		throw new UsageError('--ask-secret needs a terminal; use --secret-file FILE or P2PCHAT_SECRET', {cause: error});
	}
}

/** The stream may have closed it already. */
function tryClose(file: number): void {
	try {
		closeSync(file);
	} catch {}
}
