/** Messages between a keeper and an attached screen, as lines of JSON after the handshake. */
import type {EventRef, Input, PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {FileId} from '../../core/shared-file.js';
import type {EphemeralState} from '../../core/state.js';
import type {SelfInfo} from '../../node/chat-node.js';
import type {PostOptions, PostResult} from '../../node/conversation.js';
import type {NetworkReport} from '../../node/network-report.js';
import type {ReadingChange, Unread} from '../../node/reading.js';
import type {LogPlace} from '../../storage/log.js';
import type {ScreenNotes} from '../../ui/screen-contract.js';
import type {PortableError} from './portable-error.js';

/** The first message of the keeper: everything that an attached screen needs in addition to the log up to `end`. */
export interface OpenedMessage {
	readonly type: 'opened';
	readonly self: SelfInfo;
	/**
	 * Position in the log file. The screen reads all records before it; everything later arrives in `commit` messages.
	 */
	readonly end: LogPlace;
	readonly ephemeral: EphemeralState;
	readonly unread: Omit<Unread, 'messages'> & {readonly keys: readonly OrderKey[]};
	readonly report: NetworkReport;
	readonly screen: ScreenNotes;
}

export type KeeperMessage =
	| OpenedMessage
	/**
	 * No screen can attach now, because the log file is missing or incomplete, for example on a full disk. `text`:
	 * reason.
	 */
	| {readonly type: 'unavailable'; readonly text: string}
	/** The inputs of one commit of the keeper's store. */
	| {readonly type: 'commit'; readonly inputs: readonly Input[]}
	| {readonly type: 'read'; readonly change: ReadingChange}
	| {readonly type: 'report'; readonly report: NetworkReport}
	/** The keeper refused a request. `text`: a sentence for the user. `draft`: text to put back into the input. */
	| {readonly type: 'refused'; readonly text: string; readonly draft?: string}
	/** The message of a `send` request is in the log. `isDelivered`: whether a peer has received it. */
	| {readonly type: 'sent'; readonly isDelivered: boolean}
	/** The result of the request `share` with the number `id`. */
	| {readonly type: 'shared'; readonly id: number; readonly result: ShareResult};

export type ShareResult = PostResult | {readonly error: PortableError};

export type AttachRequest =
	/** A screen is open. From now on the keeper accepts whispers, because somebody reads them. */
	| {readonly type: 'attached'}
	| {readonly type: 'post'; readonly text: string; readonly options: PostOptions}
	/** Like `post`, but the keeper answers with `sent` or `refused`. */
	| {readonly type: 'send'; readonly text: string; readonly waitMs: number}
	| {readonly type: 'mark'; readonly target: EventRef; readonly word: string; readonly on: boolean}
	| {readonly type: 'correct'; readonly target: EventRef; readonly text: string}
	| {readonly type: 'withdraw'; readonly target: EventRef}
	| {readonly type: 'pin'; readonly target: EventRef; readonly on: boolean}
	/** `draft`: text to put back into the input if the keeper refuses the whisper. */
	| {readonly type: 'whisper'; readonly peer: PeerId; readonly text: string; readonly draft: string}
	/** `id`: number of the request. The message `shared` with the result contains the same number. */
	| {readonly type: 'share'; readonly id: number; readonly path: string; readonly note?: string; readonly name?: string}
	| {readonly type: 'fetch'; readonly target: EventRef; readonly directory?: string}
	| {readonly type: 'cancel'; readonly file: FileId}
	| {readonly type: 'rename'; readonly name: string}
	| {readonly type: 'typing'}
	| {readonly type: 'add-peer'; readonly host: string; readonly port: number}
	| {readonly type: 'drop-peer'; readonly host: string; readonly port?: number}
	| {readonly type: 'ignore' | 'unignore'; readonly peers: readonly PeerId[]}
	| {readonly type: 'mark-read'; readonly keys: readonly OrderKey[]}
	| {readonly type: 'mark-all-read'}
	| {readonly type: 'verify'; readonly peer: PeerId; readonly digits: string}
	| {readonly type: 'forget'; readonly peer: PeerId}
	| {readonly type: 'screen'; readonly notes: ScreenNotes};
