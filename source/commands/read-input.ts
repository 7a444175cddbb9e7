import type {CommandContext} from '../session/command/run-command.js';
import type {SelfInfo, Session} from '../session/session.js';
import {type Context, exitCodes} from './context.js';
import {toJsonLine} from './format-json.js';
import type {JsonReports} from './json-reports.js';
import {keepPace} from './pace.js';
import {type InputLine, readLines} from './read-lines.js';
import type {Reporter} from './reporter.js';
import {type LineResult, takeJsonLine, takePlainLine} from './take-line.js';

/** A text of 16 KiB, every byte of it escaped as \u00xx, and what stands around it. */
const MAX_LINE_BYTES = 128 * 1024;

export interface InputOptions {
	readonly context: Context;
	readonly session: Session;
	readonly self: SelfInfo;
	readonly reporter: Reporter;
	/** Undefined: plain. */
	readonly json: JsonReports | undefined;
	quit(): void;
}

/** Reads to the end of standard input, then waits until a peer has what was said. Resolves with the exit code. */
export async function readInput(options: InputOptions): Promise<number> {
	const {context, session} = options;
	let ignored: readonly string[] = [];
	let lastSeq = 0;
	for await (const line of linesOf(context)) {
		const result = takeLine(options, line, {session, self: options.self, ignored, now: context.clock.now()});
		tell(options, line.number, result);
		ignored = result.ignored ?? ignored;
		if (result.quit) options.quit();
		if (result.seq === undefined) continue;
		lastSeq = result.seq;
		await keepPace(session, context.clock, lastSeq);
	}
	if (lastSeq === 0 || (await session.whenDelivered(context.options.waitMs))) return exitCodes.done;
	context.complain(`nobody has what was said last: no peer confirmed it within ${context.options.waitMs / 1000} s`);
	return exitCodes.failed;
}

/** A standard input that cannot be read (a folder, a terminal that hung up) has ended. */
async function* linesOf({stdin, debug}: Context): AsyncGenerator<InputLine> {
	try {
		yield* readLines(stdin, MAX_LINE_BYTES);
	} catch (error) {
		debug('input', 'ended by an error', {error});
	}
}

function takeLine({context, json}: InputOptions, line: InputLine, how: CommandContext): LineResult {
	if (line.type === 'too-long')
		return {complaint: {code: 'line-too-long', text: `the line is longer than ${MAX_LINE_BYTES} bytes`}};
	return json ? takeJsonLine(line.text, how, json) : takePlainLine(line.text, how, context.stdin.isTTY);
}

function tell({context, reporter, json}: InputOptions, number: number, {complaint, answer}: LineResult): void {
	if (complaint) {
		if (json) reporter.say(toJsonLine({type: 'error', code: complaint.code, line: number, text: complaint.text}));
		else context.complain(`line ${number}: ${complaint.text}`);
	}
	for (const text of answer ?? []) {
		if (json) reporter.say(toJsonLine({type: 'notice', level: 'info', code: 'answer', text}));
		else context.complain(text);
	}
}
