/**
 * Parses argv, the environment and config.json into `Options`. The library meow only splits argv into flags and operands:
 * it accepts unknown flags and empty values, so this module and check-options.ts check all flags and values themselves.
 */

import type meow from 'meow';
import {errorMessage, UsageError} from '../../core/errors.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {checkOptions} from './check-options.js';
import {
	type Environment,
	mergeSources,
	type OptionSource,
	quote,
	readConfigOptions,
	readEnvironmentOptions,
	readSharedVariables,
	type SourcedOption,
	type SourceValue,
} from './option-sources.js';
import {type CommandName, commandNames, listOptionSpecs, type OptionKey, type OptionSpec} from './option-table.js';
import type {Options} from './options.js';
import {namedCommands, subCommandTable, subCommandUsage} from './sub-command-table.js';

/** Splits argv into operands and flags. Throws UsageError. */
export type ArgumentParser = (argv: readonly string[]) => {
	readonly operands: readonly string[];
	readonly flags: Readonly<Record<string, unknown>>;
};

/**
 * Reads the config.json of a data folder (by default of the platform's data folder). Returns undefined if the file does
 * not exist. Throws UsageError.
 */
export type ConfigReader = (
	dataDir: string | undefined,
) => {readonly file: string; readonly config: unknown} | undefined;

/**
 * Reads and checks all options. Throws UsageError; with `--help` or `--version`, errors in other options are ignored.
 * `secret`: the value of P2PCHAT_SECRET. `now`: ms since 1970.
 */
export function parseOptions(
	argv: readonly string[],
	environment: Environment,
	secret: string | undefined,
	parse: ArgumentParser,
	readConfig: ConfigReader,
	now: number,
): Options {
	const {operands, flags} = parse(argv);
	const {command, commandOperands} = splitCommand(operands);
	const flagOptions = readFlagOptions(flags, argv);
	if (flagOptions.get('help')?.value === true || flagOptions.get('version')?.value === true) {
		const information = new Map([...flagOptions].filter(([key]) => key === 'help' || key === 'version'));
		return checkOptions(command, commandOperands, information, now);
	}
	checkOperands(command, commandOperands, flagOptions.has('file'));
	const environmentOptions = readEnvironmentOptions(environment);
	const sharedVariables = readSharedVariables(environment);
	const sources = [flagOptions, environmentOptions, sharedVariables];
	const options = checkOptions(command, commandOperands, mergeSources(command, sources), now, secret);
	const configFile = readConfig(options.dataDir);
	if (!configFile) return options;
	const configOptions = readConfigOptions(configFile.config, configFile.file);
	const allSources = [flagOptions, environmentOptions, configOptions, sharedVariables];
	return checkOptions(command, commandOperands, mergeSources(command, allSources), now, secret);
}

/**
 * Wraps the argument parser meow, so that it throws UsageError instead of printing a message and ending the process.
 */
export function createMeowParser(parse: typeof meow): ArgumentParser {
	return argv => {
		try {
			const {input, flags} = parse({
				importMeta: import.meta,
				argv: attachValues(argv),
				pkg: {},
				autoHelp: false,
				autoVersion: false,
				booleanDefault: undefined,
				flags: createMeowFlags(),
			});
			return {operands: input, flags};
		} catch (error) {
			const repeatedFlag = /^The flag (--\S+) can only be set once/.exec(errorMessage(error));
			if (!repeatedFlag?.[1]) throw error;
			throw new UsageError(describeRepeatedFlag(toKebabCase(repeatedFlag[1]).slice(2), argv), {cause: error});
		}
	};
}

/**
 * Joins `--from -10m` to `--from=-10m`, and `--file -` to `--file=-`. The argument parser meow would take these values
 * for flags or operands.
 */
function attachValues(argv: readonly string[]): string[] {
	const words: string[] = [];
	for (const [index, word] of argv.entries()) {
		const before = argv[index - 1];
		const isTime = /^-\d+(\.\d+)?[a-z]*$/i.test(word) && /^--(from|to|at)$/.test(before ?? '');
		const isStream = word === '-' && /^(--file|--output|-o)$/.test(before ?? '');
		if ((isTime || isStream) && !argv.slice(0, index).includes('--')) words.push(`${words.pop()}=${word}`);
		else words.push(word);
	}
	return words;
}

/**
 * Error text for a flag that the parser meow reports as repeated. It also reports `--log x --no-log`, as both have the
 * key `log`.
 */
function describeRepeatedFlag(positive: string, argv: readonly string[]): string {
	const words = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
	const isGiven = (flag: string) => words.some(word => word === flag || word.startsWith(`${flag}=`));
	const typed = [`--${positive}`, `--no-${positive}`].filter(isGiven);
	return typed.length === 2
		? `${typed.join(' and ')} cannot be combined.`
		: `${typed[0] ?? `--${positive}`} may be given only once.`;
}

/** Flag definitions for meow, derived from the option table. */
function createMeowFlags(): Record<string, {type: 'string' | 'boolean'; shortFlag?: string; isMultiple?: true}> {
	return Object.fromEntries(
		listOptionSpecs()
			.map(([key, spec]) => {
				const type: 'string' | 'boolean' = spec.kind === 'switch' ? 'boolean' : 'string';
				const short = spec.short === undefined ? {} : {shortFlag: spec.short};
				return [meowKeyOf(key, spec), {type, ...short, ...(spec.kind === 'list' && {isMultiple: true as const})}];
			})
			.filter(([key], index, all) => all.findIndex(([other]) => other === key) === index),
	);
}

/**
 * The key under which the parser meow returns a flag. It parses `--no-log` as `log: false`, so the key of `noLog` is
 * `log`.
 */
