import {expect, it} from 'vitest';
import {helpText, optionsAsMarkdown} from '../../../source/cli/options/help-text.js';
import {commandNames, optionGroups, optionTable} from '../../../source/cli/options/option-table.js';

it('the help names every option and command in lines of at most 80 columns', () => {
	const lines = helpText().split('\n');
	for (const {long} of Object.values(optionTable)) expect(lines.some(line => line.includes(`--${long}`))).toBe(true);
	for (const command of commandNames.slice(1))
		expect(lines.some(line => line.startsWith(`  p2pchat-ink ${command}`))).toBe(true);
	expect(lines.filter(line => line.length > 80)).toEqual([]);
});

it('every option is in exactly one group of the help', () => {
	expect(optionGroups.flatMap(group => group.keys).toSorted()).toEqual(Object.keys(optionTable).toSorted());
});

it('the Markdown table of options has one row per group and describes each option as the help does', () => {
	const rows = optionsAsMarkdown().split('\n').slice(2);
	expect(rows).toHaveLength(optionGroups.length);
	for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(4);
	const normalise = (text: string) => text.replaceAll(/\s+/g, ' ');
	const help = normalise(helpText());
	const options = rows.flatMap(row => row.replaceAll('\\|', '¦').split('|')[2]?.trim().split('<br>') ?? []);
	expect(options).toHaveLength(Object.keys(optionTable).length);
	for (const option of options) expect(help).toContain(normalise(option.replaceAll('¦', '|').replaceAll('`', '')));
});
