import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createLineCollector, type InputLine} from '../../../source/cli/chat/read-input.js';

function read(chunks: readonly Uint8Array[], maxBytes = 1000): InputLine[] {
	const collector = createLineCollector(maxBytes);
	return [...chunks.flatMap(chunk => collector.push(chunk)), ...collector.end()];
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('lines of input', () => {
	it('are counted with the empty ones, which are left out; CR is cut; the last needs no newline', () => {
		expect(read([bytes('one\r\n\n \t\n\nfive\r\r\nsix')])).toEqual([
			{type: 'line', number: 1, text: 'one'},
			{type: 'line', number: 5, text: 'five'},
			{type: 'line', number: 6, text: 'six'},
		]);
	});

	it('that are too long are told and skipped, the next one is read', () => {
		expect(read([bytes(`${'x'.repeat(11)}\n${'y'.repeat(10)}\n`)], 10)).toEqual([
			{type: 'too-long', number: 1},
			{type: 'line', number: 2, text: 'y'.repeat(10)},
		]);
	});

	it('are the same however the bytes are cut into chunks', () => {
		fc.assert(
			fc.property(
				fc.string({unit: 'grapheme', maxLength: 80}),
				fc.array(fc.nat(200), {maxLength: 10}),
				(text, cuts) => {
					const all = bytes(text.replaceAll('x', '\n').replaceAll('y', '\r\n'));
					const borders = [0, ...cuts.map(cut => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
					const chunks = borders.slice(1).map((to, at) => all.subarray(borders[at], to));
					expect(read(chunks, 20)).toEqual(read([all], 20));
				},
			),
		);
	});
});
