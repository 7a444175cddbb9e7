import {expect, test} from 'vitest';
import {inOneRow} from '../../../source/ui/editor/in-one-row.js';

test.each([
	['one line', 'one line'],
	['copied with its end\r', 'copied with its end'],
	['one\rtwo\rthree', 'one two three'],
	['one \r\n\r\n\ttwo\n', 'one two'],
	['x'.repeat(600), 'x'.repeat(500)],
])('%j becomes one row of a prompt', (pasted, row) => {
	expect(inOneRow(pasted)).toBe(row);
});
