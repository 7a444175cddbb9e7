import fc from 'fast-check';
import {expect, test} from 'vitest';
import {cellWidth} from '../../../source/ui/text/graphemes.js';
import {wrapMessage} from '../../../source/ui/text/wrap-message.js';
import {wrapText} from '../../../source/ui/text/wrap-text.js';

const rowsOf = (text: string, cells: number) =>
	wrapMessage(text, cells, cells).map(({start, end}) => text.slice(start, end));

test('code between lines of three backticks keeps every space, and a line of code is cut only where it exceeds the width', () => {
	const text = 'see this:\n```js\nif (a)   return  b;\n\tindented\n```\nand then some words';
	expect(rowsOf(text, 12)).toEqual([
		'see this:',
		'```js',
		'if (a)   ret',
		'urn  b;',
		'\tindented',
		'```',
		'and then',
		'some words',
	]);
});

test('a message without lines of three backticks is wrapped exactly as wrapText wraps it', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme', maxLength: 200}), fc.integer({min: 2, max: 40}), (text, cells) => {
			fc.pre(!text.includes('```'));
			expect(wrapMessage(text, cells, cells)).toEqual(wrapText(text, cells, cells));
		}),
	);
});

/**
 * Minimum width in this test, because a grapheme is never split. A musical symbol with a combining stem has 3 cells.
 */
const WIDEST_GRAPHEME_CELLS = 8;

test('the rows of a code block together contain the whole block, and each row fits the width', () => {
	fc.assert(
		fc.property(
			fc.string({unit: 'grapheme', maxLength: 200}),
			fc.integer({min: WIDEST_GRAPHEME_CELLS, max: 40}),
			(code, cells) => {
				fc.pre(!code.includes('```') && !code.includes('\n'));
				const rows = rowsOf(`\`\`\`\n${code}\n\`\`\``, 40).slice(1, -1);
				expect(rows.join('')).toBe(code);
				for (const row of rowsOf(`\`\`\`\n${code}`, cells).slice(1)) expect(cellWidth(row)).toBeLessThanOrEqual(cells);
			},
		),
	);
});
