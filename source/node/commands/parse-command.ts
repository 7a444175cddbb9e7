/** Parser of slash commands, for screens and JSON lines. Pure. */

import {DEFAULT_PORT} from '../../core/defaults.js';
import {foldText} from '../../core/fold-text.js';
import {findClosest} from '../../core/fuzzy-match.js';
import {parseTarget} from '../../core/parse-target.js';
import {beginsWithWhisperCommand} from '../../core/whisper-command.js';
import {type CommandName, type CommandRow, commandRows, commandUsage, findCommandRow} from './command-table.js';
import {type InviteAction, parseInviteAction} from './invite-command.js';
import {parseTypedPath, type TypedPath} from './typed-path.js';

export type BellMode = 'mentions' | 'all' | 'off';

/**
 * Name that a user typed. `fingerprint`: start of the fingerprint of the key, which distinguishes people with the same
 * name.
 */
export interface Person {
	readonly name: string;
	readonly fingerprint?: string;
}

/**
 * How a command refers to a message: by its number in a list, or by `last`, the newest message to which the command can
 * apply.
 */
type MessageName = number | 'last';

export type MessageCommand =
	| {readonly type: 'reply' | 'correct'; readonly message: MessageName; readonly text: string}
	| {readonly type: 'react'; readonly message: MessageName; readonly word: string}
	| {readonly type: 'withdraw' | 'pin' | 'unpin' | 'thread'; readonly message: MessageName};

export type Command =
	| {
			readonly type:
				| 'help'
				| 'who'
				| 'mark'
				| 'unread'
				| 'messages'
				| 'pins'
				| 'files'
				| 'copy'
				| 'times'
				| 'addresses'
				| 'net'
				| 'log'
				| 'doctor'
				| 'quit';
	  }
	| MessageCommand
	| {readonly type: 'name'; readonly name: string}
	| {readonly type: 'me'; readonly text: string}
	| {readonly type: 'whisper'; readonly person: Person; readonly text: string}
	/** Whispers to the person who has whispered to this user last. */
	| {readonly type: 'whisper-back'; readonly text: string}
	| {readonly type: 'peer'; readonly host: string; readonly port: number; readonly isPortAssumed?: boolean}
	/** Removes an address that /peer has added. Without `port`, removes all addresses of the host. */
	| {readonly type: 'drop-peer'; readonly host: string; readonly port?: number}
	| {readonly type: 'search'; readonly text: string}
	| {readonly type: 'goto'; readonly time: string}
	| {readonly type: 'mention'; readonly direction: 'prev' | 'next'}
	| {readonly type: 'ignore'; readonly person?: Person}
	| {readonly type: 'unignore'; readonly person: Person}
	/** `digits`: last five digits of the safety number, with which the user confirms it. */
	| {readonly type: 'verify'; readonly person: Person; readonly digits?: string}
	| {readonly type: 'unverify'; readonly person: Person}
	| {readonly type: 'bell'; readonly mode: BellMode}
	| {readonly type: 'peers'; readonly person?: Person | 'all'}
	| {readonly type: 'export'; readonly file: string}
	| {readonly type: 'invite'; readonly invite: InviteAction}
	| {readonly type: 'share'; readonly file: TypedPath}
	/** `file`: name or id as the user typed it. Empty if the user typed none. */
	| {readonly type: 'fetch' | 'cancel'; readonly file: string};

export type ParseResult =
	| {readonly type: 'command'; readonly command: Command}
	/** Message to be posted. If the input began with `//`, the message begins with `/`. */
	| {readonly type: 'text'; readonly text: string}
	/** Text for the user, with the right form of the command. */
	| {readonly type: 'error'; readonly text: string};

/**
 * Parses one line that a user typed. It is a command if it begins with exactly one slash. Otherwise it is a message.
 */
