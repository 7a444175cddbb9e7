/**
 * The API of the package: a chat node in a program of your own. It is experimental until version 2.0.
 *
 *     import {createNode} from 'p2pchat-ink';
 *     const node = createNode({name: 'Bot', room: 'crew'});
 *     await node.start();
 *     node.post('hello');
 *     for await (const line of node) console.log(line);
 *
 * The lines are the objects that `--json` prints (scripting.md). The same code makes both, so they stay equal.
 */
import {openNode} from './cli/chat/open-node.js';
import {apiOptions} from './cli/options/api-options.js';
import type {NodeOptions} from './cli/options/node-options.js';
import {jsonReady, toJsonLine} from './cli/output/format-json.js';
import type {JsonLine, JsonReady} from './cli/output/json-lines.js';
import {createLineSource} from './cli/output/line-source.js';
import {createJsonReportFormatter} from './cli/output/report-formats.js';
import {createReporter} from './cli/output/reporter.js';
import {programVersion} from './cli/program-version.js';
import {silent} from './core/environment.js';
import {type EventRef, eventId, type PeerId, parseEventId} from './core/event.js';
import {createSystemClock} from './network/system-clock.js';
import type {ChatNode as NodeOfRoom} from './node/chat-node.js';
import {findAddressee} from './node/commands/resolve-addressee.js';
import type {PostResult} from './node/conversation.js';

export type {NodeOptions} from './cli/options/node-options.js';
export type {
	JsonEvent,
	JsonEventKind,
	JsonLine,
	JsonPeer,
	JsonPerson,
	JsonReady,
	JsonWhisper,
} from './cli/output/json-lines.js';

/** A chat node. Methods that write an event return its id, and throw an Error whose message says why they refused. */
export interface ChatNode {
	/** Opens the log and the sockets, and joins the room. Resolves to the line `ready`. Can be called once. */
	start(): Promise<JsonReady>;
	/** Leaves the room and closes everything that the node opened. The last line is `bye`. Idempotent. */
	stop(): Promise<void>;
	/** Sends a message. `action`: in the third person, as with `/me`. */
	post(text: string, options?: {readonly action?: boolean}): string;
	/** Sends a message as an answer to the message with the id `target`. */
	reply(target: string, text: string): string;
	/**
	 * Sends a private message to one connected peer: a peer id, or a name as in `/msg`. Returns its number, which the lines
	 * `whisper` and `whisper-delivery` contain.
	 */
	whisper(to: string, text: string): number;
	/** Reacts to a message with a word of at most 16 bytes, for example an emoji. `on` false takes the reaction back. */
	react(target: string, word: string, on?: boolean): string;
	/** Replaces the text of an own message. */
	correct(target: string, text: string): string;
	/** Withdraws an own message. It is hidden, not erased. */
	withdraw(target: string): string;
	/** Pins a message for everybody. `on` false unpins it. */
	pin(target: string, on?: boolean): string;
	/** Changes the own name. */
	rename(name: string): string;
	/** Resolves to true as soon as one peer has all events of this node, or to false after `ms` milliseconds. */
	whenDelivered(ms: number): Promise<boolean>;
	/** Calls the listener with every line of this type. */
	on<Type extends JsonLine['type']>(type: Type, listener: (line: Extract<JsonLine, {type: Type}>) => void): this;
	/** Removes a listener. */
	off<Type extends JsonLine['type']>(type: Type, listener: (line: Extract<JsonLine, {type: Type}>) => void): this;
	/**
	 * Iterates over the lines from now on, up to `bye`. An iterator that was created before `start`, or directly after it
	 * resolved, receives all lines. It keeps the lines that were not read yet.
	 */
	[Symbol.asyncIterator](): AsyncIterableIterator<JsonLine>;
}

/** Creates a node. It opens nothing before `start`. Throws an Error if an option is wrong or unknown. */
export function createNode(nodeOptions: NodeOptions = {}): ChatNode {
	const options = apiOptions(nodeOptions, Date.now());
	const clock = createSystemClock();
	const lines = createLineSource();
	let chatNode: NodeOfRoom | undefined;
	let ownPeer: PeerId | undefined;
	let isStartCalled = false;
	let starting: Promise<unknown> = Promise.resolve();
	let stopping: Promise<void> | undefined;
	let stopReason = 'stopped';
	/** Hands out the lines so far, beginning with `ready`. */
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
		const relaunch = () => {
			stopReason = 'network-changed';
			void stop();
		};
		const opened = await openNode(context, {keepsLog: true, relaunch});
		const {store} = opened.chatNode;
		const {format} = createJsonReportFormatter();
		const reporter = createReporter(lines.output, format, clock, store.getState, () =>
			opened.chatNode.reading?.markAllRead(),
		);
		store.subscribe(reporter.onCommit);
		const self = await opened.start();
		chatNode = opened.chatNode;
		ownPeer = self.peer;
		const ready = jsonReady(self, opened.name);
		let isReleased = false;
		release = () => {
			if (isReleased) return;
			isReleased = true;
			reporter.start(toJsonLine(ready));
			for (const warning of warnings) notify(warning);
			printError = notify;
		};
		finish = last => reporter.finish(toJsonLine(last));
		setImmediate(() => release());
		return ready;
	}

	async function stop(): Promise<void> {
		await starting.catch(() => {});
		release();
		await chatNode?.stop();
		await finish({type: 'bye', reason: stopReason});
		lines.end();
	}

	/** Returns the id of the event that `write` appends. */
	function append(write: (node: NodeOfRoom) => PostResult): string {
		if (!chatNode || ownPeer === undefined) throw new Error('The node has not started. Await start() first.');
		const result = write(chatNode);
		if ('refused' in result) throw new Error(result.refused);
		return eventId(ownPeer, result.seq);
	}

	function whisper(to: string, text: string): number {
		if (!chatNode) throw new Error('The node has not started. Await start() first.');
		const addressee = findAddressee(requireText(to), chatNode.store.getState());
		const result =
			'error' in addressee ? {refused: addressee.error} : chatNode.whisper(addressee.peer, requireText(text));
		if ('refused' in result) throw new Error(result.refused);
		return result.id;
	}

	const node: ChatNode = {
		start() {
			if (isStartCalled || stopping)
				return Promise.reject(new Error('A node can be started once. Create another one.'));
			isStartCalled = true;
			const started = start();
			starting = started;
			started.catch(() => lines.end());
			return started;
		},
		stop() {
			stopping ??= stop();
			return stopping;
		},
		post: (text, {action = false} = {}) => append(({post}) => post(requireText(text), action ? {action} : {})),
		reply: (target, text) => append(({post}) => post(requireText(text), {replyTo: parseTarget(target)})),
		whisper,
		react: (target, word, on = true) => append(({mark}) => mark(parseTarget(target), requireText(word), on)),
		correct: (target, text) => append(({correct}) => correct(parseTarget(target), requireText(text))),
		withdraw: target => append(({withdraw}) => withdraw(parseTarget(target))),
		pin: (target, on = true) => append(({pin}) => pin(parseTarget(target), on)),
		rename: name => append(({rename}) => rename(requireText(name))),
		whenDelivered: ms => chatNode?.whenDelivered(ms) ?? Promise.resolve(false),
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

/** JavaScript programs can pass anything. */
function requireText(text: string): string {
	if (typeof text !== 'string') throw new Error(`A text must be a string, not ${typeof text}.`);
	return text;
}
