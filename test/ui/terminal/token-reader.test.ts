import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {chatKeys} from '../../../source/ui/input/key-bindings.js';
import type {Token} from '../../../source/ui/input/key-token.js';
import {createTokenReader, PASTE_GAP_MS} from '../../../source/ui/terminal/token-reader.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const ENTER: Token = {type: 'key', key: 'enter'};
const text = (characters: string): Token => ({type: 'text', text: characters});
const paste = (characters: string): Token => ({type: 'paste', text: characters});

/** A reader that gets its input from `read`, and the tokens that it has produced. */
function setUp() {
	const clock = createFakeClock();
	const stdin = Object.assign(new PassThrough(), {isTTY: false});
	const received: Token[] = [];
	const reader = createTokenReader(stdin as unknown as NodeJS.ReadStream, clock, chatKeys, {
		tokens: tokens => received.push(...tokens),
		ended() {},
	});
	return {
		clock,
		tokens: received,
		reader,
		read: (bytes: string | Uint8Array) => stdin.emit('data', typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
	};
}

async function tokensOf(...reads: (string | Uint8Array)[]): Promise<Token[]> {
	const {clock, tokens, read, reader} = setUp();
	for (const bytes of reads) read(bytes);
	await clock.advance(PASTE_GAP_MS);
	reader.stop();
	expect(clock.pending).toBe(0);
	return tokens;
}

describe('an unbracketed paste', () => {
	test.each([
		['one\rtwo\rthree'],
		['one\rtwo\r'],
		['one\r\ntwo\r\n'],
		['\r\rafter'],
		['one\ttab\r\r日本 👩‍👩‍👧\r'],
		['one\ntwo\n'],
	])('an unbracketed paste is detected in one read of %j, so that its lines are not sent', async read => {
		expect(await tokensOf(read)).toEqual([paste(read)]);
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
	] as const)('an unbracketed paste is not detected in one read of %j', async (read, tokens) => {
		expect(await tokensOf(read)).toEqual(tokens);
	});

	test('an unbracketed paste continues in a read that follows immediately, even if the split is inside a character', async () => {
		const bytes = Buffer.from('one\rtwo\r日本\rlast');
		for (let cut = Buffer.byteLength('one\rtwo\r日') - 2; cut < bytes.length; cut++) {
			expect(await tokensOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([paste('one\rtwo\r日本\rlast')]);
		}
	});

	test('an unbracketed paste ends after a pause, or immediately with a control key', async () => {
		const {clock, tokens, read} = setUp();
		read('one\rtwo\rthree');
		expect(tokens).toEqual([]);
		await clock.advance(PASTE_GAP_MS);
		read('\r');
		expect(tokens).toEqual([paste('one\rtwo\rthree'), ENTER]);
		read('four\rfive\r');
		read('\u0015');
		expect(tokens.slice(2)).toEqual([paste('four\rfive\r'), {type: 'key', key: 'ctrl+u'}]);
	});

	test('an unbracketed paste is not detected inside a bracketed paste, however many reads the bracketed paste has', async () => {
		expect(await tokensOf('\u001B[200~one\rtwo\r', 'three\rfour\rfive', '\u001B[201~\r')).toEqual([
			paste('one\rtwo\rthree\rfour\rfive'),
			ENTER,
		]);
	});
});

describe('a bracketed paste that is too long', () => {
	const LINES = `${'x'.repeat(99)}\r`.repeat(12_000);

	test('a bracketed paste that is too long is cut, and the rest up to its end is dropped, however it is split into reads', async () => {
		const {clock, tokens, read} = setUp();
		read('\u001B[200~');
		for (let at = 0; at < LINES.length; at += 4096) read(LINES.slice(at, at + 4096));
		await clock.advance(500);
		read(`${LINES}\u001B[20`);
		read('1~after');
		await clock.advance(2000);
		expect(tokens.map(({type}) => type)).toEqual(['paste', 'text']);
		expect(tokens[0]).toEqual(paste(LINES.slice(0, 1024 * 1024)));
		expect(tokens[1]).toEqual(text('after'));
	});

	test('a bracketed paste that is too long ends after a pause of the input, even if its end mark is missing', async () => {
		const {clock, tokens, read} = setUp();
		read(`\u001B[200~${LINES}`);
		await clock.advance(1001);
		read('typed');
		expect(tokens.at(-1)).toEqual(text('typed'));
		expect(tokens).toHaveLength(2);
	});
});