export function parseCommand(input: string): ParseResult {
	if (/^\s/.test(input) && beginsWithWhisperCommand(input))
		return {
			type: 'error',
			text: 'Not sent. To whisper, remove the space before the slash. To send this line to everybody, add words before the slash.',
		};
	if (!input.startsWith('/')) return {type: 'text', text: input};
	if (input.startsWith('//')) return {type: 'text', text: input.slice(1)};
	const [, typed = '', argumentText = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(input) ?? [];
	const row = findCommandRow(foldText(typed));
	if (!row) return {type: 'error', text: unknownCommand(typed)};
	const argument = argumentText.trim();
	if (row.argument === 'none') {
		return argument === ''
			? {type: 'command', command: commandWithoutArgument(row.name)}
			: {type: 'error', text: `/${row.name} takes no arguments.`};
	}
	return parseArgument(row, argument);
}

/** Command names of other chat programs, each with the command of this program that an error message suggests. */
const COMMAND_SYNONYMS: ReadonlyMap<string, CommandName> = new Map([
	['answer', 'reply'],
	['bye', 'quit'],
	['connect', 'peer'],
	['delete', 'withdraw'],
	['dm', 'msg'],
	['download', 'fetch'],
	['edit', 'correct'],
	['exit', 'quit'],
	['find', 'search'],
	['leave', 'quit'],
	['history', 'messages'],
	['list', 'messages'],
	['names', 'who'],
	['nick', 'name'],
	['pm', 'msg'],
	['q', 'quit'],
	['query', 'msg'],
	['tell', 'msg'],
	['send', 'share'],
	['upload', 'share'],
	['users', 'who'],
	['whisper', 'msg'],
]);

function unknownCommand(typed: string): string {
	const word = foldText(typed);
	// Commands of one letter are not suggested, because nearly every short word resembles them.
	const names = commandRows.map(({name}) => name).filter(name => name.length > 1);
	const near = findCommandRow(COMMAND_SYNONYMS.get(word) ?? findClosest(word, names) ?? '');
	const hint = near ? `Did you mean ${commandUsage(near)}?` : 'See /help.';
	return `Unknown command /${typed.slice(0, 40)}. ${hint} To send a message that starts with a slash, type //.`;
}

function usageError(row: CommandRow, fault = ''): ParseResult {
	return {type: 'error', text: `${fault}Usage: ${commandUsage(row)}`};
}

function commandWithoutArgument(name: CommandName): Command {
	switch (name) {
		case 'who':
		case 'mark':
		case 'unread':
		case 'messages':
		case 'pins':
		case 'files':
		case 'copy':
		case 'times':
		case 'addresses':
		case 'net':
		case 'log':
		case 'doctor':
		case 'quit':
			return {type: name};
		default:
			return {type: 'help'};
	}
}

function parseArgument(row: CommandRow, argument: string): ParseResult {
	const command = (made: Command): ParseResult => ({type: 'command', command: made});
	const isRequired =
		row.argument !== 'optional-person' && row.argument !== 'optional-filter' && row.argument !== 'optional-text';
	if (argument === '' && isRequired) return usageError(row);
	if (row.choices && !row.choices.includes(foldText(argument)))
		return usageError(row, `Unknown value "${argument.slice(0, 40)}". `);
	switch (row.name) {
		case 'name':
			return command({type: 'name', name: unquote(argument)});
		case 'me':
			return command({type: 'me', text: argument});
		case 'msg':
		case 'w': {
			const whisper = splitWhisper(argument);
			return whisper ? command({type: 'whisper', ...whisper}) : usageError(row);
		}
		case 'reply':
		case 'correct':
		case 'react':
		case 'withdraw':
		case 'thread':
		case 'pin':
		case 'unpin':
			return parseMessageCommand(row.name, row, argument);
		case 'r':
			return command({type: 'whisper-back', text: argument});
		case 'peer':
			return parsePeerCommand(argument, row);
		case 'search':
			return command({type: 'search', text: argument});
		case 'goto':
			return command({type: 'goto', time: argument});
		case 'mention':
			return command({type: 'mention', direction: foldText(argument) === 'next' ? 'next' : 'prev'});
		case 'ignore':
			return command(argument === '' ? {type: 'ignore'} : {type: 'ignore', person: parsePerson(argument)});
		case 'unignore':
			return command({type: 'unignore', person: parsePerson(argument)});
		case 'verify':
			return command({type: 'verify', ...parseVerification(argument)});
		case 'unverify':
			return command({type: 'unverify', person: parsePerson(argument)});
		case 'bell':
			return command({type: 'bell', mode: parseBellMode(foldText(argument))});
		case 'peers':
			if (argument === '') return command({type: 'peers'});
			return command({type: 'peers', person: foldText(argument) === 'all' ? 'all' : parsePerson(argument)});
		case 'share':
			return command({type: 'share', file: parseTypedPath(argument)});
		case 'fetch':
		case 'cancel':
			return command({type: row.name, file: unquote(argument)});
		case 'export':
			return command({type: 'export', file: unquote(argument)});
		case 'invite': {
			const invite = parseInviteAction(argument);
			return invite ? command({type: 'invite', invite}) : usageError(row);
		}
		default:
			return usageError(row);
	}
}

/**
 * Parses the argument of a command about a message: `3 TEXT`, `#3 TEXT`, `last TEXT`, or only the message, as in `3`.
 */
function parseMessageCommand(type: MessageCommand['type'], row: CommandRow, argument: string): ParseResult {
	const match = /^(?:#?([1-9]\d{0,8})|(last))(?:\s+(\S[\s\S]*))?$/iu.exec(argument);
	if (!match)
		return usageError(
			row,
			`Not a message: "${argument.slice(0, 40)}". N is a number that /messages shows, or the word last. `,
		);
	const message: MessageName = match[2] === undefined ? Number(match[1]) : 'last';
	const text = match[3] ?? '';
	if ((text === '') === (row.argument === 'message-text')) return usageError(row);
	switch (type) {
		case 'reply':
		case 'correct':
			return {type: 'command', command: {type, message, text}};
		case 'react':
			return {type: 'command', command: {type, message, word: text}};
		default:
			return {type: 'command', command: {type, message}};
	}
}

function parseBellMode(word: string): BellMode {
	return word === 'all' || word === 'off' ? word : 'mentions';
}

/** Parses the argument of /peer: an address to dial, or `-` followed by an address to remove. */
function parsePeerCommand(text: string, row: CommandRow): ParseResult {
	const isRemoval = text.startsWith('-');
	const target = parseTarget(isRemoval ? text.slice(1) : text);
	if (target.type === 'invalid-host') return usageError(row, 'Not a host name or address. ');
	if (target.type === 'invalid-port')
		return usageError(row, `The port must be from 1 to 65535, not ${target.port.slice(0, 20)}. `);
	const {host, port} = target;
	if (isRemoval) return {type: 'command', command: {type: 'drop-peer', host, ...(port !== undefined && {port})}};
	if (port !== undefined) return {type: 'command', command: {type: 'peer', host, port}};
	return {type: 'command', command: {type: 'peer', host, port: DEFAULT_PORT, isPortAssumed: true}};
}

export function unquote(text: string): string {
	return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Parses `Bob`, `@Bob`, `"Bob Lee"`, `Bob#a1b2c3d4` or `"Bob Lee"#a1b2c3d4`. */
export function parsePerson(text: string): Person {
	const match = /^(.*?)#([0-9a-f]{4,64})$/i.exec(text.trim());
	const name = unquote((match?.[1] ?? text).trim()).replace(/^@/, '');
	return match?.[2] ? {name, fingerprint: foldText(match[2])} : {name};
}

/**
 * Parses the argument of /verify: a person, optionally followed by five digits. A name that itself ends in five digits
 * needs quotes.
 */
function parseVerification(text: string): {readonly person: Person; readonly digits?: string} {
	const match = /^(.*\S)\s+(\d{5})$/.exec(text);
	return match?.[1] ? {person: parsePerson(match[1]), digits: match[2] ?? ''} : {person: parsePerson(text)};
}

/**
 * Splits the argument of /msg into person and text. The person is the first word, or a name in quotes. After either, a
 * `#` and a fingerprint may follow. Undefined if there is no text.
 */
function splitWhisper(argument: string): {readonly person: Person; readonly text: string} | undefined {
	const match = /^@?("[^"]*"(?:#[0-9a-f]+)?|[^\s"]\S*)\s+(\S[\s\S]*)$/iu.exec(argument);
	return match?.[1] && match[2] ? {person: parsePerson(match[1]), text: match[2]} : undefined;
}

/**
 * Inverse of `parseCommand`: returns what a user has to type to send a text. If the text begins with a slash, another
 * slash is added.
 */
export function typedMessage(text: string, {action = false}: {readonly action?: boolean} = {}): string {
	if (action) return `/me ${text}`;
	return text.startsWith('/') ? `/${text}` : text;
}

/** Inverse of `parsePerson` for a name: puts the name in quotes if it contains spaces. */
export function quoteName(name: string): string {
	return /\s/.test(name) ? `"${name}"` : name;
}
