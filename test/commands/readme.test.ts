import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {optionsAsMarkdown} from '../../source/commands/help-text.js';
import {commandNames, environmentName, type OptionSpec, optionTable} from '../../source/commands/option-table.js';
import {commandForm, commandRows} from '../../source/session/command/command-table.js';
import {keyTableMarkdown} from '../../source/ui/keys/key-table.js';

const readme = readFileSync(new URL('../../readme.md', import.meta.url), 'utf8');

it('the table of options in the readme is that of the program', () => {
	expect(readme).toContain(optionsAsMarkdown());
});

it('what the readme says of the environment holds for every option', () => {
	expect(readme).toContain('`P2PCHAT_` and the long name, as in `P2PCHAT_TCP_PORT`, but `P2PCHAT_HOME` for the data');
	expect(readme).toContain('not `--ask-secret` and what is for replay and export alone');
	for (const spec of Object.values<OptionSpec>(optionTable)) {
		const {long, commands} = spec;
		const plain = long === 'data-dir' ? 'P2PCHAT_HOME' : `P2PCHAT_${long.toUpperCase().replaceAll('-', '_')}`;
		const past = commands.every(name => name === 'replay' || name === 'export');
		const none = past || ['ask-secret', 'help', 'version'].includes(long);
		expect(environmentName(spec), long).toBe(none ? undefined : plain);
	}
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

it('the readme is one that is read to its end: 160 lines, none of prose wider than 120 columns', () => {
	const lines = readme.trimEnd().split('\n');
	expect(lines.length).toBeLessThanOrEqual(160);
	expect(lines.filter(line => line.length > 120 && !line.startsWith('| '))).toEqual([]);
});
