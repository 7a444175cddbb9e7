import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import * as limits from '../../source/core/limits.js';

const document = readFileSync(new URL('../../source/protocol.md', import.meta.url), 'utf8');
const section = document.split(/^## /m).find(part => /^\d+\. Limits$/m.test(part)) ?? '';

/** `| NAME | value | what |`; digits are grouped by commas, lists parted by semicolons. */
function readRows(): (readonly [string, unknown, string])[] {
	return [...section.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]*) \|$/gm)].map(
		([, name = '', value = '', what = '']) => {
			const numbers = value.split(';').map(part => Number(part.replaceAll(',', '')));
			return [name, numbers.length > 1 ? numbers : numbers[0], what.trim()];
		},
	);
}

it('the limits in protocol.md are those of the program, name by name, in the same order', () => {
	expect(readRows().map(([name, value]) => [name, value])).toEqual(orderedLimits());
});

it('each of them says what it bounds', () => {
	expect(readRows().filter(([, , what]) => what === '')).toEqual([]);
});

/** In the order of the file: a namespace object sorts its names. */
function orderedLimits(): [string, unknown][] {
	const source = readFileSync(new URL('../../source/core/limits.ts', import.meta.url), 'utf8');
	const place = (name: string) => source.indexOf(`export const ${name}`);
	return Object.entries(limits).sort(([a], [b]) => place(a) - place(b));
}
