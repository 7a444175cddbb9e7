/**
 * Interface of a chat node, which the screens, the JSON interface and the demo use. create-chat-node.ts implements it; tests
 * of the screens use a fake.
 */
import type {Clock, Debug, Random} from '../core/environment.js';
import type {EventRef, NoticeLevel, PeerId} from '../core/event.js';
import type {FileStore} from '../core/file-content.js';
import type {RoomKeys} from '../feed/room-keys.js';
import type {Beacon} from '../network/discovery/beacon.js';
import type {HostAddress} from '../network/ip-address.js';
import type {Transport} from '../network/transport/transport.js';
import type {LogPlace, OpenedLog} from '../storage/log.js';
import type {PostOptions, PostResult} from './conversation.js';
import type {FileCommands} from './file-commands.js';
import type {Invitation, InvitationPorts} from './invitation.js';
import type {NetworkReport} from './network-report.js';
import type {Reading} from './reading.js';
import type {Store} from './store.js';
import type {ContactStore, Verification} from './verification.js';
import type {WhisperResult} from './whispers.js';

export interface ChatNodeOptions {
	readonly name: string;
	readonly room: string;
	readonly keys: RoomKeys;
	/** Version of this program. */
	readonly version: string;
	/**
	 * Secret from which the durable identity of the user is derived: 32 bytes, stored for the OS user. Without it the
	 * node has no identity.
	 */
	readonly identitySeed?: Uint8Array;
	/** If false, the node accepts and sends no whispers (private messages). */
	readonly takesWhispers?: boolean;
	/** Whether the node tracks which messages the user has read. */
	readonly tracksReading?: boolean;
	/** Whether this node announces that it is a keeper, a node that stays in the room to keep its history. */
	readonly isKeeper?: boolean;
	/** Whether the node sends files to other peers. Default: true. */
	readonly servesFiles?: boolean;
	/** Whether the user chose to use only loopback. Then the doctor does not report that it found no other computer. */
	readonly loopbackOnly?: boolean;
	/** Addresses to dial. They come from `--peer` or, without this option, from earlier runs. */
	readonly targets: readonly HostAddress[];
	/** Whether the targets come from earlier runs. Then the doctor does not report a target that does not answer. */
	readonly targetsRemembered?: boolean;
}

export interface ChatNodeAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** The opened log. Its records have not been read yet. */
	readonly openedLog: OpenedLog;
	readonly debug: Debug;
	/** Saves up to which place in the log the user has read. Undefined if this is not saved. */
	readonly saveReadingPosition?: (place: LogPlace) => Promise<void>;
	/** People of this room whom the user has verified. Undefined if nothing may be kept on disk. */
	readonly contacts?: ContactStore;
	/**
	 * Files on this computer that belong to this room. Without this store the node neither shares nor fetches files.
	 */
	readonly files?: FileStore;
	/**
	 * Creates the window for guests, a web page that shows the room (invitation.ts). Undefined if this node has none.
	 */
	createInvitation?(ports: InvitationPorts): Invitation;
	/** Called when a connection to a target has succeeded, so that the next run can dial it. */
	rememberTarget(address: HostAddress): void;
	/**
	 * Called when the computer has woken up in another network and the room has no secret. The function stops this node
	 * and starts a new one with a new key, feed and log.
	 */
	relaunch?(): void;
}

/**
 * Identity, ports and addresses of this node when it started. Ports and paths that are getters return their current
 * values.
 */
export interface SelfInfo {
	readonly peer: PeerId;
	/** First 8 digits of the fingerprint of the durable identity of the user. */
	readonly identity?: string;
	/** Public key of the durable identity of the user, as 64 hexadecimal digits. */
	readonly identityKey?: string;
	/**
	 * Name of this node at its start. `openNode` sets it, because the state contains the name only after this node has
	 * joined.
	 */
	readonly name?: string;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly udpPort: number;
	/** Port on which this node accepts connections. 0 as long as the system refuses the socket. */
	readonly tcpPort: number;
	readonly addresses: readonly string[];
	/** Path of the log that is being written. It changes if the program has to continue the log in a new file. */
	readonly logPath?: string | undefined;
	/** Path of the newest log of an earlier run in this room. `openNode` sets it shortly after the start. */
	readonly earlierLog?: string | undefined;
	readonly version: string;
	/** Command that starts this program on this computer, for hints. `openNode` sets it. */
	readonly programCommand?: string;
}

