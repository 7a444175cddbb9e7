/**
 * Reads standard input, executes each line and reports the result. Reading pauses while a connected peer has not yet
 * received many of the events that this node wrote.
 */
import type {Clock} from '../../core/environment.js';
import {errorMessage} from '../../core/errors.js';
import type {PeerId} from '../../core/event.js';
import {selectWaitingWhispers} from '../../core/select.js';
import type {State} from '../../core/state.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {CommandContext} from '../../node/commands/command-result.js';
import {createMessageNumbers} from '../../node/commands/message-numbers.js';
import {whenState} from '../../node/when-state.js';
import {type CliContext, exitCodes} from '../context.js';
import {jsonInvitation, toJsonLine} from '../output/format-json.js';
import type {JsonReportFormatter} from '../output/report-formats.js';
import type {Reporter} from '../output/reporter.js';
import {executeJsonLine, executePlainLine, type LineResult} from './execute-line.js';
import {type InputLine, readLines} from './input-lines.js';

/**
 * Maximum bytes of an input line. Enough for a JSON line with a message of 16 KiB in which every byte is escaped as \u00xx.
 */
const MAX_LINE_BYTES = 128 * 1024;

interface InputOptions {
	readonly context: CliContext;
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly reporter: Reporter;
	/** Formatter of the output lines in the mode `--json`; undefined in plain mode. */
	readonly jsonFormatter: JsonReportFormatter | undefined;
	quit(): void;
}

/**
 * Reads standard input to its end, then waits until one peer has received the last message. Resolves to the exit code.
 */
export async function readInput(options: InputOptions): Promise<number> {
	const {context, chatNode} = options;
	let ignored: readonly string[] = [];
	const numbers = createMessageNumbers();
	const waitForPeers = createBackpressure(chatNode, context.clock);
	let lastSeq = 0;
	let hasWhispered = false;
	/**
	 * Commands that have not finished, for example the sharing of a file that is still being read. Later input lines
	 * are executed in the meantime.
	 */
	const running = new Set<Promise<void>>();
	for await (const line of readInputLines(context)) {
		const commandContext = {chatNode, self: options.self, ignored, numbers, now: context.clock.now()};
		const begun = executeInputLine(options, line, commandContext);
		const {pending, ...result} = begun;
		if (pending) {
			const failed = (error: unknown): LineResult => ({error: {code: 'failed', text: errorMessage(error)}});
			const settled = pending.catch(failed).then(later => {
				reportResult(options, line.number, later);
				lastSeq = Math.max(lastSeq, later.seq ?? 0);
				running.delete(settled);
			});
			running.add(settled);
		}
		reportResult(options, line.number, result);
		ignored = result.ignoredKeys ?? ignored;
		if (result.quit) options.quit();
		if (result.whisperedTo) {
			hasWhispered = true;
			await waitForAnswers(chatNode, context.clock, result.whisperedTo);
		}
		if (result.seq === undefined) continue;
		lastSeq = Math.max(lastSeq, result.seq);
		await waitForPeers(lastSeq);
	}
	await Promise.all(running);
	const [isDelivered, isAnswered] = await Promise.all([
		lastSeq === 0 || chatNode.whenDelivered(context.options.waitMs),
		!hasWhispered || whenNoWhisperWaits(chatNode, context.clock, context.options.waitMs),
	]);
	if (isDelivered && isAnswered) return exitCodes.done;
	context.printError(`Not delivered: no peer confirmed the last message within ${context.options.waitMs / 1000} s.`);
	return exitCodes.failed;
}

/** Treats a read error as the end of input, for example if standard input is a folder or the terminal hung up. */
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
		return {error: {code: 'line-too-long', text: `Too long: the limit for a line is ${MAX_LINE_BYTES} bytes.`}};
	return jsonFormatter
		? executeJsonLine(line.text, commandContext, jsonFormatter)
		: executePlainLine(line.text, commandContext, context.stdin.isTTY);
}

function reportResult(
	{context, reporter, jsonFormatter: json}: InputOptions,
	lineNumber: number,
	{error, replyLines, invitation}: LineResult,
): void {
	if (error) {
		if (json) reporter.writeLine(toJsonLine({type: 'error', code: error.code, line: lineNumber, text: error.text}));
		// At a terminal, the error appears directly below the typed line, so it needs no line number.
		else context.printError(context.stdin.isTTY ? error.text : `Line ${lineNumber}: ${error.text}`);
	}
	if (json && invitation) {
		reporter.writeLine(toJsonLine(jsonInvitation(invitation)));
		return;
	}
	for (const text of replyLines ?? []) {
		if (json) reporter.writeLine(toJsonLine({type: 'notice', level: 'info', code: 'answer', text}));
		else context.printAnswer(text);
	}
}

/** Resolves to true when every whisper is delivered or refused, or to false after `ms` milliseconds. */
function whenNoWhisperWaits({store}: ChatNode, clock: Clock, ms: number): Promise<boolean> {
	return whenState(store, clock, ms, state => selectWaitingWhispers(state) === 0);
}

/**
 * Maximum number of unanswered whispers to one peer (neither delivered nor refused). Reading pauses while there are
 * more.
 */
const MAX_WHISPER_BACKLOG = 32;

/** Resolves when reading may continue after a whisper to `peer`. */
async function waitForAnswers(chatNode: ChatNode, clock: Clock, peer: PeerId): Promise<void> {
	await whenState(
		chatNode.store,
		clock,
		MAX_BACKPRESSURE_MS,
		() => chatNode.outstandingWhispers(peer) <= MAX_WHISPER_BACKLOG,
	);
}

/** Maximum number of our events that a connected peer has not received yet. While a peer lacks more, reading pauses. */
const MAX_BACKLOG_EVENTS = 512;
/**
 * Longest pause of reading, ms. After this time reading continues without the slow peer. The send queue for that peer
 * is bounded, and the peer gets the missing events later.
 */
const MAX_BACKPRESSURE_MS = 2000;

/**
 * Creates the function that waits for peers that have not received many of our events. If a peer has not caught up
 * after one pause, later pauses ignore it until it has caught up. Otherwise a peer that acknowledges nothing would slow
 * down all input.
 */
function createBackpressure({store}: ChatNode, clock: Clock) {
	/** Peers that did not catch up during a pause. Reading does not wait for them until they have caught up. */
	const passed = new Set<string>();

	/** Connected peers that have not received more than `limit` of our events up to `seq`. */
	function peersBehind({ephemeral: {links, delivered}}: State, seq: number, limit: number): string[] {
		const deliveredSeqs = new Map<string, number>(Object.entries(delivered));
		return Object.entries(links).flatMap(([peer, {status}]) =>
			status === 'connected' && seq - (deliveredSeqs.get(peer) ?? 0) > limit ? [peer] : [],
		);
	}

	/** Resolves when reading may continue after an event of ours. `seq`: sequence number of our newest event. */
	return async (seq: number): Promise<void> => {
		const behind = new Set(peersBehind(store.getState(), seq, MAX_BACKLOG_EVENTS / 2));
		for (const peer of passed) if (!behind.has(peer)) passed.delete(peer);
		if (peersBehind(store.getState(), seq, MAX_BACKLOG_EVENTS).every(peer => passed.has(peer))) return;
		const isCaughtUp = (state: State) =>
			peersBehind(state, seq, MAX_BACKLOG_EVENTS / 2).every(peer => passed.has(peer));
		if (await whenState(store, clock, MAX_BACKPRESSURE_MS, isCaughtUp)) return;
		for (const peer of peersBehind(store.getState(), seq, MAX_BACKLOG_EVENTS / 2)) passed.add(peer);
	};
}
