/**
 * Input and result of a slash command. The result is data. If an action concerns the screen, the caller performs it.
 */
import type {EventRef, PeerId} from '../../core/event.js';
import type {ChatNode, SelfInfo} from '../chat-node.js';
import type {InvitationInfo} from '../invitation.js';
import type {MessageNumbers} from './message-numbers.js';
import type {BellMode, Person} from './parse-command.js';

/**
 * Request to show a list of messages with their numbers: the newest messages, or one message with all replies to it.
 */
export type ListIntent = {readonly type: 'messages'} | {readonly type: 'thread'; readonly message: EventRef};

/** Action that the caller performs, because it concerns the screen. */
export type Intent =
	| {
			readonly type:
				| 'help'
				| 'mark'
				| 'unread'
				| 'pins'
				| 'files'
				| 'copy'
				| 'times'
				| 'addresses'
				| 'net'
				| 'doctor'
				| 'quit'
				| 'peers';
	  }
	| ListIntent
	| {readonly type: 'search'; readonly text: string}
	/** `at`: wall clock in ms. */
	| {readonly type: 'goto'; readonly at: number}
	| {readonly type: 'mention'; readonly direction: 'prev' | 'next'}
	| {readonly type: 'bell'; readonly mode: BellMode}
	/**
	 * From now on, the timeline shows only the events of this person. If `filter` is undefined, it shows those of
	 * everybody.
	 */
	| {readonly type: 'filter'; readonly filter: {readonly key: string; readonly name: string} | undefined}
	| {readonly type: 'export'; readonly file: string}
	/**
	 * `lines`: text with the safety number of a person. `person`: argument with which /verify finds exactly this person
	 * again.
	 */
	| {readonly type: 'verify'; readonly name: string; readonly person: Person; readonly lines: readonly string[]}
	/** Complete new list of the people whose messages are hidden, as identity keys or peer ids. */
	| {readonly type: 'ignored'; readonly keys: readonly string[]};

export type CommandResult =
	/**
	 * `whisperedTo`: peer to which the command has sent a whisper. `seq`: seq of the event that a command about a
	 * message or a file has appended.
	 */
	| {readonly type: 'done'; readonly text?: string; readonly whisperedTo?: PeerId; readonly seq?: number}
	| {readonly type: 'error'; readonly text: string}
	/** `invitation`: the open window for guests (a web page). A full screen also shows its QR code. */
	| {
			readonly type: 'lines';
			readonly title: string;
			readonly lines: readonly string[];
			readonly invitation?: InvitationInfo;
	  }
	/**
	 * The command takes time. `text`: what the program is doing. `result`: final result, which is never `pending`
	 * again.
	 */
	| {readonly type: 'pending'; readonly text?: string; readonly result: Promise<CommandResult>}
	| {readonly type: 'intent'; readonly intent: Intent; readonly text?: string};

export interface CommandContext {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	/** People whose messages are hidden, as identity keys or peer ids. */
	readonly ignored: readonly string[];
	/** Numbers by which commands refer to messages. */
	readonly numbers: MessageNumbers;
	/** Wall clock in ms. */
	readonly now: number;
}
