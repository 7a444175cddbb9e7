import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {applySecretKeys, readSecret, type SecretDraft} from '../../../source/cli/options/read-secret.js';
import {createKeyDecoder} from '../../../source/ui/input/key-decoder.js';

const never = () => Promise.reject(new Error('unexpected prompt'));

function type(...chunks: string[]): SecretDraft {
	const decoder = createKeyDecoder(new Set());
	return chunks.reduce<SecretDraft>(
		(draft, keys) => (draft.done ? draft : applySecretKeys(draft, decoder.push(keys))),
		{text: ''},
	);
}

describe('a typed secret', () => {
	it('a typed secret ends at Enter, even if Enter arrives in the same chunk as the last letter', () => {
		expect(type('ab', 'c\r')).toEqual({text: 'abc', done: 'entered'});
		expect(type('abc\n')).toEqual({text: 'abc', done: 'entered'});
	});

	it('a typed secret loses its last grapheme when Backspace is pressed, and everything when Ctrl+U is pressed', () => {
		expect(type('a👨‍👩‍👧\u007f\r').text).toBe('a');
		expect(type('abc\u0015d\r').text).toBe('d');
	});

	it('a typed secret is cancelled by Ctrl+C, and by Ctrl+D if it is empty', () => {
		expect(type('ab\u0003')).toEqual({text: '', done: 'cancelled'});
		expect(type('\u0004').done).toBe('cancelled');
		expect(type('a\u0004b\r').text).toBe('ab');
	});

	it('a typed secret does not contain the escape sequences of arrow and function keys', () => {
		expect(type('a\u001b[A\u001b[3~\u001bOPb\t\r').text).toBe('ab');
		expect(type('a\u001b', '[', 'Ab\r').text).toBe('ab');
	});

	it('a typed secret can contain digits from the keypad in application mode, and a pasted line', () => {
		expect(type('a\u001bOq\u001bOy\r').text).toBe('a19');
		expect(type('\u001b[200~pass\u001b[201~\r')).toEqual({text: 'pass', done: 'entered'});
		expect(type('\u001b[200~pass\n\u001b[201~')).toEqual({text: 'pass', done: 'entered'});
	});
});

describe('a secret from a file', () => {
	const read = (text: string) => {
		const folder = mkdtempSync(join(tmpdir(), 'p2pchat-secret-'));
		onTestFinished(() => rmSync(folder, {recursive: true}));
		const path = join(folder, 'secret');
		writeFileSync(path, text);
		return readSecret({type: 'file', path}, never);
	};

	it('a secret from a file is the whole content of the file except one final newline', async () => {
		expect(await read(' pass word \n')).toBe(' pass word ');
		expect(await read('pass\r\n')).toBe('pass');
		expect(await read('pass\n\n')).toBe('pass\n');
	});

	it('a secret from a file does not include a byte order mark', async () => {
		expect(await read('\uFEFFpass word\r\n')).toBe('pass word');
		expect(await readSecret({type: 'environment', secret: '\uFEFFpass word'}, never)).toBe('pass word');
		await expect(read('\uFEFF\r\n')).rejects.toThrow(/is empty/);
	});

	it.skipIf(process.platform === 'win32')(
		'a secret can be read from a FIFO, for example from a process substitution of the shell',
		async () => {
			const folder = mkdtempSync(join(tmpdir(), 'p2pchat-secret-'));
			onTestFinished(() => rmSync(folder, {recursive: true}));
			const path = join(folder, 'fifo');
			execFileSync('mkfifo', [path]);
			const writer = spawn('sh', ['-c', 'echo pass > "$0"', path]);
			onTestFinished(() => void writer.kill('SIGKILL'));
			expect(await readSecret({type: 'file', path}, never)).toBe('pass');
		},
	);

	it('a secret from a file must not be empty or longer than 1024 bytes', async () => {
		await expect(read('')).rejects.toThrow(/is empty/);
		await expect(read('\n')).rejects.toThrow(/is empty/);
		await expect(read('x'.repeat(1025))).rejects.toThrow(/too long: 1025 bytes, the limit is 1024 bytes/);
	});
});
