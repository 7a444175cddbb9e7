import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {chatKeys} from '../../../source/ui/input/key-bindings.js';
import type {Token} from '../../../source/ui/input/key-token.js';
import {createTokenReader, PASTE_GAP_MS} from '../../../source/ui/terminal/token-reader.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const ENTER: Token = {type: 'key', key: 'enter'};
const text = (said: string): Token => ({type: 'text', text: said});
const paste = (said: string): Token => ({type: 'paste', text: said});

/** A tap whose reads are those that `read` is given; what it said until now. */
function tap() {
	const clock = createFakeClock();
	const stdin = Object.assign(new PassThrough(), {isTTY: false});
	const said: Token[] = [];
	const reader = createTokenReader(stdin as unknown as NodeJS.ReadStream, clock, chatKeys, {
		tokens: tokens => said.push(...tokens),
		ended() {},
	});
	return {
		clock,
		said,
		reader,
		read: (bytes: string | Uint8Array) => stdin.emit('data', typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
	};
}

async function heardOf(...reads: (string | Uint8Array)[]): Promise<Token[]> {
	const {clock, said, read, reader} = tap();
	for (const bytes of reads) read(bytes);
	await clock.advance(PASTE_GAP_MS);
	reader.stop();
	expect(clock.pending).toBe(0);
	return said;
}

describe('lines pasted where the terminal does not bracket a paste', () => {
	test.each([
		['one\rtwo\rthree'],
		['one\rtwo\r'],
		['one\r\ntwo\r\n'],
		['\r\rbehind'],
		['one\ttab\r\r日本 👩‍👩‍👧\r'],
		['one\ntwo\n'],
	])('%j in one read is one paste, not lines that are sent', async read => {
		expect(await heardOf(read)).toEqual([paste(read)]);
	});

	test.each([
		['\r', [ENTER]],
		['a line\r', [text('a line'), ENTER]],
		['a line\rand the next', [text('a line'), ENTER, text('and the next')]],
		['a line\r\r', [text('a line'), ENTER, ENTER]],
		[
			'one\ntwo\nthree\r',
			[text('one'), {type: 'key', key: 'ctrl+j'}, text('two'), {type: 'key', key: 'ctrl+j'}, text('three'), ENTER],
		],
		['one\rtwo\r\u0003', [text('one'), ENTER, text('two'), ENTER, {type: 'key', key: 'ctrl+c'}]],
	] as const)('%j in one read stays keys', async (read, tokens) => {
		expect(await heardOf(read)).toEqual(tokens);
	});

	test('what comes right behind belongs to it, wherever the reads cut it, also inside a character', async () => {
		const bytes = Buffer.from('one\rtwo\r日本\rlast');
		for (let cut = Buffer.byteLength('one\rtwo\r日') - 2; cut < bytes.length; cut++) {
			expect(await heardOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([paste('one\rtwo\r日本\rlast')]);
		}
	});

	test('an Enter after a moment is a key, one with a key of control ends the paste at once', async () => {
		const {clock, said, read} = tap();
		read('one\rtwo\rthree');
		expect(said).toEqual([]);
		await clock.advance(PASTE_GAP_MS);
		read('\r');
		expect(said).toEqual([paste('one\rtwo\rthree'), ENTER]);
		read('four\rfive\r');
		read('\u0015');
		expect(said.slice(2)).toEqual([paste('four\rfive\r'), {type: 'key', key: 'ctrl+u'}]);
	});

	test('a bracketed paste is what it was, in however many reads', async () => {
		expect(await heardOf('\u001B[200~one\rtwo\r', 'three\rfour\rfive', '\u001B[201~\r')).toEqual([
			paste('one\rtwo\rthree\rfour\rfive'),
			ENTER,
		]);
	});
});