function meowKeyOf(key: OptionKey, spec: OptionSpec): string {
	const positive = key.slice(2);
	return spec.long.startsWith('no-') ? positive.charAt(0).toLowerCase() + positive.slice(1) : key;
}

function toKebabCase(text: string): string {
	return text.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

function splitCommand(operands: readonly string[]): {command: CommandName; commandOperands: readonly string[]} {
	const [first, ...others] = operands;
	const command = commandNames.find(name => name === first && name !== 'chat');
	return command ? {command, commandOperands: others} : {command: 'chat', commandOperands: operands};
}

function checkOperands(command: CommandName, operands: readonly string[], sharesFiles: boolean): void {
	const unexpected = operands[subCommandTable[command].maxOperands];
	if (unexpected !== undefined) throw new UsageError(describeUnexpectedOperand(command, unexpected));
	if (command === 'send' && !sharesFiles && operands.join(' ').trim() === '')
		throw new UsageError(
			'Usage: p2pchat-ink send TEXT…, send - to read the text from standard input, or send --file FILE.',
		);
	if (command !== 'send' && operands[0]?.trim() === '')
		throw new UsageError(`Usage: ${subCommandUsage(command)}. The argument is empty.`);
}

function describeUnexpectedOperand(command: CommandName, operand: string): string {
	const option = listOptionSpecs().find(([, {long}]) => long === operand);
	if (option) return `Unexpected argument ${quote(operand)}. Did you mean "--${option[1].long}"?`;
	if (command !== 'chat') {
		const expected = subCommandTable[command].maxOperands === 0 ? 'no arguments' : 'one argument';
		return `Unexpected argument ${quote(operand)}. "${command}" takes ${expected}.`;
	}
	const closest = findClosest(operand, namedCommands);
	return `Unknown command ${quote(operand)}. ${closest ? `Did you mean "${closest}"?` : `Commands: ${namedCommands.join(', ')}.`}`;
}

function readFlagOptions(flags: Readonly<Record<string, unknown>>, argv: readonly string[]): OptionSource {
	const options = new Map<OptionKey, SourcedOption>();
	const table = listOptionSpecs();
	for (const [flag, value] of Object.entries(flags)) {
		const candidates = table.filter(([key, spec]) => meowKeyOf(key, spec) === flag);
		const option = candidates
			.map(([key, spec]) => ({key, spec, value: parseFlagValue(spec, value)}))
			.find(({value}) => value !== undefined);
		if (option?.value === undefined) throw new UsageError(describeUnknownFlag(flag, value, candidates));
		if (Array.isArray(option.value) && option.value.length === 0) {
			if (countFlagOccurrences(option.spec, argv) === 0) continue;
			throw missingValue(option.spec);
		}
		checkFlagValue(option.spec, option.value, argv);
		options.set(option.key, {value: option.value, sourceName: `--${option.spec.long}`, precedence: 0});
	}
	return options;
}

/** Converts the value of a flag to the type of its option. Returns undefined if the value has another type. */
function parseFlagValue(spec: OptionSpec, value: unknown): SourceValue | undefined {
	if (spec.kind === 'switch') return typeof value === 'boolean' ? spec.long.startsWith('no-') !== value : undefined;
	if (spec.kind === 'text') return typeof value === 'string' ? value : undefined;
	if (!Array.isArray(value)) return undefined;
	const parts: unknown[] = value;
	return parts.every(part => typeof part === 'string') ? parts : undefined;
}

function checkFlagValue(spec: OptionSpec, value: SourceValue, argv: readonly string[]): void {
	const isMissing = typeof value === 'object' ? value.length < countFlagOccurrences(spec, argv) : value === '';
	if (isMissing) throw missingValue(spec);
}

function missingValue({long, placeholder}: OptionSpec): UsageError {
	return new UsageError(
		`--${long} needs a value. Usage: --${long} ${placeholder}, or --${long}=${placeholder} if the value starts with "-".`,
	);
}

/**
 * Counts how often a flag occurs in argv. meow drops empty values of a list option. So if a flag occurs more often than
 * it has values, one of its values was empty.
 */
function countFlagOccurrences({long, short}: OptionSpec, argv: readonly string[]): number {
	const end = argv.indexOf('--');
	return (end === -1 ? argv : argv.slice(0, end)).filter(
		argument =>
			argument === `--${long}` ||
			argument.startsWith(`--${long}=`) ||
			(short !== undefined && argument === `-${short}`),
	).length;
}

/** Error text for a flag. `candidates`: the options with this flag; none of them accepts the value that was given. */
function describeUnknownFlag(
	flag: string,
	value: unknown,
	candidates: readonly (readonly [OptionKey, OptionSpec])[],
): string {
	if (flag.length === 1) {
		const shorts = listOptionSpecs().flatMap(([, {short, long}]) =>
			short === undefined ? [] : [`-${short} (--${long})`],
		);
		return `Unknown option -${flag}. Short options: ${shorts.join(', ')}. Put "--" before text that starts with "-".`;
	}
	const typedName = `${value === false ? 'no-' : ''}${toKebabCase(flag)}`;
	const spec = candidates[0]?.[1];
	if (spec && value !== false)
		return spec.kind === 'switch'
			? `--${spec.long} takes no value.`
			: `--${spec.long} takes one value. Usage: --${spec.long} ${spec.placeholder}.`;
	const closest = findClosest(
		typedName,
		listOptionSpecs().map(([, {long}]) => long),
	);
	return `Unknown option ${quote(`--${typedName}`).slice(1, -1)}. ${closest ? `Did you mean --${closest}?` : 'See --help.'}`;
}
