/** The text of `--help` and the option table of the readme, both generated from option-table.ts. */

import {type CommandName, type OptionSpec, optionGroups, optionTable} from './option-table.js';
import {namedCommands, subCommandTable, subCommandUsage} from './sub-command-table.js';

const HELP_COLUMNS = 80;

/**
 * The text of `--help` in lines of at most 80 columns, without a final newline. `chat` gives the help of the whole program.
 * Any other command gives its own help.
 */
export function helpText(command: CommandName = 'chat'): string {
	return (command === 'chat' ? programHelp() : commandHelp(command)).join('\n');
}

function programHelp(): string[] {
	const usages = (['chat', ...namedCommands] as const).map(
		name =>
			[
				name === 'chat' ? subCommandUsage(name) : subCommandUsage(name).replace(/ \[options\]$/, ''),
				subCommandTable[name].summary,
			] as const,
	);
	return [
		'p2pchat-ink: chat on the local network without a server',
		'',
		...formatColumns(usages, 31),
		'',
		...wrapText('p2pchat-ink COMMAND --help shows the options of one command.', HELP_COLUMNS),
		...formatOptionGroups(() => true),
		'',
		...wrapText(
			'Most chat options can also be set in the environment (P2PCHAT_PORT=47475; commas separate list items, switches are 1 or 0) or, by their long names, in config.json in the data folder. The variable of --data-dir is P2PCHAT_HOME. The secret, the data folder and --debug cannot be set in config.json. The command line overrides the environment, which overrides config.json.',
			HELP_COLUMNS,
		),
		'',
		...wrapText('Exit codes: 0 success, 1 failed or not delivered, 2 wrong usage.', HELP_COLUMNS),
	];
}

function commandHelp(command: CommandName): string[] {
	const {description, example} = subCommandTable[command];
	return [
		`Usage: ${subCommandUsage(command)}`,
		'',
		...wrapText(description, HELP_COLUMNS),
		...formatOptionGroups(({commands}) => commands.includes(command)),
		'',
		`Example: p2pchat-ink ${command} ${example}`,
	];
}

/** The options that `isShown` selects, by group. */
function formatOptionGroups(isShown: (spec: OptionSpec) => boolean): string[] {
	return optionGroups.flatMap(({title, keys}) => {
		const specs = keys.map((key): OptionSpec => optionTable[key]).filter(isShown);
		if (specs.length === 0) return [];
		const rows = specs.map(spec => [formatOptionUsage(spec), formatOptionHelp(spec)] as const);
		return ['', `${title}:`, ...formatColumns(rows, 26)];
	});
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

/**
 * Formats two columns. The right column starts at column `indent` and is wrapped. A left text that is wider than
 * `indent` gets a line of its own.
 */
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
