import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {optionsAsMarkdown} from '../../source/cli/options/help-text.js';
import {commandNames, environmentName, type OptionSpec, optionTable} from '../../source/cli/options/option-table.js';
import {commandRows, commandUsage} from '../../source/node/commands/command-table.js';
import {keyTableMarkdown} from '../../source/ui/input/key-help.js';

const readme = readFileSync(new URL('../../readme.md', import.meta.url), 'utf8');
const specs = Object.values<OptionSpec>(optionTable);
/** Code spans and fenced blocks. */
const code = [...readme.matchAll(/```.*?```|`[^`\n]+`/gs)].map(([text]) => text).join('\n');

/** Items in the second column of all tables. `\\|` is a literal bar within a cell. */
function itemsOf(markdown: string, separator: string): string[] {
	return markdown
		.split('\n')
		.filter(line => line.startsWith('|'))
		.flatMap(line => line.replaceAll('\\|', '¦').split('|')[2]?.split(separator) ?? [])
		.map(item => item.trim());
}

/** Each option with the numbers in its description. Other words are left out, because the readme may use different ones. */
function optionsOf(markdown: string): string[] {
	return itemsOf(markdown, '<br>')
		.filter(item => item.startsWith('`-'))
		.map(item => {
			const [, form = '', rest = ''] = /^`([^`]+)`(.*)$/.exec(item) ?? [];
			return [form, ...(rest.match(/\d+(?:\.\d+)?/g) ?? [])].join(' ');
		})
		.sort();
}

/** The keys of each action. Its description is left out, because the readme may use different words. */
function keysOf(markdown: string): string[] {
	return itemsOf(markdown, ' · ')
		.filter(item => item.startsWith('`') && !item.startsWith('`-'))
		.map(item => /^(?:`[^`]+` ?)+/.exec(item)?.[0].trim() ?? '')
		.sort();
}

it('the readme shows every option of the program, with the same defaults and bounds', () => {
	const options = optionsOf(readme);
	expect(options).toHaveLength(specs.length);
	expect(options).toEqual(optionsOf(optionsAsMarkdown()));
});

it('the environment variable of an option is derived from its long name', () => {
	for (const spec of specs) {
		const {long, commands} = spec;
		const plain = long === 'data-dir' ? 'P2PCHAT_HOME' : `P2PCHAT_${long.toUpperCase().replaceAll('-', '_')}`;
		const past = commands.every(name => ['replay', 'export', 'logs', 'fetch'].includes(name));
		// Options without an environment variable. They decide what one call does, or must not apply to all calls by
		// accident.
		const oneCall = ['ask-secret', 'as', 'file', 'hook', 'in-secret-room', 'print-unit', 'help', 'version'];
		const none = past || oneCall.includes(long);
		expect(environmentName(spec), long).toBe(none ? undefined : plain);
	}
});

it('every option, command and environment variable that the readme names exists', () => {
	const known = new Set<string>(specs.map(({long}) => long));
	// Options of npm itself are left out, because they are not options of this program.
	const named = [
		...readme.replace(/\b(npm \w+ --global|npx --yes)\b/g, '').matchAll(/(?<![\w-])--([a-z][a-z-]+)/g),
	].map(([, long]) => long ?? '');
	expect(named.filter(long => !known.has(long))).toEqual([]);
	const commands = [...code.matchAll(/p2pchat-ink ([a-z]+)/g)].map(([, command]) => command ?? '');
	expect(commands.filter(command => !commandNames.some(name => name === command))).toEqual([]);
	const variables = new Set([...specs.map(environmentName), 'P2PCHAT_SECRET']);
	const shown = [...readme.matchAll(/\bP2PCHAT_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([name]) => name);
	expect(shown.filter(name => !variables.has(name))).toEqual([]);
});

it('the readme shows every key and slash command of the program', () => {
	const keys = keysOf(readme);
	expect(keys.length).toBeGreaterThan(20);
	expect(keys).toEqual(keysOf(keyTableMarkdown()));
	expect(commandRows.map(row => `\`${commandUsage(row)}\``).filter(form => !readme.includes(form))).toEqual([]);
});
