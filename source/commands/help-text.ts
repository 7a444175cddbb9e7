/** `--help` and the readme's table, both from the one table of options. */

import {specs} from './given.js';
import {environmentName, type OptionSpec} from './option-table.js';

const WIDTH = 80;

const commandLines: readonly (readonly [string, string])[] = [
	['p2pchat-ink [options]', 'chat'],
	['p2pchat-ink replay [FILE]', 'review a saved log'],
	['p2pchat-ink export [FILE]', 'print a saved log as text, markdown or JSON lines'],
	['p2pchat-ink logs', 'list saved logs'],
	['p2pchat-ink send TEXT…', 'say one thing (-: standard input) and leave'],
	['p2pchat-ink doctor', 'what works and what does not on this network'],
	['p2pchat-ink demo', 'a room of real nodes on this computer, to look around in'],
];

export function helpText(): string {
	const groups: readonly (readonly [string, (spec: OptionSpec) => boolean])[] = [
		['Options', spec => !isFilter(spec)],
		['Options of replay and export', isFilter],
	];
	const options = groups.flatMap(([title, belongs]) => ['', `${title}:`, ...columns(rows(belongs), 26)]);
	return [
		'p2pchat-ink: chat on the local network without a server',
		'',
		...columns(commandLines, 29),
		...options,
		'',
		...wrap(
			'Every option of chat can also stand in the environment (P2PCHAT_PORT=47475; lists by commas, switches 1 or 0) or, with its long name, in config.json in the data folder. Flags win, then the environment.',
			WIDTH,
		),
		'',
		...wrap('Exit codes: 0 done, 1 failed or nobody has what was said, 2 wrong usage.', WIDTH),
	].join('\n');
}

/** The options as a markdown table. */
export function optionsAsMarkdown(): string {
	const inCell = (text: string) => text.replaceAll('|', '\\|');
	const lines = specs().map(([, spec]) => {
		const variable = environmentName(spec);
		return `| ${code(inCell(form(spec)))} | ${inCell(spec.help)} | ${inCell(spec.standard ?? '')} | ${variable ? code(variable) : ''} |`;
	});
	return ['| option | meaning | default | environment |', '|---|---|---|---|', ...lines].join('\n');
}

function code(text: string): string {
	return `\`${text}\``;
}

function isFilter(spec: OptionSpec): boolean {
	return spec.commands.every(name => name === 'replay' || name === 'export');
}

function form(spec: OptionSpec): string {
	const short = spec.short === undefined ? '' : `-${spec.short}, `;
	return `${short}--${spec.long}${spec.value === undefined ? '' : ` ${spec.value}`}`;
}

function rows(belongs: (spec: OptionSpec) => boolean): (readonly [string, string])[] {
	return specs()
		.filter(([, spec]) => belongs(spec))
		.map(([, spec]) => [
			form(spec),
			spec.standard === undefined ? spec.help : `${spec.help} (default: ${spec.standard})`,
		]);
}

/** Two columns, the second wrapped at WIDTH; a first one that is too wide gets a line of its own. */
function columns(lines: readonly (readonly [string, string])[], indent: number): string[] {
	return lines.flatMap(([left, right]) => {
		const wrapped = wrap(right, WIDTH - indent);
		const first = `  ${left}`;
		const fits = first.length + 2 <= indent;
		const rest = (fits ? wrapped.slice(1) : wrapped).map(line => ' '.repeat(indent) + line);
		return fits ? [first.padEnd(indent) + wrapped[0], ...rest] : [first, ...rest];
	});
}

function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines;
}
