import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import * as limits from '../../source/core/limits.js';

const document = readFileSync(new URL('../../source/protocol.md', import.meta.url), 'utf8');

interface Row {
	readonly name: string;
	readonly value: unknown;
	readonly meaning: string;
}

/** Rows `| NAME | value | meaning |` of protocol.md. Values group digits by commas and separate list items by semicolons. */
function readRows(): Row[] {
	return [...document.matchAll(/^\| *`([A-Z]+(?:_[A-Z0-9]+)+)` *\|([^|]+)\|([^|]*)\|/gm)].map(
		([, name = '', value = '', meaning = '']) => {
			const numbers = value.split(';').map(part => Number.parseFloat(part.replaceAll(',', '')));
			return {name, value: numbers.length > 1 ? numbers : numbers[0], meaning: meaning.trim()};
		},
	);
}

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);

it('protocol.md lists every limit once, with its value', () => {
	const documented = readRows().map(({name, value}): [string, unknown] => [name, value]);
	expect(documented.sort(byName)).toEqual(Object.entries(limits).sort(byName));
});

it('every row of a limit in protocol.md has a text about the meaning of the limit', () => {
	expect(readRows().filter(({meaning}) => meaning === '')).toEqual([]);
});

/** Text of one table of section 18, by its heading in bold. */
function tableOf(heading: string): string {
	const [, table = ''] = document.split(`\n**${heading}**\n`);
	return table.split(/\n(?:\*\*|## )/)[0] ?? '';
}

/**
 * Limits that are times are not in the table Shares, because no peer can use up a time. The limits of the tables
 * "Frames and messages" and "Text and names" are charged to the connection.
 */
it('the table "Shares" of protocol.md says for every limit who is charged and who can use up the limit', () => {
	const rows = tableOf('Frames and messages') + tableOf('Text and names') + tableOf('Shares');
	const named = new Set(Array.from(rows.matchAll(/`([A-Z][A-Z0-9_]+)`/g), ([, name]) => name));
	const missing = Object.keys(limits).filter(name => !named.has(name) && !name.endsWith('_MS'));
	expect(missing, 'name these limits in the first column of the table Shares (protocol.md, 18)').toEqual([]);
	for (const row of tableOf('Shares').matchAll(/^\|.*\|$/gm)) expect(row[0].split('|')).toHaveLength(5);
});
