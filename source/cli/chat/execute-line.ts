/** Executes one line of input: posts a message, runs a command, or returns an error. */

import type {PeerId} from '../../core/event.js';
import {refuseScriptText} from '../../core/whisper-command.js';
import type {ChatNode} from '../../node/chat-node.js';
import type {CommandContext, CommandResult} from '../../node/commands/command-result.js';
import {commandRows, commandUsage} from '../../node/commands/command-table.js';
import {type Command, parseCommand} from '../../node/commands/parse-command.js';
import {findAddressee} from '../../node/commands/resolve-addressee.js';
import {runCommand} from '../../node/commands/run-command.js';
import {describeFileError} from '../../node/commands/typed-files.js';
import type {PostResult} from '../../node/conversation.js';
import type {InvitationInfo} from '../../node/invitation.js';
import {FULL_SCREEN_COMMANDS, intentLines, MESSAGES_HELP} from '../../ui/linear/linear-commands.js';
import type {JsonReportFormatter} from '../output/report-formats.js';
import {type JsonInput, parseJsonInput} from './json-input.js';

export interface LineResult {
	/** Sequence number of the posted event. */
	readonly seq?: number;
	readonly error?: {readonly code: string; readonly text: string};
	readonly replyLines?: readonly string[];
	/** Peer to which the line sent a whisper. */
	readonly whisperedTo?: PeerId;
	/** Keys of all ignored people, after a command that has changed this list. */
	readonly ignoredKeys?: readonly string[];
	readonly quit?: true;
	/** Links of the window for guests (a page of the room over HTTP), which the command `/invite` has opened. */
	readonly invitation?: InvitationInfo;
	/** Set if the command takes longer, for example the sharing of a file. Resolves to the result of the command. */
	readonly pending?: Promise<LineResult>;
}

/** Executes one line of text: a piped line is posted unchanged; a typed line that starts with a slash is a command. */
export function executePlainLine(text: string, context: CommandContext, atTerminal: boolean): LineResult {
	if (!atTerminal) return ofScript(text, () => postText(context.chatNode, text));
	const parsed = parseCommand(text);
	return parsed.type === 'command' ? executeTerminalCommand(parsed.command, context) : executeTypedText(text, context);
}

/** Executes one line of JSON input: a message, a command, a whisper, an action on a message, or a file transfer. */
export function executeJsonLine(text: string, context: CommandContext, reports: JsonReportFormatter): LineResult {
	const input = parseJsonInput(text);
	switch (input.type) {
		case 'invalid':
			return {error: {code: 'bad-input', text: input.text}};
		case 'command':
			if (input.text.startsWith('/') && !input.text.startsWith('//')) return executeTypedText(input.text, context);
			return {error: {code: 'bad-command', text: 'A command starts with "/". Use "post" to send a message.'}};
		case 'whisper':
			return executeWhisper(input, context.chatNode, reports);
		case 'post':
		case 'correct':
			return ofScript(input.text, () => executeWrite(input, context.chatNode, reports));
		case 'mark':
		case 'withdraw':
		case 'pin':
			return executeWrite(input, context.chatNode, reports);
		case 'share':
			return {pending: shareFile(input, context.chatNode, reports)};
		case 'fetch': {
			const {target, directory} = input;
			const result = context.chatNode.fetchFile(target, directory === undefined ? {} : {directory});
			return 'refused' in result ? {error: {code: 'refused', text: result.refused}} : {};
		}
		case 'cancel':
			return context.chatNode.cancelFile(input.file)
				? {}
				: {error: {code: 'refused', text: 'This file is not being fetched.'}};
		default:
			return input satisfies never;
	}
}

/**
 * Calls `send` for a text from a script. If the text begins with a command that sends a whisper, returns an error
 * instead.
 */
function ofScript(text: string, send: () => LineResult): LineResult {
	const refused = refuseScriptText(text);
	return refused === undefined ? send() : {error: {code: 'bad-command', text: refused}};
}

type WriteInput = Exclude<JsonInput, {type: 'command' | 'invalid' | 'whisper' | 'share' | 'fetch' | 'cancel'}>;

function executeWrite(input: WriteInput, chatNode: ChatNode, reports: JsonReportFormatter): LineResult {
	reports.attachRef(input.ref);
	const result = toSeqResult(write(chatNode, input));
	reports.attachRef(input.ref, result.seq ?? 0);
	return result;
}

function executeWhisper(
	{to, text, ref}: JsonInput & {type: 'whisper'},
	chatNode: ChatNode,
	reports: JsonReportFormatter,
): LineResult {
	const addressee = findAddressee(to, chatNode.store.getState());
	if ('error' in addressee) return {error: {code: 'refused', text: addressee.error}};
	reports.attachRef(ref);
	const result = chatNode.whisper(addressee.peer, text);
	if ('refused' in result) {
		reports.attachRef(undefined);
		return {error: {code: 'refused', text: result.refused}};
	}
	reports.attachWhisperRef(ref, addressee.peer, result.id);
	return {whisperedTo: addressee.peer};
}

