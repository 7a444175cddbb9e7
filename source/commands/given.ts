/** What was said, by flag, environment or config.json, before its values are checked. */

import {nearest} from '../core/nearest.js';
import {UsageError} from '../core/usage-error.js';
import {type CommandName, environmentName, type OptionKey, type OptionSpec, optionTable} from './option-table.js';

export type GivenValue = string | boolean | readonly string[];

export interface GivenOption {
	readonly value: GivenValue;
	/** As the person wrote it: `--port`, `P2PCHAT_PORT`, `"port" in config.json`. */
	readonly from: string;
	/** Lower wins: 0 flag, 1 environment, 2 config.json, 3 a variable of other programs. */
	readonly rank: number;
}

export type Given = ReadonlyMap<OptionKey, GivenOption>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every option of `command` that is given somewhere, by precedence. Options of other commands: an error as flags, else left out. */
export function mergeGiven(command: CommandName, layers: readonly Given[]): Given {
	const merged = new Map<OptionKey, GivenOption>();
	for (const layer of layers) {
		for (const [key, option] of layer) {
			if (takes(command, optionTable[key])) {
				if (!merged.has(key)) merged.set(key, option);
			} else if (option.rank === 0) {
				const places = optionTable[key].commands.map(name => (name === 'chat' ? 'chat' : `"${name}"`));
				throw new UsageError(
					`${option.from} is not an option of ${command === 'chat' ? 'chat' : `"${command}"`}, but of ${places.join(', ')}`,
				);
			}
		}
	}
	return merged;
}

function takes(command: CommandName, spec: OptionSpec): boolean {
	return spec.commands.includes(command);
}

export function givenByEnvironment(environment: Environment): Given {
	const given = new Map<OptionKey, GivenOption>();
	for (const [key, spec] of specs()) {
		const from = environmentName(spec);
		const text = from === undefined ? undefined : environment[from];
		if (from === undefined || text === undefined) continue;
		given.set(key, {value: environmentValue(spec, from, text), from, rank: 1});
	}
	return given;
}

/** NO_COLOR and INK_SCREEN_READER by their own rules: any value but an empty one (or false) turns them on. */
export function givenByOthers(environment: Environment): Given {
	const given = new Map<OptionKey, GivenOption>();
	for (const [key, spec] of specs()) {
		const text = spec.foreign === undefined ? undefined : environment[spec.foreign];
		if (spec.foreign === undefined || !text) continue;
		const on = spec.foreign === 'NO_COLOR' || !['0', 'false'].includes(text.toLowerCase());
		given.set(key, {value: on, from: spec.foreign, rank: 3});
	}
	return given;
}

function environmentValue(spec: OptionSpec, from: string, text: string): GivenValue {
	if (spec.kind === 'list') return text.split(',').map(part => part.trim());
	if (spec.kind === 'text') return text;
	if (text !== '1' && text !== '0') throw new UsageError(`${from} must be 1 or 0, not ${quote(text)}`);
	return text === '1';
}

/** `config`: the parsed file. Long names; lists as lists, switches as true or false, numbers or texts. */
export function givenByConfig(config: unknown, file: string): Given {
	if (typeof config !== 'object' || config === null || Array.isArray(config)) {
		throw new UsageError(`${file} must hold a JSON object such as {"name": "Carol"}`);
	}
	const given = new Map<OptionKey, GivenOption>();
	const allowed = specs().filter(([, spec]) => spec.config);
	for (const [long, value] of Object.entries(config)) {
		const found = allowed.find(([, spec]) => spec.long === long);
		if (!found) throw new UsageError(`${file}: ${unknownConfig(long, allowed)}`);
		const [key, spec] = found;
		given.set(key, {value: configValue(spec, value, file), from: `"${long}" in ${file}`, rank: 2});
	}
	return given;
}

function unknownConfig(long: string, allowed: readonly (readonly [OptionKey, OptionSpec])[]): string {
	const names = allowed.map(([, spec]) => spec.long);
	if (specs().some(([, spec]) => spec.long === long))
		return `${quote(long)} cannot be set here, only when the program is started`;
	const near = nearest(long, names);
	return `there is no option ${quote(long)}${near ? `; did you mean ${quote(near)}?` : `; known are ${names.join(', ')}`}`;
}

function configValue(spec: OptionSpec, value: unknown, file: string): GivenValue {
	if (spec.kind === 'switch' && typeof value === 'boolean') return value;
	if (spec.kind === 'list' && Array.isArray(value) && value.every(part => typeof part === 'string')) return value;
	if (spec.kind !== 'switch' && typeof value === 'string') return spec.kind === 'list' ? [value] : value;
	if (spec.kind === 'text' && typeof value === 'number') return String(value);
	const form = {switch: 'true or false', list: 'a list of texts', text: 'a text or a number'}[spec.kind];
	throw new UsageError(`${file}: "${spec.long}" must be ${form}`);
}

/** The table by its keys. */
export function specs(): (readonly [OptionKey, OptionSpec])[] {
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