export interface ChatNode extends FileCommands {
	readonly store: Store;
	/** Reads the log, opens the sockets and announces the node. Rejects with UsageError or StorageError. */
	start(): Promise<SelfInfo>;
	/**
	 * Leaves the room: appends `left`, sends the waiting messages for at most MAX_BYE_FLUSH_MS, and closes the sockets
	 * and the log. Idempotent.
	 */
	stop(): Promise<void>;
	/** Appends a `posted` event. Control characters are removed from the text. */
	post(text: string, options?: PostOptions): PostResult;
	/**
	 * Sends a private message to a connected peer. Only the logs of the two nodes contain it. Other sessions of the two
	 * users do not receive it. While both nodes run, this node repeats the message until the peer has it.
	 */
	whisper(peer: PeerId, text: string): WhisperResult;
	/**
	 * Declares that a person reads the messages of this node from now on. Before this call, a keeper refuses whispers,
	 * because their senders would wait for a reader in vain.
	 */
	readWhispers(): void;
	/** Number of whispers from this node that this peer has neither accepted nor refused yet. */
	outstandingWhispers(peer: PeerId): number;
	/** Adds a reaction to a message: an emoji or another word. If `on` is false, removes this reaction. */
	mark(target: EventRef, word: string, on: boolean): PostResult;
	/**
	 * Replaces the text of a message that this user wrote. All peers keep every version of the text in their history.
	 */
	correct(target: EventRef, text: string): PostResult;
	/**
	 * Withdraws a message that this user wrote. All programs then hide it. It cannot be erased, because all peers hold
	 * it.
	 */
	withdraw(target: EventRef): PostResult;
	/** Pins a message for everybody or, if `on` is false, unpins it. */
	pin(target: EventRef, on: boolean): PostResult;
	rename(name: string): PostResult;
	/** Tells the connected peers that the user is typing. Does so at most once every TYPING_INTERVAL_MS. */
	notifyTyping(): void;
	/**
	 * Adds a target: an address that this node dials whenever it is not connected. Later runs dial it too, once a
	 * connection has succeeded.
	 */
	addPeer(host: string, port: number): void;
	/**
	 * Removes a target that is not connected. Without `port`, removes all such targets of the host. Returns false if
	 * there were none.
	 */
	dropPeer(host: string, port?: number): boolean;
	/**
	 * Stops requesting and accepting events of these peers. Events that arrived before remain in the state. The screen
	 * hides them.
	 */
	ignore(peers: readonly PeerId[]): void;
	unignore(peers: readonly PeerId[]): void;
	/** Unread messages. Undefined if this node does not record which messages were read. */
	readonly reading: Reading | undefined;
	/** The window for guests, a web page that shows the room. Undefined if this node has none. */
	readonly invitation?: Invitation;
	/** Safety numbers, and the people whom the user has verified. */
	readonly verification: Pick<Verification, 'showNumber' | 'confirm' | 'forget'>;
	/**
	 * Shows a notice to the user and writes it to the log. The number of notices per minute is limited. `code`: name of
	 * the kind of notice, for scripts.
	 */
	notify(level: NoticeLevel, code: string, text: string): void;
	/** Place after the last record of the log file. Undefined if there is no file, or if records wait to be written. */
	logEnd(): LogPlace | undefined;
	/** Sets whether the log is being saved and, if not, the reason. Called by the module that opened the log. */
	setPersistenceStatus(status: {readonly saving: boolean; readonly reason?: string}): void;
	/** Resolves to true as soon as one peer has all events of this node. Resolves to false after `timeoutMs`. */
	whenDelivered(timeoutMs: number): Promise<boolean>;
	/** Returns a snapshot of the network for the doctor and the network pane. */
	reportNetwork(): NetworkReport;
}
