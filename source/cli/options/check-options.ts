/** Validates the merged option values and converts them to `Options`. A UsageError shows the expected form of the value. */
import {containsSpoofedFingerprint} from '../../core/confusables.js';
import {DEFAULT_PORT, DEFAULT_ROOM} from '../../core/defaults.js';
import {UsageError} from '../../core/errors.js';
import {MAX_NAME_BYTES, MAX_ROOM_BYTES} from '../../core/limits.js';
import {parseTarget} from '../../core/parse-target.js';
import {cleanName} from '../../core/text.js';
import type {HostAddress} from '../../network/ip-address.js';
import {parseTime, TIME_FORMS, type TimePoint} from '../../node/parse-time.js';
import {type OptionSource, quote, type SourcedOption} from './option-sources.js';
import type {CommandName, OptionKey} from './option-table.js';
import type {EventFilter, Options, SecretSource} from './options.js';

const DEFAULT_WAIT_S = 5;
/** Default of `--wait` for sharing files. It is long, because somebody must first notice the file and then fetch it. */
const DEFAULT_SHARE_WAIT_S = 300;
/**
 * Default of `--wait` for `fetch`. The list of shared files arrives one or two seconds after a peer connects, so this
 * leaves enough time.
 */
const DEFAULT_FETCH_WAIT_S = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_WAIT_S = 24 * 60 * 60;
const CONTROL_CHARACTERS = /\p{Cc}|\p{Bidi_Control}/u;

/**
 * Checks all option values of one command and returns them as `Options`. `now`: ms since 1970, for relative times.
 * `secret`: the value of P2PCHAT_SECRET, which was removed from the environment at startup. Throws UsageError.
 */
export function checkOptions(
	command: CommandName,
	operands: readonly string[],
	sources: OptionSource,
	now: number,
	secret?: string,
): Options {
	const name = checkName(sources.get('name'));
	const dataDir = checkText(sources.get('dataDir'));
	const debug = checkText(sources.get('debug'));
	const files = checkFiles(sources);
	const fileName = checkText(sources.get('as'));
	const output = checkText(sources.get('output'));
	const downloadDir = checkText(sources.get('downloadDir'));
	const secretSource = checkSecret(sources, secret);
	const mode = checkMode(sources);
	const hook = checkText(sources.get('hook'));
	const at = checkTime(sources.get('at'), now);
	const pruneMs = checkAge(sources.get('prune'));
	return {
		command,
		operands,
		sourceNames: Object.fromEntries([...sources].map(([key, {sourceName}]) => [key, sourceName])),
		room: checkLabel(sources.get('room'), MAX_ROOM_BYTES) ?? DEFAULT_ROOM,
		port: checkNumber(sources.get('port'), 1, 65_535, 'a port from 1 to 65535') ?? DEFAULT_PORT,
		tcpPort: checkNumber(sources.get('tcpPort'), 0, 65_535, 'a port from 0 to 65535 (0: any free port)') ?? 0,
		interfaces: checkList(
			sources.get('interface'),
			text => /^[^\s,]+$/.test(text),
			'the name or address of an interface, for example eth0, 192.168.1.7 or lo',
		),
		peers: checkPeers(sources.get('peer')),
		log: checkLog(sources),
		stay: isSwitchOn(sources, 'stay'),
		waitMs:
			1000 *
			(checkNumber(sources.get('wait'), 0, MAX_WAIT_S, 'a number of seconds, for example 5 or 0.5', true) ??
				defaultWait(command, files)),
		files,
		servesFiles: checkChoice(sources.get('serve'), ['on', 'off']) !== 'off',
		bell: checkChoice(sources.get('bell'), ['mentions', 'all', 'off']) ?? 'mentions',
		mono: isSwitchOn(sources, 'mono'),
		theme: checkChoice(sources.get('theme'), ['auto', 'dark', 'light']) ?? 'auto',
		identity: !isSwitchOn(sources, 'noIdentity'),
		takesWhispers: !isSwitchOn(sources, 'refuseWhispers'),
		filter: checkFilter(sources, now),
		format: checkChoice(sources.get('format'), ['text', 'markdown', 'jsonl', 'html']) ?? 'text',
		inSecretRoom: isSwitchOn(sources, 'inSecretRoom'),
		verify: isSwitchOn(sources, 'verify'),
		withAddresses: isSwitchOn(sources, 'withAddresses'),
		whispers: isSwitchOn(sources, 'whispers'),
		speed: checkSpeed(sources.get('speed')),
		help: isSwitchOn(sources, 'help'),
		version: isSwitchOn(sources, 'version'),
		...(name !== undefined && {name}),
		...(secretSource && {secret: secretSource}),
		...(mode && {mode}),
		...(dataDir !== undefined && {dataDir}),
		...(debug !== undefined && {debug}),
		...(fileName !== undefined && {fileName}),
		...(output !== undefined && {output}),
		...(downloadDir !== undefined && {downloadDir}),
		...(at && {at}),
		...(isSwitchOn(sources, 'printUnit') && {printUnit: true}),
		...(hook !== undefined && {hook}),
		...(pruneMs !== undefined && {pruneMs}),
	};
}

