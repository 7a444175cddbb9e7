/** One line of input, done: a post, a command, or a complaint. */
import {parseCommand} from '../session/command/parse-command.js';
import {type CommandContext, type CommandResult, runCommand} from '../session/command/run-command.js';
import type {Session} from '../session/session.js';
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
	return atTerminal ? takeTyped(text, context) : post(context.session, text);
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
