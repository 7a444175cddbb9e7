import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createLineCollector, type InputLine} from '../../../source/cli/chat/input-lines.js';

function read(chunks: readonly Uint8Array[], maxBytes = 1000): InputLine[] {
	const collector = createLineCollector(() => maxBytes);
	return [...chunks.flatMap(chunk => [...collector.push(chunk)]), ...collector.end()];
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readers of input lines', () => {
	it('readers of input lines skip blank lines but count them, remove CR, and accept a last line without a newline', () => {
		expect(read([bytes('one\r\n\n \t\n\nfive\r\r\nsix')])).toEqual([
			{type: 'line', number: 1, text: 'one'},
			{type: 'line', number: 5, text: 'five'},
			{type: 'line', number: 6, text: 'six'},
		]);
	});

	it('readers of input lines remove a byte order mark at the start of the input, and only there', () => {
		expect(read([bytes('\uFEFF{"type":"post"}\n\uFEFFtwo')])).toEqual([
			{type: 'line', number: 1, text: '{"type":"post"}'},
			{type: 'line', number: 2, text: '\uFEFFtwo'},
		]);
		expect(read([bytes('\uFEFF').subarray(0, 1), bytes('\uFEFF').subarray(1), bytes('one')])).toEqual([
			{type: 'line', number: 1, text: 'one'},
		]);
	});

	it('readers of input lines report a line that is too long without its content, and continue with the next line', () => {
		expect(read([bytes(`${'x'.repeat(11)}\n${'y'.repeat(10)}\n`)], 10)).toEqual([
			{type: 'too-long', number: 1},
			{type: 'line', number: 2, text: 'y'.repeat(10)},
		]);
	});

	it('readers of input lines return the same lines wherever the chunks of the stream end', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'grapheme', maxLength: 80}),
				fc.array(fc.nat(200), {maxLength: 10}),
				(text, cuts) => {
					const all = bytes(text.replaceAll('x', '\n').replaceAll('y', '\r\n'));
					const boundaries = [0, ...cuts.map(cut => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
					const chunks = boundaries.slice(1).map((end, index) => all.subarray(boundaries[index], end));
					expect(read(chunks, 20)).toEqual(read([all], 20));
				},
			),
		);
	});
});
