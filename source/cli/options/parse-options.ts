/** argv, environment and config.json -> Options. meow takes the flags apart; what it lets through is checked here and after. */

import type meow from 'meow';
import {UsageError} from '../../core/errors.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {checkOptions} from './check-options.js';
import {
	type Environment,
	listOptionSpecs,
	mergeSources,
	type OptionSource,
	quote,
	readConfigOptions,
	readEnvironmentOptions,
	readSharedVariables,
	type SourcedOption,
	type SourceValue,
} from './option-sources.js';
import {type CommandName, commandNames, type OptionKey, type OptionSpec} from './option-table.js';
import type {Options} from './options.js';

/** meow, passed in because it is loaded late. */
export type ArgumentParser = (argv: readonly string[]) => {
	readonly words: readonly string[];
	readonly flags: Readonly<Record<string, unknown>>;
};

/** The parsed config.json of a data folder (of the platform's where undefined); undefined when there is none. Throws UsageError. */
export type ConfigReader = (
	dataDir: string | undefined,
) => {readonly file: string; readonly config: unknown} | undefined;

/** Throws UsageError. `secret`: what P2PCHAT_SECRET held. */
export function parseOptions(
	argv: readonly string[],
	environment: Environment,
	secret: string | undefined,
	parse: ArgumentParser,
	readConfig: ConfigReader,
): Options {
	const {words, flags} = parse(argv);
	const {command, rest: commandArguments} = splitCommand(words);
	const flagOptions = readFlagOptions(flags, argv);
	const isInformationRequested = flagOptions.get('help')?.value === true || flagOptions.get('version')?.value === true;
	if (isInformationRequested)
		return checkOptions(
			command,
			commandArguments,
			new Map([...flagOptions].filter(([key]) => key === 'help' || key === 'version')),
		);
	checkArguments(command, commandArguments);
	const sources = [flagOptions, readEnvironmentOptions(environment), readSharedVariables(environment)];
	const {dataDir} = checkOptions(command, commandArguments, mergeSources(command, sources), secret);
	const configFile = readConfig(dataDir);
	if (configFile) sources.splice(2, 0, readConfigOptions(configFile.config, configFile.file));
	return checkOptions(command, commandArguments, mergeSources(command, sources), secret);
}

