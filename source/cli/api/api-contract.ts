/**
 * Public interface of a chat node, for programs that import the package. The package contains the type declarations of
 * this file.
 */
import type {JsonEvent, JsonLine, JsonReady} from '../output/json-lines.js';

/**
 * A chat node. Methods that write an event return its id. If the event is refused, they throw an Error whose message
 * gives the reason.
 */
export interface ChatNode {
	/** Opens the log and the sockets, and joins the room. Resolves to the `ready` line. Can be called once. */
	start(): Promise<JsonReady>;
	/**
	 * Leaves the room and closes everything that the node opened. The last line that listeners and iterators get is
	 * `bye`. Idempotent.
	 */
	stop(): Promise<void>;
	/** Sends a message. `action`: whether the text is an action in the third person, as with `/me`. */
	post(text: string, options?: {readonly action?: boolean}): string;
	/** Sends a message as an answer to the message with the id `target`. */
	reply(target: string, text: string): string;
	/**
	 * Sends a private message to one connected peer. `to`: the peer id, or a name as in `/msg`. Returns the number of
	 * the whisper, which the lines `whisper` and `whisper-delivery` contain.
	 */
	whisper(to: string, text: string): number;
	/** Reacts to a message with a word of at most 16 bytes, for example an emoji. `on` false takes the reaction back. */
	react(target: string, word: string, on?: boolean): string;
	/** Replaces the text of a message that this user wrote. */
	correct(target: string, text: string): string;
	/** Withdraws a message that this user wrote. The message is hidden, not erased. */
	withdraw(target: string): string;
	/** Pins a message for everybody. `on` false unpins it. */
	pin(target: string, on?: boolean): string;
	/**
	 * Reads a file and offers it to the room. `name`: the name that others see, by default the name of the file.
	 * Resolves to the id of the event that offers the file.
	 */
	share(
		path: string,
		options?: {readonly note?: string | undefined; readonly name?: string | undefined},
	): Promise<string>;
	/**
	 * Fetches a file. `target`: the `id` in the `event` line of the file. Waits until peers that have the file are
	 * connected, and resolves to the path of the complete file. Rejects if the fetch fails or is cancelled, and when
	 * the node stops. `directory`: by default the option `downloadDir`.
	 */
	fetch(target: string, options?: {readonly directory?: string | undefined}): Promise<string>;
	/**
	 * Cancels the fetch of a file. `file`: the field `file` of its `event` line. Returns false if the file is not being
	 * fetched.
	 */
	cancel(file: string): boolean;
	/**
	 * The shared files, the newest first, as `event` lines. Files with equal content are listed once. Withdrawn files
	 * are left out.
	 */
	files(): readonly JsonEvent[];
	/** Changes the name of this node. */
	rename(name: string): string;
	/** Resolves to true as soon as one peer has all events of this node, or to false after `ms` milliseconds. */
	whenDelivered(ms: number): Promise<boolean>;
	/** Calls the listener with every line whose `type` is `type`. */
	on<Type extends JsonLine['type']>(type: Type, listener: (line: Extract<JsonLine, {type: Type}>) => void): this;
	/** Removes a listener. */
	off<Type extends JsonLine['type']>(type: Type, listener: (line: Extract<JsonLine, {type: Type}>) => void): this;
	/**
	 * Iterates over the lines that the node reports after this call, up to `bye`. An iterator that was created before
	 * `start`, or directly after `start` resolved, receives all lines. An iterator keeps the lines that the program has
	 * not read yet.
	 */
	[Symbol.asyncIterator](): AsyncIterableIterator<JsonLine>;
}
