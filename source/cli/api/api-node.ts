/** A node of the API: a chat node that reports events as objects, not as text. */
import {silent} from '../../core/environment.js';
import {type EventRef, eventId, type PeerId, parseEventId} from '../../core/event.js';
import {listShared} from '../../core/find-shared.js';
import {isFileId} from '../../core/shared-file.js';
import {refuseScriptText} from '../../core/whisper-command.js';
import {createSystemClock} from '../../network/system-clock.js';
import type {ChatNode as NodeOfRoom} from '../../node/chat-node.js';
import {findAddressee} from '../../node/commands/resolve-addressee.js';
import {describeFileError} from '../../node/commands/typed-files.js';
import type {PostResult} from '../../node/conversation.js';
import {nextValue} from '../../node/when-state.js';
import type {openNode} from '../chat/open-node.js';
import {apiOptions} from '../options/api-options.js';
import type {NodeOptions} from '../options/node-options.js';
import {jsonEvent, jsonReady, jsonUnread, toJsonLine} from '../output/format-json.js';
import type {JsonEvent, JsonLine, JsonReady} from '../output/json-lines.js';
import {createLineSource} from '../output/line-source.js';
import {createJsonReportFormatter} from '../output/report-formats.js';
import {createReporter} from '../output/reporter.js';
import {programVersion} from '../program-version.js';
import type {ChatNode} from './api-contract.js';

