/** From what was given to what the program runs on: every value checked, each fault one line that shows the right form. */
import {hasFalseFingerprint} from '../core/false-fingerprint.js';
import {MAX_NAME_BYTES, MAX_ROOM_BYTES} from '../core/limits.js';
import {UsageError} from '../core/usage-error.js';
import {type Given, type GivenOption, quote} from './given.js';
import type {CommandName, OptionKey} from './option-table.js';
import type {EventFilter, Options, SecretSource, TimePoint} from './options.js';
import {parseTime} from './parse-time.js';
import {isPeerTarget, PEER_FORM} from './peer-target.js';

const DEFAULT_PORT = 47_474;
const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 24 * 60 * 60;
const CONTROL = /\p{Cc}|\p{Bidi_Control}/u;

/** `secret`: what P2PCHAT_SECRET held, already taken out of the environment. Throws UsageError. */
export function checkOptions(command: CommandName, words: readonly string[], given: Given, secret?: string): Options {
	const name = checkName(given);
	const dataDir = readText(given.get('dataDir'));
	const debug = readText(given.get('debug'));
	const source = checkSecret(given, secret);
	const mode = checkMode(given);
	const at = checkTime(given.get('at'));
	return {
		command,
		words,
		room: checkText(given, 'room', MAX_ROOM_BYTES) ?? 'lan',
		port: checkNumber(given.get('port'), 1, 65_535, 'a port from 1 to 65535') ?? DEFAULT_PORT,
		tcpPort: checkNumber(given.get('tcpPort'), 0, 65_535, 'a port from 0 to 65535, 0 for any free one') ?? 0,
		interfaces: checkList(
			given.get('interface'),
			/^[^\s,]+$/,
			'the name or address of an interface such as eth0, 192.168.1.7 or lo',
		),
		peers: checkList(given.get('peer'), /./, PEER_FORM, isPeerTarget),
		log: checkLog(given),
		stay: isOn(given, 'stay'),
		waitMs: 1000 * (checkNumber(given.get('wait'), 0, MAX_WAIT_S, 'seconds such as 5 or 0.5', true) ?? DEFAULT_WAIT_S),
		bell: checkChoice(given.get('bell'), ['mentions', 'all', 'off']) ?? 'mentions',
		mono: isOn(given, 'mono'),
		identity: !isOn(given, 'noIdentity'),
		filter: checkFilter(given),
		format: checkChoice(given.get('format'), ['text', 'markdown', 'jsonl']) ?? 'text',
		verify: isOn(given, 'verify'),
		speed: checkSpeed(given.get('speed')),
		help: isOn(given, 'help'),
		version: isOn(given, 'version'),
		...(name !== undefined && {name}),
		...(source && {secret: source}),
		...(mode && {mode}),
		...(dataDir !== undefined && {dataDir}),
		...(debug !== undefined && {debug}),
		...(at && {at}),
	};
}

function isOn(given: Given, key: OptionKey): boolean {
	return given.get(key)?.value === true;
}

function readText(option: GivenOption | undefined): string | undefined {
	if (!option) return undefined;
	if (typeof option.value === 'string' && option.value.trim() !== '') return option.value;
	throw new UsageError(`${option.from} needs a value`);
}

function checkText(given: Given, key: OptionKey, maxBytes: number): string | undefined {
	const option = given.get(key);
	const text = readText(option)?.trim();
	if (!option || text === undefined) return undefined;
	if (CONTROL.test(text)) throw new UsageError(`${option.from} must not hold control characters: ${quote(text)}`);
	if (Buffer.byteLength(text) > maxBytes)
		throw new UsageError(`${option.from} must be at most ${maxBytes} bytes long: ${quote(text)}`);
	return text;
}

function checkName(given: Given): string | undefined {
	const name = checkText(given, 'name', MAX_NAME_BYTES);
	if (name === undefined || !hasFalseFingerprint(name)) return name;
	throw new UsageError(
		`${given.get('name')?.from} must not hold "#" and a code, which tells people of one name apart: ${quote(name)}`,
	);
}