/**
 * Shares a file. While the file is read, other input lines are executed. Each event of this node gets the `ref` that
 * was set last, so the `ref` of this line is set only immediately before the event of the file is written.
 */
async function shareFile(
	{path, note, ref}: JsonInput & {readonly type: 'share'},
	chatNode: ChatNode,
	reports: JsonReportFormatter,
): Promise<LineResult> {
	try {
		const onRead = () => reports.attachRef(ref);
		const result = toSeqResult(await chatNode.shareFile(path, {onRead, ...(note !== undefined && {note})}));
		reports.attachRef(ref, result.seq ?? 0);
		return result;
	} catch (error) {
		return {error: {code: 'refused', text: describeFileError(error)}};
	}
}
function executeTypedText(text: string, context: CommandContext): LineResult {
	const parsed = parseCommand(text);
	if (parsed.type === 'text') return postText(context.chatNode, parsed.text);
	if (parsed.type === 'error') return {error: {code: 'bad-command', text: parsed.text}};
	return toLineResult(runCommand(parsed.command, context), parsed.command.type);
}

/**
 * Executes a command typed in plain mode. For some commands, plain mode prints lines in place of what the full screen
 * would show.
 */
function executeTerminalCommand(command: Command, context: CommandContext): LineResult {
	const result = runCommand(command, context);
	if (result.type !== 'intent') return toLineResult(result, command.type);
	if (result.intent.type === 'help') return {replyLines: plainHelpLines()};
	const lines = INTENTS_WITH_LINES.has(result.intent.type)
		? intentLines(result.intent, context.chatNode, context)
		: undefined;
	return lines ? {replyLines: lines} : toLineResult(result, command.type);
}

/** Screen actions that plain mode replaces by printed lines. */
const INTENTS_WITH_LINES: ReadonlySet<string> = new Set([
	'net',
	'doctor',
	'search',
	'goto',
	'mention',
	'messages',
	'thread',
	'pins',
	'files',
	'unread',
	'mark',
]);
/** Commands that plain mode refuses. In plain mode `/help` does not list them. */
const REFUSED_COMMANDS: ReadonlySet<string> = new Set([...FULL_SCREEN_COMMANDS, 'bell', 'export']);

function plainHelpLines(): string[] {
	const rows = commandRows.filter(({name}) => !REFUSED_COMMANDS.has(name));
	return [
		'Every other line is sent as a message. // sends a slash at the start of a message.',
		MESSAGES_HELP,
		...rows.map(row => `${commandUsage(row)}: ${row.description}`),
	];
}

/** Writes the event for a line of JSON input: a message, correction, reaction, withdrawal or pin. */
function write(chatNode: ChatNode, input: WriteInput): PostResult {
	switch (input.type) {
		case 'post':
			return chatNode.post(input.text, input.replyTo ? {replyTo: input.replyTo} : {});
		case 'mark':
			return chatNode.mark(input.target, input.word, input.on);
		case 'correct':
			return chatNode.correct(input.target, input.text);
		case 'withdraw':
			return chatNode.withdraw(input.target);
		case 'pin':
			return chatNode.pin(input.target, input.on);
		default:
			return input satisfies never;
	}
}

function postText(chatNode: ChatNode, text: string): LineResult {
	return toSeqResult(chatNode.post(text));
}

function toSeqResult(posted: PostResult): LineResult {
	return 'seq' in posted ? {seq: posted.seq} : {error: {code: 'refused', text: posted.refused}};
}

function toLineResult(result: CommandResult, name: string): LineResult {
	switch (result.type) {
		case 'done':
			return {
				...(result.text !== undefined && {replyLines: [result.text]}),
				...(result.whisperedTo && {whisperedTo: result.whisperedTo}),
				...(result.seq !== undefined && {seq: result.seq}),
			};
		case 'error':
			return {error: {code: 'bad-command', text: result.text}};
		case 'lines':
			return {replyLines: result.lines, ...(result.invitation && {invitation: result.invitation})};
		case 'pending':
			return {pending: result.result.then(settled => toLineResult(settled, name))};
		case 'intent':
			if (result.intent.type === 'quit') return {quit: true};
			if (result.intent.type === 'ignored')
				return {ignoredKeys: result.intent.keys, replyLines: result.text === undefined ? [] : [result.text]};
			if (result.intent.type === 'verify') return {replyLines: result.intent.lines};
			return {error: {code: 'needs-screen', text: `/${name} needs the full screen.`}};
		default:
			return result satisfies never;
	}
}
