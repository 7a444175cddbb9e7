/** Options of the API. They are checked by the same code as the options of the command line. */
import {UsageError} from '../../core/errors.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {checkOptions} from './check-options.js';
import type {NodeOptions} from './node-options.js';
import type {SourcedOption} from './option-sources.js';
import type {OptionKey} from './option-table.js';
import type {Options} from './options.js';

/** The expected form of each option, for error messages. */
export const apiOptionForms: Readonly<Record<keyof NodeOptions, string>> = {
	name: 'a string',
	room: 'a string',
	secret: 'a string',
	port: 'a number',
	tcpPort: 'a number',
	interfaces: 'an array of strings',
	peers: 'an array of strings',
	log: 'a path or false',
	dataDir: 'a string',
	identity: 'true or false',
	downloadDir: 'a string',
	serve: 'true or false',
	whispers: 'true or false',
};

/** Checks the options of the API. `now`: ms since 1970. Throws UsageError, also for an option that does not exist. */
export function apiOptions(nodeOptions: NodeOptions, now: number): Options {
	const sources = new Map<OptionKey, SourcedOption>();
	for (const [name, value] of Object.entries(nodeOptions)) {
		if (!isOptionName(name)) throw new UsageError(describeUnknown(name));
		if (value === undefined) continue;
		const sourced = toSource(name, value);
		if (!sourced) throw new UsageError(`"${name}" must be ${apiOptionForms[name]}.`);
		if (sourced === 'default') continue;
		const [key, sourceValue] = sourced;
		sources.set(key, {value: sourceValue, sourceName: `"${name}"`, precedence: 0});
	}
	const {secret} = nodeOptions;
	if (secret === '') throw new UsageError('"secret" is empty. Leave it out to join a room without a secret.');
	const options = checkOptions('chat', [], sources, now);
	return secret === undefined ? options : {...options, secret: {type: 'environment', secret, sourceName: '"secret"'}};
}

function isOptionName(name: string): name is keyof NodeOptions {
	return Object.hasOwn(apiOptionForms, name);
}

function describeUnknown(name: string): string {
	const closest = findClosest(name, Object.keys(apiOptionForms));
	return `Unknown option "${name}". ${closest ? `Did you mean "${closest}"?` : `Known options: ${Object.keys(apiOptionForms).join(', ')}.`}`;
}

/**
 * Converts an option of the API to the key of an option in `optionTable` and the value of this option. Returns
 * `default` if the value is the default, and for `secret`, which `apiOptions` handles itself. Returns undefined if the
 * type of the value is wrong.
 */
function toSource(
	name: keyof NodeOptions,
	value: unknown,
): readonly [OptionKey, SourcedOption['value']] | 'default' | undefined {
	switch (name) {
		case 'name':
		case 'room':
		case 'dataDir':
		case 'downloadDir':
			return typeof value === 'string' ? [name, value] : undefined;
		case 'secret':
			return typeof value === 'string' ? 'default' : undefined;
		case 'port':
		case 'tcpPort':
			return typeof value === 'number' ? [name, String(value)] : undefined;
		case 'interfaces':
		case 'peers': {
			const list: unknown[] | undefined = Array.isArray(value) ? value : undefined;
			if (!list?.every(item => typeof item === 'string')) return undefined;
			return [name === 'peers' ? 'peer' : 'interface', list];
		}
		case 'log':
			if (value === false) return ['noLog', true];
			return typeof value === 'string' ? ['log', value] : undefined;
		case 'identity':
			return toSwitch(value, ['noIdentity', true]);
		case 'serve':
			return toSwitch(value, ['serve', 'off']);
		case 'whispers':
			return toSwitch(value, ['refuseWhispers', true]);
		default:
			return name satisfies never;
	}
}

/**
 * Converts the value of an option that is true by default. `off`: the key of an option in `optionTable`, and the value
 * of that option that has the meaning of false. Returns undefined if the type of the value is wrong.
 */
function toSwitch(
	value: unknown,
	off: readonly [OptionKey, SourcedOption['value']],
): typeof off | 'default' | undefined {
	if (value === true) return 'default';
	return value === false ? off : undefined;
}
