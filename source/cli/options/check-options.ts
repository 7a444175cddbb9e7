/** From what was given to what the program runs on: every value checked, each fault one line that shows the right form. */
import {containsSpoofedFingerprint} from '../../core/confusables.js';
import {UsageError} from '../../core/errors.js';
import {MAX_NAME_BYTES, MAX_ROOM_BYTES} from '../../core/limits.js';
import {type OptionSource, quote, type SourcedOption} from './option-sources.js';
import type {CommandName, OptionKey} from './option-table.js';
import {isPeerTarget, PEER_TARGET_FORM, parseTime} from './option-values.js';
import type {EventFilter, Options, SecretSource, TimePoint} from './options.js';

const DEFAULT_PORT = 47_474;
const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 24 * 60 * 60;
const CONTROL_CHARACTERS = /\p{Cc}|\p{Bidi_Control}/u;

/** `secret`: what P2PCHAT_SECRET held, already taken out of the environment. Throws UsageError. */
export function checkOptions(
	command: CommandName,
	words: readonly string[],
	sources: OptionSource,
	secret?: string,
): Options {
	const name = checkName(sources);
	const dataDir = requireText(sources.get('dataDir'));
	const debug = requireText(sources.get('debug'));
	const source = checkSecret(sources, secret);
	const mode = checkMode(sources);
	const at = checkTime(sources.get('at'));
	return {
		command,
		words,
		room: checkText(sources, 'room', MAX_ROOM_BYTES) ?? 'lan',
		port: checkNumber(sources.get('port'), 1, 65_535, 'a port from 1 to 65535') ?? DEFAULT_PORT,
		tcpPort: checkNumber(sources.get('tcpPort'), 0, 65_535, 'a port from 0 to 65535, 0 for any free one') ?? 0,
		interfaces: checkList(
			sources.get('interface'),
			/^[^\s,]+$/,
			'the name or address of an interface such as eth0, 192.168.1.7 or lo',
		),
		peers: checkList(sources.get('peer'), /./, PEER_TARGET_FORM, isPeerTarget),
		log: checkLog(sources),
		stay: isSwitchOn(sources, 'stay'),
		waitMs:
			1000 * (checkNumber(sources.get('wait'), 0, MAX_WAIT_S, 'seconds such as 5 or 0.5', true) ?? DEFAULT_WAIT_S),
		bell: checkChoice(sources.get('bell'), ['mentions', 'all', 'off']) ?? 'mentions',
		mono: isSwitchOn(sources, 'mono'),
		identity: !isSwitchOn(sources, 'noIdentity'),
		filter: checkFilter(sources),
		format: checkChoice(sources.get('format'), ['text', 'markdown', 'jsonl']) ?? 'text',
		verify: isSwitchOn(sources, 'verify'),
		speed: checkSpeed(sources.get('speed')),
		help: isSwitchOn(sources, 'help'),
		version: isSwitchOn(sources, 'version'),
		...(name !== undefined && {name}),
		...(source && {secret: source}),
		...(mode && {mode}),
		...(dataDir !== undefined && {dataDir}),
		...(debug !== undefined && {debug}),
		...(at && {at}),
	};
}

function isSwitchOn(given: OptionSource, key: OptionKey): boolean {
	return given.get(key)?.value === true;
}

function requireText(option: SourcedOption | undefined): string | undefined {
	if (!option) return undefined;
	if (typeof option.value === 'string' && option.value.trim() !== '') return option.value;
	throw new UsageError(`${option.sourceName} needs a value`);
}

function checkText(given: OptionSource, key: OptionKey, maxBytes: number): string | undefined {
	const option = given.get(key);
	const text = requireText(option)?.trim();
	if (!option || text === undefined) return undefined;
	if (CONTROL_CHARACTERS.test(text))
		throw new UsageError(`${option.sourceName} must not hold control characters: ${quote(text)}`);
	if (Buffer.byteLength(text) > maxBytes)
		throw new UsageError(`${option.sourceName} must be at most ${maxBytes} bytes long: ${quote(text)}`);
	return text;
}

function checkName(given: OptionSource): string | undefined {
	const name = checkText(given, 'name', MAX_NAME_BYTES);
	if (name === undefined || !containsSpoofedFingerprint(name)) return name;
	throw new UsageError(
		`${given.get('name')?.sourceName} must not hold "#" and a code, which tells people of one name apart: ${quote(name)}`,
	);
}