function checkNumber(
	option: GivenOption | undefined,
	least: number,
	most: number,
	form: string,
	fraction = false,
): number | undefined {
	const text = readText(option)?.trim();
	if (!option || text === undefined) return undefined;
	const number = Number(text);
	const written = fraction ? /^\d*\.?\d+$|^\d+\.$/ : /^\d+$/;
	if (written.test(text) && number >= least && number <= most) return number;
	throw new UsageError(`${option.from} must be ${form}, not ${quote(text)}`);
}

function checkChoice<T extends string>(option: GivenOption | undefined, choices: readonly T[]): T | undefined {
	const text = readText(option);
	if (!option || text === undefined) return undefined;
	const choice = choices.find(candidate => candidate === text);
	if (choice === undefined)
		throw new UsageError(
			`${option.from} must be ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not ${quote(text)}`,
		);
	return choice;
}

function checkList(
	option: GivenOption | undefined,
	pattern: RegExp,
	form: string,
	accept: (text: string) => boolean = () => true,
): readonly string[] {
	if (!option || !Array.isArray(option.value)) return [];
	const parts: unknown[] = option.value;
	const texts = parts.filter(part => typeof part === 'string');
	for (const text of texts) {
		if (text === '') throw new UsageError(`${option.from} needs a value: ${form}`);
		if (!pattern.test(text) || CONTROL.test(text) || !accept(text))
			throw new UsageError(`${option.from} must be ${form}, not ${quote(text)}`);
	}
	return [...new Set(texts)];
}

/** Which of several that exclude each other holds: the one of the strongest source; two of one source are an error. */
function strongest(given: Given, keys: readonly OptionKey[]): OptionKey | undefined {
	const candidates = keys
		.flatMap(key => {
			const option = given.get(key);
			return option && option.value !== false ? [{key, option}] : [];
		})
		.sort((a, b) => a.option.rank - b.option.rank);
	const [first, second] = candidates;
	if (first && second && first.option.rank === second.option.rank) {
		throw new UsageError(`${first.option.from} and ${second.option.from} exclude each other`);
	}
	return first?.key;
}

function checkMode(given: Given): Options['mode'] {
	const key = strongest(given, ['json', 'plain', 'screenReader']);
	return key === 'screenReader' ? 'screen-reader' : key === 'json' || key === 'plain' ? key : undefined;
}

function checkLog(given: Given): Options['log'] {
	const path = readText(given.get('log'));
	const key = strongest(given, ['log', 'noLog']);
	if (key === 'noLog') return {type: 'none'};
	return path === undefined ? {type: 'new'} : {type: 'file', path};
}

function checkSecret(given: Given, secret: string | undefined): SecretSource | undefined {
	const path = readText(given.get('secretFile'));
	const key = strongest(given, ['askSecret', 'secretFile']);
	if (key === 'askSecret') return {type: 'ask'};
	if (path !== undefined && (secret === undefined || given.get('secretFile')?.rank === 0)) return {type: 'file', path};
	if (secret === undefined) return undefined;
	if (secret === '') throw new UsageError('P2PCHAT_SECRET is empty; a room without a secret needs no variable');
	return {type: 'given', secret};
}

function checkTime(option: GivenOption | undefined): TimePoint | undefined {
	const text = readText(option);
	if (!option || text === undefined) return undefined;
	const point = parseTime(text);
	if (!point)
		throw new UsageError(
			`${option.from} must be a time such as 14:05, 2026-11-22 or "2026-11-22 14:05", not ${quote(text)}`,
		);
	return point;
}

function checkFilter(given: Given): EventFilter {
	const [author, grep] = [readText(given.get('author')), readText(given.get('grep'))];
	const [from, to] = [checkTime(given.get('from')), checkTime(given.get('to'))];
	if (from?.type === 'instant' && to?.type === 'instant' && from.ms >= to.ms) {
		throw new UsageError(`${given.get('from')?.from ?? '--from'} must be before ${given.get('to')?.from ?? '--to'}`);
	}
	return {
		...(author !== undefined && {author}),
		...(grep !== undefined && {grep}),
		...(from && {from}),
		...(to && {to}),
	};
}

function checkSpeed(option: GivenOption | undefined): number {
	if (option?.value === 'max') return Number.POSITIVE_INFINITY;
	return checkNumber(option, 0.25, 16, 'a number from 0.25 to 16, or max', true) ?? 1;
}