/** Creates a node whose `start` calls `open`. Throws an Error if an option is wrong or unknown. */
export function createApiNode(nodeOptions: NodeOptions, open: typeof openNode): ChatNode {
	const options = apiOptions(nodeOptions, Date.now());
	const clock = createSystemClock();
	const lines = createLineSource();
	let started: {readonly chatNode: NodeOfRoom; readonly peer: PeerId} | undefined;
	/** One function for each pending call of `fetch`, which rejects the promise of that call. */
	const waiting = new Set<(error: Error) => void>();
	let isStartCalled = false;
	let starting: Promise<unknown> = Promise.resolve();
	let stopping: Promise<void> | undefined;
	/**
	 * Passes on the lines that were held back during the start: listeners and iterators get them, beginning with
	 * `ready`.
	 */
	let release = () => {};
	let finish = async (_last: JsonLine) => {};

	async function start(): Promise<JsonReady> {
		const notify = (text: string) => lines.emit({type: 'notice', level: 'warn', code: 'warning', text});
		const warnings: string[] = [];
		let printError: (text: string) => void = text => warnings.push(text);
		const context = {
			options,
			version: programVersion(),
			clock,
			debug: silent,
			printError: (text: string) => printError(text),
		};
		const relaunch = () => void stopOnce('network-changed');
		const opened = await open(context, {keepsLog: true, relaunch});
		const {store} = opened.chatNode;
		const {format} = createJsonReportFormatter();
		const reporter = createReporter(lines.output, format, clock, store.getState, () =>
			opened.chatNode.reading?.markAllRead(),
		);
		store.subscribe(reporter.onCommit);
		const self = await opened.start();
		started = {chatNode: opened.chatNode, peer: self.peer};
		const ready = jsonReady(self, opened.name);
		let isReleased = false;
		release = () => {
			if (isReleased) return;
			isReleased = true;
			reporter.start([ready, ...jsonUnread(opened.chatNode)].map(toJsonLine).join('\n'));
			for (const warning of warnings) notify(warning);
			printError = notify;
		};
		finish = last => reporter.finish(toJsonLine(last));
		setImmediate(() => release());
		return ready;
	}

	/**
	 * Stops the node once, with the reason of the first call. A node also stops by itself, when the computer wakes on
	 * another network. If the program calls `stop` at that time, the node still reports only one `bye`.
	 */
	function stopOnce(reason: string): Promise<void> {
		stopping ??= stop(reason);
		return stopping;
	}

	async function stop(reason: string): Promise<void> {
		await starting.catch(() => {});
		release();
		await started?.chatNode.stop();
		for (const reject of waiting) reject(new Error('The node has stopped.'));
		await finish({type: 'bye', reason});
		lines.end();
	}

	function requireStarted() {
		if (!started) throw new Error('The node has not started. Await start() first.');
		return started;
	}

	const running = () => requireStarted().chatNode;

	function idOf(result: PostResult): string {
		if ('refused' in result) throw new Error(result.refused);
		return eventId(requireStarted().peer, result.seq);
	}

	/** Calls `write`, which appends an event to the feed of this node, and returns the id of the event. */
	function append(write: (node: NodeOfRoom) => PostResult): string {
		return idOf(write(running()));
	}

	function whisper(to: string, text: string): number {
		const {store, whisper: send} = running();
		const addressee = findAddressee(requireText(to), store.getState());
		const result = 'error' in addressee ? {refused: addressee.error} : send(addressee.peer, requireText(text));
		if ('refused' in result) throw new Error(result.refused);
		return result.id;
	}

	async function share(path: string, {note, name}: {note?: string | undefined; name?: string | undefined} = {}) {
		const shareOptions = {...(note !== undefined && {note}), ...(name !== undefined && {name})};
		const result = running().shareFile(requireText(path), shareOptions);
		return idOf(await result.catch((error: unknown) => ({refused: describeFileError(error)})));
	}

	/** Fetches a file and resolves to its path. */
	async function fetchFile(target: string, {directory}: {directory?: string | undefined} = {}): Promise<string> {
		const {store, fetchFile: fetch} = running();
		const {files: before} = store.getState().ephemeral;
		const begun = fetch(parseTarget(target), directory === undefined ? {} : {directory});
		if ('refused' in begun) throw new Error(begun.refused);
		const {value, stop} = nextValue(store, ({ephemeral}) => {
			const transfer = ephemeral.files[begun.file];
			// A transfer that is unchanged since this call belongs to an earlier fetch of the same file, so its result
			// does not count.
			if (!transfer || transfer === before[begun.file]) return undefined;
			const {state, path, reason} = transfer;
			if (state === 'failed') throw new Error(reason ?? 'The fetch has failed.');
			if (state === 'cancelled') throw new Error('The fetch was cancelled.');
			return state === 'done' ? path : undefined;
		});
		let onStop: (error: Error) => void = () => {};
		const stopped = new Promise<never>((_, reject) => {
			onStop = reject;
		});
		waiting.add(onStop);
		return Promise.race([value, stopped]).finally(() => {
			waiting.delete(onStop);
			stop();
		});
	}

	function files(): JsonEvent[] {
		const state = running().store.getState();
		return listShared(state).map(event => jsonEvent(state, event, false));
	}

	const node: ChatNode = {
		start() {
			if (isStartCalled || stopping)
				return Promise.reject(new Error('start() can be called only once. Create another node.'));
			isStartCalled = true;
			const begun = start();
			starting = begun;
			begun.catch(() => lines.end());
			return begun;
		},
		stop: () => stopOnce('stopped'),
		post: (text, {action = false} = {}) => append(({post}) => post(requireScriptText(text), action ? {action} : {})),
		reply: (target, text) => append(({post}) => post(requireScriptText(text), {replyTo: parseTarget(target)})),
		whisper,
		react: (target, word, on = true) => append(({mark}) => mark(parseTarget(target), requireText(word), on)),
		correct: (target, text) => append(({correct}) => correct(parseTarget(target), requireScriptText(text))),
		withdraw: target => append(({withdraw}) => withdraw(parseTarget(target))),
		pin: (target, on = true) => append(({pin}) => pin(parseTarget(target), on)),
		share,
		fetch: fetchFile,
		cancel(file) {
			if (!isFileId(file)) throw new Error('The argument must be the field `file` of an `event` line.');
			return running().cancelFile(file);
		},
		files,
		rename: name => append(({rename}) => rename(requireText(name))),
		whenDelivered: ms => started?.chatNode.whenDelivered(ms) ?? Promise.resolve(false),
		on(type, listener) {
			lines.on(type, listener);
			return node;
		},
		off(type, listener) {
			lines.off(type, listener);
			return node;
		},
		[Symbol.asyncIterator]: lines.iterate,
	};
	return node;
}

function parseTarget(id: string): EventRef {
	const target = typeof id === 'string' ? parseEventId(id) : undefined;
	if (!target) throw new Error('The target must be the id of an event: <peer>:<seq>.');
	return target;
}

/** Returns the text if it is a string; otherwise throws. JavaScript programs can pass a value of any type. */
function requireText(text: string): string {
	if (typeof text !== 'string') throw new Error(`A text must be a string, not ${typeof text}.`);
	return text;
}

/**
 * Returns the text, or throws if it begins with a command that whispers (`/msg`): such a text must not go to everybody.
 */
function requireScriptText(text: string): string {
	const refused = refuseScriptText(requireText(text));
	if (refused !== undefined) throw new Error(refused);
	return text;
}
