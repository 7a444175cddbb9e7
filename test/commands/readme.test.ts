import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {optionsAsMarkdown} from '../../source/commands/help-text.js';
import {commandNames, optionTable} from '../../source/commands/option-table.js';
import {commandForm, commandRows} from '../../source/session/command/command-table.js';
import {keyTableMarkdown} from '../../source/ui/keys/key-labels.js';

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

it('the table of keys in the readme is that of the program, and no slash command is left out', () => {
	expect(readme).toContain(keyTableMarkdown());
	expect(commandRows.map(row => `\`${commandForm(row)}\``).filter(form => !readme.includes(form))).toEqual([]);
});

it('the readme is one that is read to its end', () => {
	const unfolded = readme.replaceAll(/<details>.*?<\/details>/gs, '');
	expect(unfolded.split('\n').length).toBeLessThanOrEqual(170);
});