function isSwitchOn(sources: OptionSource, key: OptionKey): boolean {
	return sources.get(key)?.value === true;
}

function checkText(option: SourcedOption | undefined): string | undefined {
	if (!option) return undefined;
	if (typeof option.value === 'string' && option.value.trim() !== '') return option.value;
	throw new UsageError(`${option.sourceName} needs a value.`);
}

/** Validates and trims the name of a person or room: one line of at most `maxBytes` in UTF-8. */
function checkLabel(option: SourcedOption | undefined, maxBytes: number): string | undefined {
	const text = checkText(option)?.trim();
	if (!option || text === undefined) return undefined;
	if (CONTROL_CHARACTERS.test(text))
		throw new UsageError(`${option.sourceName} must not contain control characters: ${quote(text)}.`);
	const bytes = Buffer.byteLength(text);
	if (bytes > maxBytes)
		throw new UsageError(`Too long: ${option.sourceName} is ${bytes} bytes, the limit is ${maxBytes} bytes.`);
	return text;
}

function checkName(option: SourcedOption | undefined): string | undefined {
	const name = checkLabel(option, MAX_NAME_BYTES);
	if (!option || name === undefined) return undefined;
	if (cleanName(name) === '') throw new UsageError(`${option.sourceName} needs at least one visible character.`);
	if (!containsSpoofedFingerprint(name)) return name;
	throw new UsageError(
		`${option.sourceName} must not contain "#" and a fingerprint, which distinguish people with the same name: ${quote(name)}.`,
	);
}

function checkNumber(
	option: SourcedOption | undefined,
	minimum: number,
	maximum: number,
	expectedForm: string,
	allowsFraction = false,
): number | undefined {
	const text = checkText(option)?.trim();
	if (!option || text === undefined) return undefined;
	const number = Number(text);
	const numberPattern = allowsFraction ? /^\d*\.?\d+$|^\d+\.$/ : /^\d+$/;
	if (numberPattern.test(text) && number >= minimum && number <= maximum) return number;
	throw invalidValue(option, expectedForm, text);
}

/** Parses a duration in days or weeks, and returns it in milliseconds. */
function checkAge(option: SourcedOption | undefined): number | undefined {
	const text = checkText(option)?.trim();
	if (!option || text === undefined) return undefined;
	const [, count, unit] = /^([1-9]\d{0,4})([dw])$/.exec(text) ?? [];
	if (count === undefined) throw invalidValue(option, 'a number of days or weeks, for example 90d or 12w', text);
	return Number(count) * (unit === 'w' ? 7 : 1) * DAY_MS;
}

function checkChoice<T extends string>(option: SourcedOption | undefined, choices: readonly T[]): T | undefined {
	const text = checkText(option);
	if (!option || text === undefined) return undefined;
	const choice = choices.find(candidate => candidate === text);
	if (choice === undefined) throw invalidValue(option, choices.join(', ').replace(/, ([^,]*)$/, ' or $1'), text);
	return choice;
}

/** Validates each item of a list and removes duplicates. */
function checkList(
	option: SourcedOption | undefined,
	isValid: (text: string) => boolean,
	expectedForm: string,
): readonly string[] {
	if (!option || !Array.isArray(option.value)) return [];
	const parts: unknown[] = option.value;
	const texts = parts.filter(part => typeof part === 'string');
	for (const text of texts) {
		if (text === '') throw new UsageError(`${option.sourceName} needs a value: ${expectedForm}.`);
		if (CONTROL_CHARACTERS.test(text) || !isValid(text)) throw invalidValue(option, expectedForm, text);
	}
	return [...new Set(texts)];
}

