/**
 * Contract of a running node, as the screens, the JSON interface and the demo use it. `createChatNode` in
 * create-chat-node.ts makes one; tests replace it by a fake.
 */
import type {Clock, Debug, Random} from '../core/environment.js';
import type {PeerId} from '../core/event.js';
import type {RoomKeys} from '../feed/room-keys.js';
import type {Beacon} from '../network/discovery/beacon.js';
import type {HostAddress} from '../network/ip-address.js';
import type {Transport} from '../network/transport/transport.js';
import type {OpenedLog} from '../storage/log.js';
import type {PostResult} from './conversation.js';
import type {NetworkReport} from './network-report.js';
import type {Store} from './store.js';

export interface ChatNodeOptions {
	readonly name: string;
	readonly room: string;
	readonly keys: RoomKeys;
	/** Version of this program. */
	readonly version: string;
	/** 32 secret bytes of the OS user, the seed of the identity; without it the node has no identity. */
	readonly identitySeed?: Uint8Array;
	/** The user chose loopback only, so that hearing no other computer is normal. */
	readonly loopbackOnly?: boolean;
	/** Addresses to dial: those of `--peer`, or remembered ones. */
	readonly targets: readonly HostAddress[];
	/** The targets are remembered ones that the user did not name this time, so that a silent one is no fault. */
	readonly targetsRemembered?: boolean;
}

export interface ChatNodeAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** Opened, not read yet. */
	readonly openedLog: OpenedLog;
	readonly debug: Debug;
	/** Called when a target led to a peer. */
	rememberTarget(address: HostAddress): void;
	/**
	 * Called when the computer woke up in another network and the room is open: the caller stops this node and starts one
	 * with a new key, feed and log.
	 */
	relaunch?(): void;
}

/** Identity and addresses of the node, fixed from `start` on. */
export interface SelfInfo {
	readonly peer: PeerId;
	/** Fingerprint of the identity, if there is one. */
	readonly identity?: string;
	/** The name at the start, set by `openNode`; the state knows the name only after this node joined. */
	readonly name?: string;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly udpPort: number;
	readonly tcpPort: number;
	readonly addresses: readonly string[];
	readonly logPath?: string;
	/** The newest log with content of an earlier launch in this room. `openNode` looks for it shortly after the start. */
	readonly earlierLog?: string | undefined;
	readonly version: string;
}

export interface ChatNode {
	readonly store: Store;
	/** Reads the log, opens the sockets and announces the node. Rejects with UsageError or StorageError. */
	start(): Promise<SelfInfo>;
	/** Writes `left`, sends what is queued (at most MAX_BYE_FLUSH_MS), closes sockets and log. Idempotent. */
	stop(): Promise<void>;
	/** Writes a `posted` event of the cleaned and truncated text. */
	post(text: string, options?: {readonly action?: boolean}): PostResult;
	rename(name: string): PostResult;
	/** Reports to the connected peers that the user types, at most once each TYPING_INTERVAL_MS. */
	notifyTyping(): void;
	/** Dials this address until it is dropped, and remembers it when it works. */
	addPeer(host: string, port: number): void;
	/**
	 * Stops dialling a target that is not connected; without a port, every target of this host. Returns false if there is
	 * none.
	 */
	dropPeer(host: string, port?: number): boolean;
	/** Requests no more events of these peers. The screen hides the events that are there. */
	ignore(peers: readonly PeerId[]): void;
	unignore(peers: readonly PeerId[]): void;
	/** Reports whether the log is being saved, and if not, why. Called by the owner of the log. */
	setPersistenceStatus(status: {readonly saving: boolean; readonly reason?: string}): void;
	/** Resolves true once a peer holds every own event up to now, false after `timeoutMs` without that. */
	whenDelivered(timeoutMs: number): Promise<boolean>;
	/** Snapshot of the network for the doctor and the network pane. */
	reportNetwork(): NetworkReport;
}
