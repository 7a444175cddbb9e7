/** Input and result of a command. The result is data: the caller performs the actions that concern the screen. */
import type {EventRef, PeerId} from '../../core/event.js';
import type {ChatNode, SelfInfo} from '../chat-node.js';
import type {InvitationInfo} from '../invitation.js';
import type {MessageNumbers} from './message-numbers.js';
import type {BellMode, Person} from './parse-command.js';

/** A list of messages with their numbers: the newest ones, or the thread of a message. The caller shows the list. */
export type ListIntent = {readonly type: 'messages'} | {readonly type: 'thread'; readonly message: EventRef};

/** An action that the caller performs, because it concerns the screen. */
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
	/** `at`: wall clock, ms. */
	| {readonly type: 'goto'; readonly at: number}
	| {readonly type: 'mention'; readonly direction: 'prev' | 'next'}
	| {readonly type: 'bell'; readonly mode: BellMode}
	/** The timeline shows only the events of this person, or of everybody if `filter` is undefined. */
	| {readonly type: 'filter'; readonly filter: {readonly key: string; readonly name: string} | undefined}
	| {readonly type: 'export'; readonly file: string}
	/**
	 * `lines` contain the safety number of a person. `person`: argument with which /verify finds exactly this person
	 * again.
	 */
	| {readonly type: 'verify'; readonly name: string; readonly person: Person; readonly lines: readonly string[]}
	/** The complete new list of hidden people: identity keys or peer ids. */
	| {readonly type: 'ignored'; readonly keys: readonly string[]};

export type CommandResult =
	/**
	 * `whisperedTo`: peer to which the command sent a whisper. `seq`: seq of the event that a command about a message or a
	 * file has written.
	 */
	| {readonly type: 'done'; readonly text?: string; readonly whisperedTo?: PeerId; readonly seq?: number}
	| {readonly type: 'error'; readonly text: string}
	/** `invitation`: the open window for guests, whose QR code a screen shows too. */
	| {
			readonly type: 'lines';
			readonly title: string;
			readonly lines: readonly string[];
			readonly invitation?: InvitationInfo;
	  }
	/**
	 * The command takes time. `result` never resolves to another pending result. `text` says what the program is doing.
	 */
	| {readonly type: 'pending'; readonly text?: string; readonly result: Promise<CommandResult>}
	| {readonly type: 'intent'; readonly intent: Intent; readonly text?: string};

export interface CommandContext {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	/** Hidden people: identity keys or peer ids. */
	readonly ignored: readonly string[];
	/** Numbers with which commands name messages. */
	readonly numbers: MessageNumbers;
	/** Wall clock, ms. */
	readonly now: number;
}
