/** One line of input, done: a post, a command, or a complaint. */
import {commandForm, commandRows} from '../session/command/command-table.js';
import {type Command, parseCommand} from '../session/command/parse-command.js';
import {type CommandContext, type CommandResult, runCommand} from '../session/command/run-command.js';
import type {Session} from '../session/session.js';
import {intentLines} from '../ui/linear/linear-commands.js';
import {parseJsonInput} from './json-input.js';
import type {JsonReports} from './json-reports.js';

export interface LineResult {
	/** Seq of what was posted. */
	readonly seq?: number;
	readonly complaint?: {readonly code: string; readonly text: string};
	/** For whoever asked. */
	readonly answer?: readonly string[];
	/** The whole list of hidden people. */
	readonly ignored?: readonly string[];
	readonly quit?: true;
}

/** Piped lines are posted as they are; at a terminal a slash makes a command. */
export function takePlainLine(text: string, context: CommandContext, atTerminal: boolean): LineResult {
	if (!atTerminal) return post(context.session, text);
	const parsed = parseCommand(text);
	return parsed.type === 'command' ? readOut(parsed.command, context) : takeTyped(text, context);
}

export function takeJsonLine(text: string, context: CommandContext, reports: JsonReports): LineResult {
	const input = parseJsonInput(text);
	switch (input.type) {
		case 'bad':
			return {complaint: {code: 'bad-input', text: input.text}};
		case 'command':
			if (input.text.startsWith('/') && !input.text.startsWith('//')) return takeTyped(input.text, context);
			return {complaint: {code: 'bad-command', text: 'a command begins with "/"; use "post" to say something'}};
		case 'post': {
			reports.expect(input.ref);
			const result = post(context.session, input.text);
			reports.expect(input.ref, result.seq ?? 0);
			return result;
		}
		default:
			return input satisfies never;
	}
}

function takeTyped(text: string, context: CommandContext): LineResult {
	const parsed = parseCommand(text);
	if (parsed.type === 'text') return post(context.session, parsed.text);
	if (parsed.type === 'error') return {complaint: {code: 'bad-command', text: parsed.text}};
	return explain(runCommand(parsed.command, context), parsed.command.type);
}

/** Some of what a screen shows can be told in lines. */
function readOut(command: Command, context: CommandContext): LineResult {
	const result = runCommand(command, context);
	if (result.type !== 'intent') return explain(result, command.type);
	if (result.intent.type === 'help') return {answer: plainHelp()};
	const told = WORDS_OF_INTENTS.has(result.intent.type) ? intentLines(result.intent, context.session) : undefined;
	return told ? {answer: told} : explain(result, command.type);
}

const WORDS_OF_INTENTS: ReadonlySet<string> = new Set(['net', 'doctor', 'search', 'goto', 'mention']);
/** What means something only where there is a screen. */
const NEEDS_SCREEN: ReadonlySet<string> = new Set(['mark', 'unread', 'bell', 'copy', 'peers', 'times', 'export']);

function plainHelp(): string[] {
	const rows = commandRows.filter(({name}) => !NEEDS_SCREEN.has(name));
	return [
		'What you type is said; // begins a text with a slash.',
		...rows.map(row => `${commandForm(row)}: ${row.does}`),
	];
}

function post(session: Session, text: string): LineResult {
	const said = session.post(text);
	return 'seq' in said ? {seq: said.seq} : {complaint: {code: 'refused', text: said.refused}};
}

function explain(result: CommandResult, name: string): LineResult {
	switch (result.type) {
		case 'done':
			return result.text === undefined ? {} : {answer: [result.text]};
		case 'error':
			return {complaint: {code: 'bad-command', text: result.text}};
		case 'lines':
			return {answer: result.lines};
		case 'intent':
			if (result.intent.type === 'quit') return {quit: true};
			if (result.intent.type === 'ignored')
				return {ignored: result.intent.keys, answer: result.text === undefined ? [] : [result.text]};
			return {complaint: {code: 'needs-screen', text: `/${name} needs the full screen`}};
		default:
			return result satisfies never;
	}
}
