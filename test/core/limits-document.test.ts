import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import * as limits from '../../source/core/limits.js';

const document = readFileSync(new URL('../../source/protocol.md', import.meta.url), 'utf8');

interface Row {
	readonly name: string;
	readonly value: unknown;
	readonly what: string;
}

/** Rows `| NAME | value | what |`, wherever the table stands; digits are grouped by commas, lists parted by semicolons. */
function readRows(): Row[] {
	return [...document.matchAll(/^\| *`([A-Z]+(?:_[A-Z0-9]+)+)` *\|([^|]+)\|([^|]*)\|/gm)].map(
		([, name = '', value = '', what = '']) => {
			const numbers = value.split(';').map(part => Number.parseFloat(part.replaceAll(',', '')));
			return {name, value: numbers.length > 1 ? numbers : numbers[0], what: what.trim()};
		},
	);
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);

it('the limits in protocol.md are those of the program, each once', () => {
	const shown = readRows().map(({name, value}): [string, unknown] => [name, value]);
	expect(shown.sort(byName)).toEqual(Object.entries(limits).sort(byName));
});

it('each of them says what it bounds', () => {
	expect(readRows().filter(({what}) => what === '')).toEqual([]);
});
