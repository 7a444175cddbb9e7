import {expect, it} from 'vitest';
import {helpText, optionsAsMarkdown} from '../../source/commands/help-text.js';
import {commandNames, optionTable} from '../../source/commands/option-table.js';

it('the help names every option and command in lines of at most 80 columns', () => {
	const lines = helpText().split('\n');
	for (const {long} of Object.values(optionTable)) expect(lines.some(line => line.includes(`--${long}`))).toBe(true);
	for (const command of commandNames.slice(1))
		expect(lines.some(line => line.startsWith(`  p2pchat-ink ${command}`))).toBe(true);
	expect(lines.filter(line => line.length > 80)).toEqual([]);
});

it('the markdown table has a row of four cells for every option', () => {
	const rows = optionsAsMarkdown().split('\n');
	expect(rows).toHaveLength(Object.keys(optionTable).length + 2);
	for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
});