function defaultWait(command: CommandName, files: readonly string[]): number {
	if (command === 'fetch') return DEFAULT_FETCH_WAIT_S;
	return files.length > 0 ? DEFAULT_SHARE_WAIT_S : DEFAULT_WAIT_S;
}

/** Files to share: paths, or `-` for standard input. Standard input needs a name (`--as`), and is shared only once. */
function checkFiles(sources: OptionSource): readonly string[] {
	const files = checkList(sources.get('file'), () => true, 'the path of a file, or - for standard input');
	const named = sources.get('as');
	if (files.includes('-') && !named)
		throw new UsageError('--file - needs --as NAME: the name of the file, for example --as backup.tar.');
	if (named && !files.includes('-')) throw new UsageError(`${named.sourceName} needs --file -.`);
	return files;
}

function checkPeers(option: SourcedOption | undefined): readonly HostAddress[] {
	const isValid = (text: string) => parseTarget(text).type === 'target';
	return checkList(option, isValid, 'HOST or HOST:PORT, for example 192.168.1.7 or carol.local:50123').flatMap(text => {
		const target = parseTarget(text);
		return target.type === 'target' ? [{host: target.host, port: target.port ?? DEFAULT_PORT}] : [];
	});
}

function invalidValue({sourceName}: SourcedOption, expectedForm: string, text: string): UsageError {
	return new UsageError(`${sourceName} must be ${expectedForm}, not ${quote(text)}.`);
}

/** Selects one of mutually exclusive options by precedence. Throws UsageError if the same source sets two of them. */
function selectByPrecedence(sources: OptionSource, keys: readonly OptionKey[]): OptionKey | undefined {
	const [first, second] = keys
		.flatMap(key => {
			const option = sources.get(key);
			return option && option.value !== false ? [{key, option}] : [];
		})
		.sort((a, b) => a.option.precedence - b.option.precedence);
	if (first && second && first.option.precedence === second.option.precedence) {
		throw new UsageError(`${first.option.sourceName} and ${second.option.sourceName} cannot be combined.`);
	}
	return first?.key;
}

function checkMode(sources: OptionSource): Options['mode'] {
	const key = selectByPrecedence(sources, ['json', 'plain', 'screenReader']);
	return key === 'screenReader' ? 'screen-reader' : key === 'json' || key === 'plain' ? key : undefined;
}

function checkLog(sources: OptionSource): Options['log'] {
	const path = checkText(sources.get('log'));
	const key = selectByPrecedence(sources, ['log', 'noLog']);
	if (key === 'noLog') return {type: 'none'};
	return path === undefined ? {type: 'new'} : {type: 'file', path};
}

/**
 * Source of the secret. The flags --ask-secret and --secret-file take precedence over P2PCHAT_SECRET, and
 * P2PCHAT_SECRET over P2PCHAT_SECRET_FILE.
 */
function checkSecret(sources: OptionSource, secret: string | undefined): SecretSource | undefined {
	const path = checkText(sources.get('secretFile'));
	const key = selectByPrecedence(sources, ['askSecret', 'secretFile']);
	if (key === 'askSecret') return {type: 'ask'};
	if (path !== undefined && (secret === undefined || sources.get('secretFile')?.precedence === 0))
		return {type: 'file', path};
	if (secret === undefined) return undefined;
	if (secret === '') throw new UsageError('P2PCHAT_SECRET is empty. Unset it to join a room without a secret.');
	return {type: 'environment', secret};
}

function checkTime(option: SourcedOption | undefined, now: number): TimePoint | undefined {
	const text = checkText(option);
	if (!option || text === undefined) return undefined;
	const point = parseTime(text, now);
	if (!point) throw invalidValue(option, `a time: ${TIME_FORMS}`, text);
	return point;
}

function checkFilter(sources: OptionSource, now: number): EventFilter {
	const [author, grep] = [checkText(sources.get('author')), checkText(sources.get('grep'))];
	const [from, to] = [checkTime(sources.get('from'), now), checkTime(sources.get('to'), now)];
	if (from?.type === 'instant' && to?.type === 'instant' && from.ms >= to.ms)
		throw new UsageError('--from must be before --to.');
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
