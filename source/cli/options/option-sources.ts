/** What was said, by flag, environment or config.json, before its values are checked. */

import {UsageError} from '../../core/errors.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {type CommandName, environmentName, type OptionKey, type OptionSpec, optionTable} from './option-table.js';

export type SourceValue = string | boolean | readonly string[];

export interface SourcedOption {
	readonly value: SourceValue;
	/** As the person wrote it: `--port`, `P2PCHAT_PORT`, `"port" in config.json`. */
	readonly sourceName: string;
	/** Lower wins: 0 flag, 1 environment, 2 config.json, 3 a variable of other programs. */
	readonly precedence: number;
}

export type OptionSource = ReadonlyMap<OptionKey, SourcedOption>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every option of `command` that is given somewhere, by precedence. Options of other commands: an error as flags, else left out. */
export function mergeSources(command: CommandName, sources: readonly OptionSource[]): OptionSource {
	const merged = new Map<OptionKey, SourcedOption>();
	for (const source of sources) {
		for (const [key, option] of source) {
			if (acceptsOption(command, optionTable[key])) {
				if (!merged.has(key)) merged.set(key, option);
			} else if (option.precedence === 0) {
				const commandList = optionTable[key].commands.map(name => (name === 'chat' ? 'chat' : `"${name}"`));
				throw new UsageError(
					`${option.sourceName} is not an option of ${command === 'chat' ? 'chat' : `"${command}"`}, but of ${commandList.join(', ')}`,
				);
			}
		}
	}
	return merged;
}

function acceptsOption(command: CommandName, spec: OptionSpec): boolean {
	return spec.commands.includes(command);
}

export function readEnvironmentOptions(environment: Environment): OptionSource {
	const options = new Map<OptionKey, SourcedOption>();
	for (const [key, spec] of listOptionSpecs()) {
		const sourceName = environmentName(spec);
		const text = sourceName === undefined ? undefined : environment[sourceName];
		if (sourceName === undefined || text === undefined) continue;
		options.set(key, {value: parseEnvironmentValue(spec, sourceName, text), sourceName, precedence: 1});
	}
	return options;
}

/** NO_COLOR and INK_SCREEN_READER by their own rules: any value but an empty one (or false) turns them on. */
export function readSharedVariables(environment: Environment): OptionSource {
	const options = new Map<OptionKey, SourcedOption>();
	for (const [key, spec] of listOptionSpecs()) {
		const text = spec.foreign === undefined ? undefined : environment[spec.foreign];
		if (spec.foreign === undefined || !text) continue;
		const on = spec.foreign === 'NO_COLOR' || !['0', 'false'].includes(text.toLowerCase());
		options.set(key, {value: on, sourceName: spec.foreign, precedence: 3});
	}
	return options;
}

function parseEnvironmentValue(spec: OptionSpec, from: string, text: string): SourceValue {
	if (spec.kind === 'list') return text.split(',').map(part => part.trim());
	if (spec.kind === 'text') return text;
	if (text !== '1' && text !== '0') throw new UsageError(`${from} must be 1 or 0, not ${quote(text)}`);
	return text === '1';
}

/** `config`: the parsed file. Long names; lists as lists, switches as true or false, numbers or texts. */
export function readConfigOptions(config: unknown, file: string): OptionSource {
	if (typeof config !== 'object' || config === null || Array.isArray(config)) {
		throw new UsageError(`${file} must hold a JSON object such as {"name": "Carol"}`);
	}
	const options = new Map<OptionKey, SourcedOption>();
	const allowed = listOptionSpecs().filter(([, spec]) => spec.config);
	for (const [long, value] of Object.entries(config)) {
		const found = allowed.find(([, spec]) => spec.long === long);
		if (!found) throw new UsageError(`${file}: ${describeUnknownConfigKey(long, allowed)}`);
		const [key, spec] = found;
		options.set(key, {value: parseConfigValue(spec, value, file), sourceName: `"${long}" in ${file}`, precedence: 2});
	}
	return options;
}

function describeUnknownConfigKey(long: string, allowed: readonly (readonly [OptionKey, OptionSpec])[]): string {
	const names = allowed.map(([, spec]) => spec.long);
	if (listOptionSpecs().some(([, spec]) => spec.long === long))
		return `${quote(long)} cannot be set here, only when the program is started`;
	const near = findClosest(long, names);
	return `there is no option ${quote(long)}${near ? `; did you mean ${quote(near)}?` : `; known are ${names.join(', ')}`}`;
}

function parseConfigValue(spec: OptionSpec, value: unknown, file: string): SourceValue {
	if (spec.kind === 'switch' && typeof value === 'boolean') return value;
	if (spec.kind === 'list' && Array.isArray(value) && value.every(part => typeof part === 'string')) return value;
	if (spec.kind !== 'switch' && typeof value === 'string') return spec.kind === 'list' ? [value] : value;
	if (spec.kind === 'text' && typeof value === 'number') return String(value);
	const form = {switch: 'true or false', list: 'a list of texts', text: 'a text or a number'}[spec.kind];
	throw new UsageError(`${file}: "${spec.long}" must be ${form}`);
}

/** The table by its keys. */
export function listOptionSpecs(): (readonly [OptionKey, OptionSpec])[] {
	const keys = Object.keys(optionTable).filter(isOptionKey);
	return keys.map(key => [key, optionTable[key]] as const);
}

export function isOptionKey(key: string): key is OptionKey {
	return Object.hasOwn(optionTable, key);
}

/** What a person wrote, fit for one line of an error. */
export function quote(text: string): string {
	return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
