import {expect, it} from 'vitest';
import {findCode} from '../../source/core/find-code.js';

it('code begins at a line with three backticks and ends at the next such line, or at the end of the text', () => {
	const code = (text: string) => findCode(text).map(({start, end}) => text.slice(start, end));
	expect(code('no `code` here ```')).toEqual([]);
	expect(code('see\n```js\na  b\n```\nand\n```\nc')).toEqual(['```js\na  b\n```', '```\nc']);
	expect(code('```')).toEqual(['```']);
	expect(code('```\n```\n')).toEqual(['```\n```']);
});
