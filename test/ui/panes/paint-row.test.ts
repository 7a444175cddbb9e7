import {describe, expect, test} from 'vitest';
import {paintRow} from '../../../source/ui/panes/paint-row.js';

const ESC = '\u001b';

describe('a painted row', () => {
	test('a painted row turns each part of a style on before the styled text and off after that text', () => {
		const row = [{text: 'a '}, {text: 'b', style: {color: 'ansi256(31)', bold: true}}, {text: 'c', style: {dim: true}}];
		expect(paintRow(row, 10)).toBe(`a ${ESC}[1m${ESC}[38;5;31mb${ESC}[39m${ESC}[22m${ESC}[2mc${ESC}[22m`);
		const loud = [{text: 'x', style: {inverse: true, underline: true, italic: true, color: 'red'}}];
		expect(paintRow(loud, 10)).toBe(`${ESC}[7m${ESC}[4m${ESC}[3m${ESC}[31mx${ESC}[39m${ESC}[23m${ESC}[24m${ESC}[27m`);
	});

	test('a painted row ends in an ellipsis if it is wider than the given number of cells', () => {
		const row = [{text: 'abc'}, {text: '日本語', style: {bold: true}}, {text: 'def'}];
		expect(paintRow(row, 12)).toBe(`abc${ESC}[1m日本語${ESC}[22mdef`);
		expect(paintRow(row, 11)).toBe(`abc${ESC}[1m日本語${ESC}[22md…`);
		expect(paintRow(row, 7)).toBe(`abc${ESC}[1m日…${ESC}[22m`);
		expect(paintRow(row, 3)).toBe('ab…');
	});

	test("a painted row marks a link for the terminal (OSC 8), with the same id for all its parts, unless the link's text is cut", () => {
		const target = 'https://example.org/a';
		const style = {underline: true};
		const first = paintRow([{text: 'https://', style, link: target}], 20);
		const id = /id=([\da-z]+);/.exec(first)?.[1];
		expect(first).toBe(`${ESC}]8;id=${id};${target}\u0007${ESC}[4mhttps://${ESC}[24m${ESC}]8;;\u0007`);
		expect(paintRow([{text: 'example.org/a', link: target}], 20)).toContain(`]8;id=${id};${target}\u0007`);
		expect(paintRow([{text: 'example.org/a', link: target}], 8)).toBe('example…');
		expect(paintRow([{text: 'x', link: `https://a${ESC}\u0007b`}], 8)).not.toContain(`a${ESC}`);
	});

	test('a painted row contains no control character, even if its text was not cleaned', () => {
		expect(paintRow([{text: `a${ESC}[2Jb\n\u009bc`}], 20)).toBe('a[2Jbc');
	});
});
