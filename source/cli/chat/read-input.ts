import type {Clock} from '../../core/environment.js';
import type {State} from '../../core/state.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {CommandContext} from '../../node/commands/run-command.js';
import {type CliContext, exitCodes} from '../context.js';
import {toJsonLine} from '../output/format-json.js';
import type {JsonReportFormatter} from '../output/report-formats.js';
import type {Reporter} from '../output/reporter.js';
import {executeJsonLine, executePlainLine, type LineResult} from './execute-line.js';

/** A text of 16 KiB, every byte of it escaped as \u00xx, and what stands around it. */
const MAX_LINE_BYTES = 128 * 1024;

export interface InputOptions {
	readonly context: CliContext;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly reporter: Reporter;
	/** Undefined: plain. */
	readonly jsonFormatter: JsonReportFormatter | undefined;
	quit(): void;
}

/** Reads to the end of standard input, then waits until a peer has what was said. Resolves with the exit code. */
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
	context.printError(`nobody has what was said last: no peer confirmed it within ${context.options.waitMs / 1000} s`);
	return exitCodes.failed;
}

/** A standard input that cannot be read (a folder, a terminal that hung up) has ended. */
async function* readInputLines({stdin, debug}: CliContext): AsyncGenerator<InputLine> {
	try {
		yield* readLines(stdin, MAX_LINE_BYTES);
	} catch (error) {
		debug('input', 'ended by an error', {error});
	}
}

function executeInputLine(
	{context, jsonFormatter}: InputOptions,
	line: InputLine,
	commandContext: CommandContext,
): LineResult {
	if (line.type === 'too-long')
		return {error: {code: 'line-too-long', text: `the line is longer than ${MAX_LINE_BYTES} bytes`}};
	return jsonFormatter
		? executeJsonLine(line.text, commandContext, jsonFormatter)
		: executePlainLine(line.text, commandContext, context.stdin.isTTY);
}

function reportResult(
	{context, reporter, jsonFormatter: json}: InputOptions,
	number: number,
	{error: complaint, replyLines}: LineResult,
): void {
	if (complaint) {
		if (json) reporter.writeLine(toJsonLine({type: 'error', code: complaint.code, line: number, text: complaint.text}));
		else context.printError(`line ${number}: ${complaint.text}`);
	}
	for (const text of replyLines ?? []) {
		if (json) reporter.writeLine(toJsonLine({type: 'notice', level: 'info', code: 'answer', text}));
		else context.printError(text);
	}
}

/** How fast input may be read: not faster than the slowest reachable peer takes it. */

/** Own posts that a reachable peer may lack. */
const MAX_BACKLOG_EVENTS = 512;
/** One who takes nothing for so long is waited for no more: its queue is bounded and it catches up later. */
const MAX_BACKPRESSURE_MS = 2000;

/** How many own events up to `seq` the slowest reachable peer lacks; 0 when nobody is there. */
export function slowestPeerBacklog(state: State, seq: number): number {
	let largest = 0;
	for (const [peer, link] of Object.entries(state.ephemeral.links)) {
		if (link.status === 'connected') largest = Math.max(largest, seq - deliveredSeq(state, peer));
	}
	return largest;
}

function deliveredSeq(state: State, wanted: string): number {
	for (const [peer, seq] of Object.entries(state.ephemeral.delivered)) if (peer === wanted) return seq;
	return 0;
}

/** Resolves when more may be read. `seq`: of our newest post. */
export function waitForSlowestPeer({store}: ChatNode, clock: Clock, seq: number): Promise<void> {
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

/** Bytes -> lines: what is typed or piped into the program. Pulls, so that a slow consumer slows the producer down. */

export type InputLine =
	/** `number` counts from 1, empty lines included. */
	| {readonly type: 'line'; readonly number: number; readonly text: string}
	/** Longer than `maxBytes`: its content is dropped. */
	| {readonly type: 'too-long'; readonly number: number};

/** Blank lines are left out, CR at the end is cut, a last line without newline counts. Memory: `maxBytes` and a chunk. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<InputLine> {
	const collector = createLineCollector(maxBytes);
	for await (const chunk of chunks) yield* collector.push(chunk);
	yield* collector.end();
}

export interface LineCollector {
	push(chunk: Uint8Array): InputLine[];
	end(): InputLine[];
}

export function createLineCollector(maxBytes: number): LineCollector {
	let parts: Uint8Array[] = [];
	let bytes = 0;
	let number = 0;

	function add(part: Uint8Array): void {
		bytes += part.length;
		if (bytes > maxBytes) parts = [];
		else if (part.length > 0) parts.push(part);
	}

	function finish(): InputLine[] {
		number++;
		const text = bytes > maxBytes ? undefined : Buffer.concat(parts).toString('utf8').replace(/\r+$/, '');
		parts = [];
		bytes = 0;
		if (text === undefined) return [{type: 'too-long', number}];
		return text.trim() === '' ? [] : [{type: 'line', number, text}];
	}

	return {
		push(chunk) {
			const lines: InputLine[] = [];
			let start = 0;
			for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
				add(chunk.subarray(start, end));
				lines.push(...finish());
				start = end + 1;
			}
			add(chunk.subarray(start));
			return lines;
		},
		end: () => (bytes === 0 ? [] : finish()),
	};
}
