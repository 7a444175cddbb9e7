/** argv, environment and config.json -> Options. meow takes the flags apart; what it lets through is checked here and after. */

import {nearest} from '../core/nearest.js';
import {UsageError} from '../core/usage-error.js';
import {checkOptions} from './check-options.js';
import {
	type Environment,
	type Given,
	type GivenOption,
	type GivenValue,
	givenByConfig,
	givenByEnvironment,
	givenByOthers,
	mergeGiven,
	quote,
	specs,
} from './given.js';
import {type CommandName, commandNames, type OptionKey, type OptionSpec} from './option-table.js';
import type {Options} from './options.js';

/** meow, passed in because it is loaded late. */
export type FlagParser = (argv: readonly string[]) => {
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
	parse: FlagParser,
	readConfig: ConfigReader,
): Options {
	const {words, flags} = parse(argv);
	const {command, rest} = findCommand(words);
	const byFlags = givenByFlags(flags, argv);
	const asked = byFlags.get('help')?.value === true || byFlags.get('version')?.value === true;
	if (asked)
		return checkOptions(command, rest, new Map([...byFlags].filter(([key]) => key === 'help' || key === 'version')));
	checkWords(command, rest);
	const layers = [byFlags, givenByEnvironment(environment), givenByOthers(environment)];
	const {dataDir} = checkOptions(command, rest, mergeGiven(command, layers), secret);
	const found = readConfig(dataDir);
	if (found) layers.splice(2, 0, givenByConfig(found.config, found.file));
	return checkOptions(command, rest, mergeGiven(command, layers), secret);
}

/** How meow is told: texts single, so that an empty value and a repeated flag can be seen. */
export function meowFlags(): Record<string, {type: 'string' | 'boolean'; shortFlag?: string; isMultiple?: true}> {
	return Object.fromEntries(
		specs()
			.map(([key, spec]) => {
				const type: 'string' | 'boolean' = spec.kind === 'switch' ? 'boolean' : 'string';
				const short = spec.short === undefined ? {} : {shortFlag: spec.short};
				return [positiveKey(key, spec), {type, ...short, ...(spec.kind === 'list' && {isMultiple: true as const})}];
			})
			.filter(([key], index, all) => all.findIndex(([other]) => other === key) === index),
	);
}

/** meow turns `--no-log` into `log: false`: options of that form are looked up without it. */
function positiveKey(key: OptionKey, spec: OptionSpec): string {
	const positive = key.slice(2);
	return spec.long.startsWith('no-') ? positive.charAt(0).toLowerCase() + positive.slice(1) : key;
}

function findCommand(words: readonly string[]): {command: CommandName; rest: readonly string[]} {
	const [first, ...rest] = words;
	const command = commandNames.find(name => name === first && name !== 'chat');
	return command ? {command, rest} : {command: 'chat', rest: words};
}

function checkWords(command: CommandName, words: readonly string[]): void {
	const most = {chat: 0, replay: 1, export: 1, logs: 0, send: Number.POSITIVE_INFINITY, doctor: 0, demo: 0}[command];
	const unexpected = words[most];
	if (unexpected !== undefined) {
		const option = specs().find(([, {long}]) => long === unexpected);
		const near = option
			? `--${option[1].long}`
			: command === 'chat'
				? nearest(unexpected, commandNames.slice(1))
				: undefined;
		const hint = near
			? `did you mean ${quote(near)}?`
			: command === 'chat'
				? `commands are ${commandNames.slice(1).join(', ')}`
				: `"${command}" takes ${most === 0 ? 'none' : 'one'}`;
		throw new UsageError(`unexpected argument ${quote(unexpected)}; ${hint}`);
	}
	if (command === 'send' && words.join(' ').trim() === '')
		throw new UsageError('send needs a text: send TEXT…, or send - to read standard input');
	if (words[0]?.trim() === '') throw new UsageError(`"${command}" needs the name of a file, not an empty one`);
}

function givenByFlags(flags: Readonly<Record<string, unknown>>, argv: readonly string[]): Given {
	const given = new Map<OptionKey, GivenOption>();
	const table = specs();
	for (const [flag, value] of Object.entries(flags)) {
		const found = table.filter(([key, spec]) => positiveKey(key, spec) === flag);
		const option = found
			.map(([key, spec]) => ({key, spec, value: flagValue(spec, value)}))
			.find(({value}) => value !== undefined);
		if (option?.value === undefined) throw new UsageError(unknownFlag(flag, value, found));
		if (Array.isArray(option.value) && option.value.length === 0) {
			if (countFlag(option.spec, argv) === 0) continue;
			throw new UsageError(`--${option.spec.long} needs a value: --${option.spec.long} ${option.spec.value}`);
		}
		checkFlagValue(option.spec, option.value, argv);
		given.set(option.key, {value: option.value, from: `--${option.spec.long}`, rank: 0});
	}
	return given;
}

/** The value as the table means it; undefined when this flag cannot be of this option. */
function flagValue(spec: OptionSpec, value: unknown): GivenValue | undefined {
	if (spec.kind === 'switch') return typeof value === 'boolean' ? spec.long.startsWith('no-') !== value : undefined;
	if (spec.kind === 'text') return typeof value === 'string' ? value : undefined;
	if (!Array.isArray(value)) return undefined;
	const parts: unknown[] = value;
	return parts.every(part => typeof part === 'string') ? parts : undefined;
}

function checkFlagValue(spec: OptionSpec, value: GivenValue, argv: readonly string[]): void {
	const missing = typeof value === 'object' ? value.length < countFlag(spec, argv) : value === '';
	if (missing)
		throw new UsageError(
			`--${spec.long} needs a value: --${spec.long} ${spec.value} (--${spec.long}=${spec.value} if it begins with "-")`,
		);
}

/** How often an option stands on the command line; meow drops empty values of lists. */
function countFlag(spec: OptionSpec, argv: readonly string[]): number {
	const end = argv.indexOf('--');
	const before = end === -1 ? argv : argv.slice(0, end);
	return before.filter(
		word =>
			word === `--${spec.long}` ||
			word.startsWith(`--${spec.long}=`) ||
			(spec.short !== undefined && word === `-${spec.short}`),
	).length;
}

function unknownFlag(flag: string, value: unknown, found: readonly (readonly [OptionKey, OptionSpec])[]): string {
	const long = flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
	if (flag.length === 1) {
		const shorts = specs().flatMap(([, spec]) => (spec.short === undefined ? [] : [`-${spec.short} (--${spec.long})`]));
		return `there is no option -${flag}; short ones are ${shorts.join(', ')}; a text that begins with "-" goes after --`;
	}
	const written = value === false ? `--no-${long}` : `--${long}`;
	const spec = found[0]?.[1];
	if (spec && value !== false)
		return `--${spec.long} takes ${spec.kind === 'switch' ? 'no value' : `one value: --${spec.long} ${spec.value}`}`;
	const near = nearest(
		written.slice(2),
		specs().map(([, {long: name}]) => name),
	);
	return `there is no option ${quote(written).slice(1, -1)}${near ? `; did you mean --${near}?` : '; see --help'}`;
}
