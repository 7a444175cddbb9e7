/** Reads options from the environment and config.json and merges all sources. check-options.ts validates the values. */

import {UsageError} from '../../core/errors.js';
import {foldText} from '../../core/fold-text.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {
	type CommandName,
	environmentName,
	listOptionSpecs,
	type OptionKey,
	type OptionSpec,
	optionTable,
} from './option-table.js';

export type SourceValue = string | boolean | readonly string[];

export interface SourcedOption {
	readonly value: SourceValue;
	/** Name of the option for error messages: `--port`, `P2PCHAT_PORT` or `"port" in config.json`. */
	readonly sourceName: string;
	/** The source with the lowest number wins: 0 flag, 1 environment, 2 config.json, 3 shared variable. */
	readonly precedence: number;
}

export type OptionSource = ReadonlyMap<OptionKey, SourcedOption>;
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Merges sources, ordered by precedence, into the options of `command`. An option of another command is ignored in the
 * environment and in config.json. Throws UsageError if a flag is an option of another command.
 */
export function mergeSources(command: CommandName, sources: readonly OptionSource[]): OptionSource {
	const merged = new Map<OptionKey, SourcedOption>();
	for (const source of sources) {
		for (const [key, option] of source) {
			const commands: readonly CommandName[] = optionTable[key].commands;
			if (commands.includes(command)) {
				if (!merged.has(key)) merged.set(key, option);
			} else if (option.precedence === 0) {
				throw new UsageError(
					`${option.sourceName} is not an option of "${command}". It is an option of ${commands.map(name => `"${name}"`).join(', ')}.`,
				);
			}
		}
	}
	return merged;
}

/**
 * Reads options from `P2PCHAT_…` variables. Commas separate list items; switches are 1 or 0. An empty variable counts
 * as not set. An empty name of a secret file is an error, because without the secret the user would join an open room.
 * Throws UsageError, also for an unknown variable whose name resembles a known one: without this error, a mistyped
 * P2PCHAT_INTERFACE would be ignored, and the program would use all interfaces.
 */
export function readEnvironmentOptions(environment: Environment): OptionSource {
	checkVariableNames(environment);
	const options = new Map<OptionKey, SourcedOption>();
	for (const [key, spec] of listOptionSpecs()) {
		const sourceName = environmentName(spec);
		const text = sourceName === undefined ? undefined : environment[sourceName];
		if (sourceName === undefined || text === undefined || (text === '' && key !== 'secretFile')) continue;
		options.set(key, {value: parseEnvironmentValue(spec, sourceName, text), sourceName, precedence: 1});
	}
	return options;
}

const VARIABLE_PREFIX = 'P2PCHAT_';
/** The secret is read before the other variables and is removed from the environment. */
const SECRET_VARIABLE = 'P2PCHAT_SECRET';
/** Variables of the tests and benchmarks of this repository. */
const DEVELOPER_VARIABLES = /^P2PCHAT_(?:LONG|SHOW|REPORT|(?:TEST|BENCH|FUZZ)_\w+)$/;

/** Names of the variables that begin with `P2PCHAT_` and that this program does not know. */
export function unknownVariables(environment: Environment): string[] {
	const known = new Set(listVariables());
	return Object.keys(environment).filter(
		name => name.startsWith(VARIABLE_PREFIX) && !known.has(name) && !DEVELOPER_VARIABLES.test(name),
	);
}

function listVariables(): string[] {
	return [SECRET_VARIABLE, ...listOptionSpecs().flatMap(([, spec]) => environmentName(spec) ?? [])];
}

function checkVariableNames(environment: Environment): void {
	const suffixOf = (name: string) => foldText(name.slice(VARIABLE_PREFIX.length));
	const variableBySuffix = new Map(listVariables().map(name => [suffixOf(name), name]));
	for (const name of unknownVariables(environment)) {
		const option = listOptionSpecs().find(([, {long}]) => long.replaceAll('-', '_') === suffixOf(name));
		if (option) throw new UsageError(`${name} cannot be set in the environment. Use --${option[1].long}.`);
		const closest = variableBySuffix.get(findClosest(suffixOf(name), [...variableBySuffix.keys()]) ?? '');
		if (closest !== undefined) throw new UsageError(`Unknown variable ${name}. Did you mean ${closest}?`);
	}
}

function parseEnvironmentValue(spec: OptionSpec, variable: string, text: string): SourceValue {
	if (spec.kind === 'list') return text.split(',').map(part => part.trim());
	if (spec.kind === 'text') return text;
	if (text !== '1' && text !== '0') throw new UsageError(`${variable} must be 1 or 0, not ${quote(text)}.`);
	return text === '1';
}

/**
 * Reads switches from variables that other programs use too. By their conventions, any non-empty value turns NO_COLOR on
 * (no-color.org), but `0` and `false` leave INK_SCREEN_READER off.
 */
export function readSharedVariables(environment: Environment): OptionSource {
	const options = new Map<OptionKey, SourcedOption>();
	for (const [key, {sharedVariable}] of listOptionSpecs()) {
		const text = sharedVariable === undefined ? undefined : environment[sharedVariable];
		if (sharedVariable === undefined || !text) continue;
		const value = sharedVariable === 'NO_COLOR' || !['0', 'false'].includes(foldText(text));
		options.set(key, {value, sourceName: sharedVariable, precedence: 3});
	}
	return options;
}

/**
 * Reads options from the parsed config.json, an object whose keys are the long names of options. Lists are arrays,
 * switches are booleans, other values are strings or numbers. Throws UsageError.
 */
export function readConfigOptions(config: unknown, file: string): OptionSource {
	if (typeof config !== 'object' || config === null || Array.isArray(config)) {
		throw new UsageError(`${file} must contain a JSON object, for example {"name": "Carol"}.`);
	}
	const options = new Map<OptionKey, SourcedOption>();
	const allowed = listOptionSpecs().filter(([, spec]) => spec.config);
	for (const [long, value] of Object.entries(config)) {
		const entry = allowed.find(([, spec]) => spec.long === long);
		if (!entry) throw new UsageError(`${file}: ${describeUnknownConfigKey(long, allowed)}`);
		const [key, spec] = entry;
		options.set(key, {value: parseConfigValue(spec, value, file), sourceName: `"${long}" in ${file}`, precedence: 2});
	}
	return options;
}

function describeUnknownConfigKey(long: string, allowed: readonly (readonly [OptionKey, OptionSpec])[]): string {
	const names = allowed.map(([, spec]) => spec.long);
	if (listOptionSpecs().some(([, spec]) => spec.long === long))
		return `${quote(long)} cannot be set in config.json. Use the command line.`;
	const closest = findClosest(long, names);
	return `Unknown option ${quote(long)}. ${closest ? `Did you mean ${quote(closest)}?` : `Known options: ${names.join(', ')}.`}`;
}

function parseConfigValue(spec: OptionSpec, value: unknown, file: string): SourceValue {
	if (spec.kind === 'switch' && typeof value === 'boolean') return value;
	if (spec.kind === 'list' && Array.isArray(value) && value.every(part => typeof part === 'string')) return value;
	if (spec.kind !== 'switch' && typeof value === 'string') return spec.kind === 'list' ? [value] : value;
	if (spec.numeric && typeof value === 'number') return String(value);
	const text = spec.numeric ? 'a string or a number' : 'a string';
	const expected = {switch: 'true or false', list: 'an array of strings', text}[spec.kind];
	throw new UsageError(`${file}: "${spec.long}" must be ${expected}.`);
}

/** Quotes user input for an error message: as a JSON string, cut after 80 characters, safe to print on one line. */
export function quote(text: string): string {
	return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
