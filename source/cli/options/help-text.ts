/** `--help` and the readme's table, both from the one table of options. */

import {type OptionSpec, optionGroups, optionTable} from './option-table.js';

const HELP_COLUMNS = 80;

const commandUsages: readonly (readonly [string, string])[] = [
	['p2pchat-ink [options]', 'chat'],
	['p2pchat-ink replay [FILE]', 'review a saved log'],
	['p2pchat-ink export [FILE]', 'print a saved log as text, markdown or JSON lines'],
	['p2pchat-ink logs', 'list saved logs'],
	['p2pchat-ink send TEXT…', 'say one thing (-: standard input) and leave'],
	['p2pchat-ink doctor', 'what works and what does not on this network'],
	['p2pchat-ink demo', 'a room of real nodes on this computer, to look around in'],
];

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
			'Every option of chat can also stand in the environment (P2PCHAT_PORT=47475; lists by commas, switches 1 or 0) or, with its long name, in config.json in the data folder. Flags win, then the environment.',
			HELP_COLUMNS,
		),
		'',
		...wrapText('Exit codes: 0 done, 1 failed or nobody has what was said, 2 wrong usage.', HELP_COLUMNS),
	].join('\n');
}

/** The options as a markdown table: a row for each group. */
export function optionsAsMarkdown(): string {
	const inCell = (text: string) => text.replaceAll('|', '\\|');
	const rows = optionGroups.map(({title, keys}) => {
		const options = keys.map(key =>
			inCell(`\`${formatOptionUsage(optionTable[key])}\` ${formatOptionHelp(optionTable[key])}`),
		);
		return `| ${title} | ${options.join('<br>')} |`;
	});
	return ['| for | options |', '|---|---|', ...rows].join('\n');
}

function formatOptionUsage(spec: OptionSpec): string {
	const short = spec.short === undefined ? '' : `-${spec.short}, `;
	return `${short}--${spec.long}${spec.value === undefined ? '' : ` ${spec.value}`}`;
}

function formatOptionHelp(spec: OptionSpec): string {
	return spec.standard === undefined ? spec.help : `${spec.help} (default: ${spec.standard})`;
}

/** Two columns, the second wrapped at WIDTH; a first one that is too wide gets a line of its own. */
function formatColumns(lines: readonly (readonly [string, string])[], indent: number): string[] {
	return lines.flatMap(([left, right]) => {
		const wrapped = wrapText(right, HELP_COLUMNS - indent);
		const first = `  ${left}`;
		const fits = first.length + 2 <= indent;
		const rest = (fits ? wrapped.slice(1) : wrapped).map(line => ' '.repeat(indent) + line);
		return fits ? [first.padEnd(indent) + wrapped[0], ...rest] : [first, ...rest];
	});
}

function wrapText(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines;
}