function checkNumber(
	option: SourcedOption | undefined,
	minimum: number,
	maximum: number,
	expectedForm: string,
	allowsFraction = false,
): number | undefined {
	const text = requireText(option)?.trim();
	if (!option || text === undefined) return undefined;
	const number = Number(text);
	const numberPattern = allowsFraction ? /^\d*\.?\d+$|^\d+\.$/ : /^\d+$/;
	if (numberPattern.test(text) && number >= minimum && number <= maximum) return number;
	throw new UsageError(`${option.sourceName} must be ${expectedForm}, not ${quote(text)}`);
}

function checkChoice<T extends string>(option: SourcedOption | undefined, choices: readonly T[]): T | undefined {
	const text = requireText(option);
	if (!option || text === undefined) return undefined;
	const choice = choices.find(candidate => candidate === text);
	if (choice === undefined)
		throw new UsageError(
			`${option.sourceName} must be ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not ${quote(text)}`,
		);
	return choice;
}

function checkList(
	option: SourcedOption | undefined,
	pattern: RegExp,
	expectedForm: string,
	isValid: (text: string) => boolean = () => true,
): readonly string[] {
	if (!option || !Array.isArray(option.value)) return [];
	const parts: unknown[] = option.value;
	const texts = parts.filter(part => typeof part === 'string');
	for (const text of texts) {
		if (text === '') throw new UsageError(`${option.sourceName} needs a value: ${expectedForm}`);
		if (!pattern.test(text) || CONTROL_CHARACTERS.test(text) || !isValid(text))
			throw new UsageError(`${option.sourceName} must be ${expectedForm}, not ${quote(text)}`);
	}
	return [...new Set(texts)];
}

/** Which of several that exclude each other holds: the one of the strongest source; two of one source are an error. */
function selectByPrecedence(given: OptionSource, keys: readonly OptionKey[]): OptionKey | undefined {
	const candidates = keys
		.flatMap(key => {
			const option = given.get(key);
			return option && option.value !== false ? [{key, option}] : [];
		})
		.sort((a, b) => a.option.precedence - b.option.precedence);
	const [first, second] = candidates;
	if (first && second && first.option.precedence === second.option.precedence) {
		throw new UsageError(`${first.option.sourceName} and ${second.option.sourceName} exclude each other`);
	}
	return first?.key;
}

function checkMode(given: OptionSource): Options['mode'] {
	const key = selectByPrecedence(given, ['json', 'plain', 'screenReader']);
	return key === 'screenReader' ? 'screen-reader' : key === 'json' || key === 'plain' ? key : undefined;
}

function checkLog(given: OptionSource): Options['log'] {
	const path = requireText(given.get('log'));
	const key = selectByPrecedence(given, ['log', 'noLog']);
	if (key === 'noLog') return {type: 'none'};
	return path === undefined ? {type: 'new'} : {type: 'file', path};
}

function checkSecret(given: OptionSource, secret: string | undefined): SecretSource | undefined {
	const path = requireText(given.get('secretFile'));
	const key = selectByPrecedence(given, ['askSecret', 'secretFile']);
	if (key === 'askSecret') return {type: 'ask'};
	if (path !== undefined && (secret === undefined || given.get('secretFile')?.precedence === 0))
		return {type: 'file', path};
	if (secret === undefined) return undefined;
	if (secret === '') throw new UsageError('P2PCHAT_SECRET is empty; a room without a secret needs no variable');
	return {type: 'given', secret};
}

function checkTime(option: SourcedOption | undefined): TimePoint | undefined {
	const text = requireText(option);
	if (!option || text === undefined) return undefined;
	const point = parseTime(text);
	if (!point)
		throw new UsageError(
			`${option.sourceName} must be a time such as 14:05, 2026-11-22 or "2026-11-22 14:05", not ${quote(text)}`,
		);
	return point;
}

function checkFilter(given: OptionSource): EventFilter {
	const [author, grep] = [requireText(given.get('author')), requireText(given.get('grep'))];
	const [from, to] = [checkTime(given.get('from')), checkTime(given.get('to'))];
	if (from?.type === 'instant' && to?.type === 'instant' && from.ms >= to.ms) {
		throw new UsageError(
			`${given.get('from')?.sourceName ?? '--from'} must be before ${given.get('to')?.sourceName ?? '--to'}`,
		);
	}
	return {
		...(author !== undefined && {author}),
		...(grep !== undefined && {grep}),
		...(from && {from}),
		...(to && {to}),
	};
}

function checkSpeed(option: SourcedOption | undefined): number {
	if (option?.value === 'max') return Number.POSITIVE_INFINITY;
	return checkNumber(option, 0.25, 16, 'a number from 0.25 to 16, or max', true) ?? 1;
}
