/** The text of `--help` and the option table of the readme, both generated from option-table.ts. */

import {type OptionSpec, optionGroups, optionTable} from './option-table.js';

const HELP_COLUMNS = 80;

const commandUsages: readonly (readonly [string, string])[] = [
	['p2pchat-ink [options]', 'chat'],
	['p2pchat-ink replay [FILE]', 'review a saved log'],
	['p2pchat-ink export [FILE]', 'print a saved log as text, markdown or JSON lines'],
	['p2pchat-ink logs', 'list saved logs'],
	['p2pchat-ink send TEXT…', 'send one message (-: read it from standard input)'],
	['p2pchat-ink doctor', 'check whether this network lets peers find each other'],
	['p2pchat-ink demo', 'try the program in a simulated room on this computer'],
];

/** The text of `--help` in lines of at most 80 columns, without a final newline. */
export function helpText(): string {
	const options = optionGroups.flatMap(({title, keys}) => [
		'',
		`${title}:`,
		...formatColumns(
			keys.map(key => [formatOptionUsage(optionTable[key]), formatOptionHelp(optionTable[key])]),
			26,
		),
	]);
	return [
		'p2pchat-ink: chat on the local network without a server',
		'',
		...formatColumns(commandUsages, 29),
		...options,
		'',
		...wrapText(
			'Every chat option can also be set in the environment (P2PCHAT_PORT=47475; commas separate list items, switches are 1 or 0) or, by its long name, in config.json in the data folder. The command line overrides the environment, which overrides config.json.',
			HELP_COLUMNS,
		),
		'',
		...wrapText('Exit codes: 0 success, 1 failed or not delivered, 2 wrong usage.', HELP_COLUMNS),
	].join('\n');
}

/** The options as a markdown table for the readme, with one row per group. */
export function optionsAsMarkdown(): string {
	const escapeCell = (text: string) => text.replaceAll('|', '\\|');
	const rows = optionGroups.map(({title, keys}) => {
		const options = keys.map(key =>
			escapeCell(`\`${formatOptionUsage(optionTable[key])}\` ${formatOptionHelp(optionTable[key])}`),
		);
		return `| ${title} | ${options.join('<br>')} |`;
	});
	return ['| for | options |', '|---|---|', ...rows].join('\n');
}

function formatOptionUsage({short, long, placeholder}: OptionSpec): string {
	return `${short === undefined ? '' : `-${short}, `}--${long}${placeholder === undefined ? '' : ` ${placeholder}`}`;
}

function formatOptionHelp({help, defaultText}: OptionSpec): string {
	return defaultText === undefined ? help : `${help} (default: ${defaultText})`;
}

/** Formats two columns. The right one starts at column `indent` and is wrapped. A wide left cell gets its own line. */
function formatColumns(rows: readonly (readonly [string, string])[], indent: number): string[] {
	return rows.flatMap(([left, right]) => {
		const wrapped = wrapText(right, HELP_COLUMNS - indent);
		const first = `  ${left}`;
		const fits = first.length + 2 <= indent;
		const continuation = (fits ? wrapped.slice(1) : wrapped).map(line => ' '.repeat(indent) + line);
		return fits ? [first.padEnd(indent) + wrapped[0], ...continuation] : [first, ...continuation];
	});
}

function wrapText(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const token of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + token.length <= width) lines[lines.length - 1] = `${last} ${token}`;
		else lines.push(token);
	}
	return lines;
}
