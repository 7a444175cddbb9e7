/** Reads standard input, executes each line and reports the result, at the pace of the slowest connected peer. */
import type {Clock} from '../../core/environment.js';
import type {State} from '../../core/state.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {CommandContext} from '../../node/commands/run-command.js';
import {type CliContext, exitCodes} from '../context.js';
import {toJsonLine} from '../output/format-json.js';
import type {JsonReportFormatter} from '../output/report-formats.js';
import type {Reporter} from '../output/reporter.js';
import {executeJsonLine, executePlainLine, type LineResult} from './execute-line.js';
import {type InputLine, readLines} from './input-lines.js';

/** A text of 16 KiB with every byte escaped as \u00xx, and the JSON around it. */
const MAX_LINE_BYTES = 128 * 1024;

interface InputOptions {
	readonly context: CliContext;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly reporter: Reporter;
	/** Undefined: plain lines. */
	readonly jsonFormatter: JsonReportFormatter | undefined;
	quit(): void;
}

/** Reads to the end of standard input, then waits until a peer has the last message. Resolves to the exit code. */
export async function readInput(options: InputOptions): Promise<number> {
	const {context, chatNode} = options;
	let ignored: readonly string[] = [];
	let lastSeq = 0;
	for await (const line of readInputLines(context)) {
		const result = executeInputLine(options, line, {chatNode, self: options.self, ignored, now: context.clock.now()});
		reportResult(options, line.number, result);
		ignored = result.ignoredKeys ?? ignored;
		if (result.quit) options.quit();
		if (result.seq === undefined) continue;
		lastSeq = result.seq;
		await waitForSlowestPeer(chatNode, context.clock, lastSeq);
	}
	if (lastSeq === 0 || (await chatNode.whenDelivered(context.options.waitMs))) return exitCodes.done;
	context.printError(`Not delivered: no peer confirmed the last message within ${context.options.waitMs / 1000} s.`);
	return exitCodes.failed;
}

/** An input error (standard input is a folder, the terminal hung up) counts as the end of input. */
async function* readInputLines({stdin, debug}: CliContext): AsyncGenerator<InputLine> {
	try {
		yield* readLines(stdin, MAX_LINE_BYTES);
	} catch (error) {
		debug('input', 'standard input failed', {error});
	}
}

function executeInputLine(
	{context, jsonFormatter}: InputOptions,
	line: InputLine,
	commandContext: CommandContext,
): LineResult {
	if (line.type === 'too-long')
		return {error: {code: 'line-too-long', text: `Too long: the limit of a line is ${MAX_LINE_BYTES} bytes.`}};
	return jsonFormatter
		? executeJsonLine(line.text, commandContext, jsonFormatter)
		: executePlainLine(line.text, commandContext, context.stdin.isTTY);
}

function reportResult(
	{context, reporter, jsonFormatter: json}: InputOptions,
	lineNumber: number,
	{error, replyLines}: LineResult,
): void {
	if (error) {
		if (json) reporter.writeLine(toJsonLine({type: 'error', code: error.code, line: lineNumber, text: error.text}));
		else context.printError(`Line ${lineNumber}: ${error.text}`);
	}
	for (const text of replyLines ?? []) {
		if (json) reporter.writeLine(toJsonLine({type: 'notice', level: 'info', code: 'answer', text}));
		else context.printError(text);
	}
}

/** Reading pauses while a connected peer lacks more own events than this. */
const MAX_BACKLOG_EVENTS = 512;
/** Longest pause. The send queue of a peer is bounded, so that a stalled peer catches up later. */
const MAX_BACKPRESSURE_MS = 2000;

/** Number of own events up to `seq` that the slowest connected peer lacks; 0 without peers. */
function slowestPeerBacklog(state: State, seq: number): number {
	let largest = 0;
	for (const [peer, link] of Object.entries(state.ephemeral.links)) {
		if (link.status === 'connected') largest = Math.max(largest, seq - deliveredSeq(state, peer));
	}
	return largest;
}

function deliveredSeq(state: State, wantedPeer: string): number {
	for (const [peer, seq] of Object.entries(state.ephemeral.delivered)) if (peer === wantedPeer) return seq;
	return 0;
}

/** Resolves when reading may continue. `seq`: our newest event. */
function waitForSlowestPeer({store}: ChatNode, clock: Clock, seq: number): Promise<void> {
	if (slowestPeerBacklog(store.getState(), seq) <= MAX_BACKLOG_EVENTS) return Promise.resolve();
	return new Promise(resolve => {
		const done = () => {
			timer.cancel();
			unsubscribe();
			resolve();
		};
		const timer = clock.after(MAX_BACKPRESSURE_MS, done);
		const unsubscribe = store.subscribe(state => {
			if (slowestPeerBacklog(state, seq) <= MAX_BACKLOG_EVENTS / 2) done();
		});
	});
}
