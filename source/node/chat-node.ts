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
	/** Seed of the identity: 32 secret bytes of the OS user. Without this seed the node has no identity. */
	readonly identitySeed?: Uint8Array;
	/** If false, the node accepts and sends no whispers. */
	readonly takesWhispers?: boolean;
	/** Whether the node tracks which messages the user has read. */
	readonly tracksReading?: boolean;
	/** Whether this node announces that it is a keeper. */
	readonly isKeeper?: boolean;
	/** Whether files are served to others. Default: true. */
	readonly servesFiles?: boolean;
	/** Whether the user chose loopback only. The doctor then does not report that no other computer was found. */
	readonly loopbackOnly?: boolean;
	/** Addresses to dial: those of `--peer`, or by default the addresses remembered from earlier runs. */
	readonly targets: readonly HostAddress[];
	/**
	 * Whether the targets are remembered from earlier runs. The doctor then does not report a target that does not answer.
	 */
	readonly targetsRemembered?: boolean;
}

export interface ChatNodeAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** The opened log, whose records have not been read yet. */
	readonly openedLog: OpenedLog;
	readonly debug: Debug;
	/** Saves the reading position of the log. Undefined if the position is not saved. */
	readonly saveReadingPosition?: (place: LogPlace) => Promise<void>;
	/** Verified people of this room. Undefined if nothing may be kept on disk. */
	readonly contacts?: ContactStore;
	/** Files of this room on this computer. Without this store the node neither shares nor fetches files. */
	readonly files?: FileStore;
	/** Creates the window for guests (invitation.ts). Undefined if this node has no such window. */
	createInvitation?(ports: InvitationPorts): Invitation;
	/** Called when a connection to a target succeeded. */
	rememberTarget(address: HostAddress): void;
	/**
	 * Called when the computer wakes up in another network and the room has no secret. The function stops this node and
	 * starts another one with a new key, feed and log.
	 */
	relaunch?(): void;
}

/**
 * Identity, ports and addresses of the node. The values are those at the start of the node. Only ports and paths that
 * are getters return their current values.
 */
export interface SelfInfo {
	readonly peer: PeerId;
	/** First 8 digits of the fingerprint of the identity. */
	readonly identity?: string;
	/** Public key of the identity, 64 hexadecimal digits. */
	readonly identityKey?: string;
	/**
	 * Name of this node at the start. `openNode` sets it, because the state contains no name before this node has joined.
	 */
	readonly name?: string;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly udpPort: number;
	/** 0 as long as the system refuses the socket. */
	readonly tcpPort: number;
	readonly addresses: readonly string[];
	/** Path of the log that is written now. It changes if the program has to continue in a new file. */
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
	/** Appends `left`, flushes the send queues for at most MAX_BYE_FLUSH_MS, closes sockets and log. Idempotent. */
	stop(): Promise<void>;
	/** Appends a `posted` event with the text, without control characters. */
	post(text: string, options?: PostOptions): PostResult;
	/**
	 * Sends a private message to a connected peer. Only the logs of these two nodes contain it, and other sessions of the user
	 * do not receive it. While both nodes run, the message is sent again until the peer has it.
	 */
	whisper(peer: PeerId, text: string): WhisperResult;
	/**
	 * Declares that a person reads the messages of this node. Before this call, a keeper refuses whispers, because nobody
	 * would read them and their senders would not know that.
	 */
	readWhispers(): void;
	/** Number of this node's whispers to this peer that the peer has neither acknowledged nor refused yet. */
	outstandingWhispers(peer: PeerId): number;
	/** Reacts to a message with a word or, if `on` is false, takes the reaction back. */
	mark(target: EventRef, word: string, on: boolean): PostResult;
	/** Replaces the text of a message that this user wrote. Every version stays in the history of all peers. */
	correct(target: EventRef, text: string): PostResult;
	/** Withdraws a message that this user wrote: all programs hide it. It is not erased, since all peers hold it. */
	withdraw(target: EventRef): PostResult;
	/** Pins a message for everybody or, if `on` is false, unpins it. */
	pin(target: EventRef, on: boolean): PostResult;
	rename(name: string): PostResult;
	/** Notifies the connected peers that the user is typing, at most once every TYPING_INTERVAL_MS. */
	notifyTyping(): void;
	/**
	 * Adds a target: an address that is dialled while it is not connected. The target is remembered after the first
	 * successful connection.
	 */
	addPeer(host: string, port: number): void;
	/**
	 * Removes a target that is not connected; without `port`, every such target of the host. Returns false if there was
	 * none.
	 */
	dropPeer(host: string, port?: number): boolean;
	/**
	 * Stops requesting and accepting events of these peers. Events received before stay in the state: the screen hides
	 * them.
	 */
	ignore(peers: readonly PeerId[]): void;
	unignore(peers: readonly PeerId[]): void;
	/** Unread messages; undefined if this node does not track them. */
	readonly reading: Reading | undefined;
	/** The window for guests; undefined if this node has none. */
	readonly invitation?: Invitation;
	/** Safety numbers and verified people. */
	readonly verification: Pick<Verification, 'showNumber' | 'confirm' | 'forget'>;
	/**
	 * Shows a notice, which is also written to the log. The number of notices in a minute is limited. `code`: identifies
	 * the kind of notice, for scripts.
	 */
	notify(level: NoticeLevel, code: string, text: string): void;
	/** Place after the last record of the log file. Undefined if there is no file, or if records wait to be saved. */
	logEnd(): LogPlace | undefined;
	/** Sets whether the log is being saved and, if it is not, why. Called by the owner of the log. */
	setPersistenceStatus(status: {readonly saving: boolean; readonly reason?: string}): void;
	/** Resolves to true as soon as one peer has all events of this node, or to false after `timeoutMs`. */
	whenDelivered(timeoutMs: number): Promise<boolean>;
	/** Returns a snapshot of the network for the doctor and the network pane. */
	reportNetwork(): NetworkReport;
}