/** How meow is told: texts single, so that an empty value and a repeated flag can be seen. */
export function createMeowFlags(): Record<string, {type: 'string' | 'boolean'; shortFlag?: string; isMultiple?: true}> {
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

/** meow turns `--no-log` into `log: false`: options of that form are looked up without it. */
function meowKeyOf(key: OptionKey, spec: OptionSpec): string {
	const positive = key.slice(2);
	return spec.long.startsWith('no-') ? positive.charAt(0).toLowerCase() + positive.slice(1) : key;
}

function splitCommand(words: readonly string[]): {command: CommandName; rest: readonly string[]} {
	const [first, ...rest] = words;
	const command = commandNames.find(name => name === first && name !== 'chat');
	return command ? {command, rest} : {command: 'chat', rest: words};
}

function checkArguments(command: CommandName, words: readonly string[]): void {
	const maxArguments = {chat: 0, replay: 1, export: 1, logs: 0, send: Number.POSITIVE_INFINITY, doctor: 0, demo: 0}[
		command
	];
	const unexpected = words[maxArguments];
	if (unexpected !== undefined) {
		const option = listOptionSpecs().find(([, {long}]) => long === unexpected);
		const suggestion = option
			? `--${option[1].long}`
			: command === 'chat'
				? findClosest(unexpected, commandNames.slice(1))
				: undefined;
		const hint = suggestion
			? `did you mean ${quote(suggestion)}?`
			: command === 'chat'
				? `commands are ${commandNames.slice(1).join(', ')}`
				: `"${command}" takes ${maxArguments === 0 ? 'none' : 'one'}`;
		throw new UsageError(`unexpected argument ${quote(unexpected)}; ${hint}`);
	}
	if (command === 'send' && words.join(' ').trim() === '')
		throw new UsageError('send needs a text: send TEXT…, or send - to read standard input');
	if (words[0]?.trim() === '') throw new UsageError(`"${command}" needs the name of a file, not an empty one`);
}

function readFlagOptions(flags: Readonly<Record<string, unknown>>, argv: readonly string[]): OptionSource {
	const options = new Map<OptionKey, SourcedOption>();
	const table = listOptionSpecs();
	for (const [flag, value] of Object.entries(flags)) {
		const matchingOptions = table.filter(([key, spec]) => meowKeyOf(key, spec) === flag);
		const option = matchingOptions
			.map(([key, spec]) => ({key, spec, value: parseFlagValue(spec, value)}))
			.find(({value}) => value !== undefined);
		if (option?.value === undefined) throw new UsageError(describeUnknownFlag(flag, value, matchingOptions));
		if (Array.isArray(option.value) && option.value.length === 0) {
			if (countFlagOccurrences(option.spec, argv) === 0) continue;
			throw new UsageError(`--${option.spec.long} needs a value: --${option.spec.long} ${option.spec.value}`);
		}
		checkFlagValue(option.spec, option.value, argv);
		options.set(option.key, {value: option.value, sourceName: `--${option.spec.long}`, precedence: 0});
	}
	return options;
}

/** The value as the table means it; undefined when this flag cannot be of this option. */
function parseFlagValue(spec: OptionSpec, value: unknown): SourceValue | undefined {
	if (spec.kind === 'switch') return typeof value === 'boolean' ? spec.long.startsWith('no-') !== value : undefined;
	if (spec.kind === 'text') return typeof value === 'string' ? value : undefined;
	if (!Array.isArray(value)) return undefined;
	const parts: unknown[] = value;
	return parts.every(part => typeof part === 'string') ? parts : undefined;
}

function checkFlagValue(spec: OptionSpec, value: SourceValue, argv: readonly string[]): void {
	const missing = typeof value === 'object' ? value.length < countFlagOccurrences(spec, argv) : value === '';
	if (missing)
		throw new UsageError(
			`--${spec.long} needs a value: --${spec.long} ${spec.value} (--${spec.long}=${spec.value} if it begins with "-")`,
		);
}

/** How often an option stands on the command line; meow drops empty values of lists. */
function countFlagOccurrences(spec: OptionSpec, argv: readonly string[]): number {
	const end = argv.indexOf('--');
	const before = end === -1 ? argv : argv.slice(0, end);
	return before.filter(
		word =>
			word === `--${spec.long}` ||
			word.startsWith(`--${spec.long}=`) ||
			(spec.short !== undefined && word === `-${spec.short}`),
	).length;
}

function describeUnknownFlag(
	flag: string,
	value: unknown,
	matchingOptions: readonly (readonly [OptionKey, OptionSpec])[],
): string {
	const long = flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
	if (flag.length === 1) {
		const shorts = listOptionSpecs().flatMap(([, spec]) =>
			spec.short === undefined ? [] : [`-${spec.short} (--${spec.long})`],
		);
		return `there is no option -${flag}; short ones are ${shorts.join(', ')}; a text that begins with "-" goes after --`;
	}
	const typedFlag = value === false ? `--no-${long}` : `--${long}`;
	const spec = matchingOptions[0]?.[1];
	if (spec && value !== false)
		return `--${spec.long} takes ${spec.kind === 'switch' ? 'no value' : `one value: --${spec.long} ${spec.value}`}`;
	const suggestion = findClosest(
		typedFlag.slice(2),
		listOptionSpecs().map(([, {long: name}]) => name),
	);
	return `there is no option ${quote(typedFlag).slice(1, -1)}${suggestion ? `; did you mean --${suggestion}?` : '; see --help'}`;
}

/** meow as a FlagParser: it takes argv apart and neither prints nor exits. */
export function createMeowParser(parse: typeof meow): ArgumentParser {
	return argv => {
		try {
			const {input, flags} = parse({
				importMeta: import.meta,
				argv,
				pkg: {},
				autoHelp: false,
				autoVersion: false,
				booleanDefault: undefined,
				flags: createMeowFlags(),
			});
			return {words: input, flags};
		} catch (error) {
			const repeatedFlag = /^The flag (--\S+) can only be set once/.exec(error instanceof Error ? error.message : '');
			if (!repeatedFlag) throw error;
			const long = repeatedFlag[1]?.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
			throw new UsageError(`${long} can only be given once`, {cause: error});
		}
	};
}
