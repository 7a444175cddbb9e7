import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {optionsAsMarkdown} from '../../source/commands/help-text.js';
import {commandNames, optionTable} from '../../source/commands/option-table.js';

const readme = readFileSync(new URL('../../readme.md', import.meta.url), 'utf8');

it('the table of options in the readme is that of the program', () => {
	expect(readme).toContain(optionsAsMarkdown());
});

it('every option and command that the readme names exists', () => {
	const known = new Set<string>(Object.values(optionTable).map(({long}) => long));
	const named = [...readme.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)].map(([, long]) => long ?? '');
	expect(named.filter(long => !known.has(long))).toEqual([]);
	const commands = [...readme.matchAll(/p2pchat-ink ([a-z]+)/g)].map(([, command]) => command ?? '');
	expect(commands.filter(command => !commandNames.some(name => name === command))).toEqual([]);
});
