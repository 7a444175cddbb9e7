import type {Clock, Debug, Random} from '../core/environment.js';
import type {PeerId} from '../core/event.js';
import type {RoomKeys} from '../feed/room-keys.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import type {Beacon} from '../network/discovery/beacon.js';
import type {HostAddress} from '../network/ip-address.js';
import type {Transport} from '../network/transport/transport.js';
import type {OpenedLog} from '../storage/log.js';
import type {Store} from './store.js';

export interface ChatNodeOptions {
	readonly name: string;
	readonly room: string;
	readonly keys: RoomKeys;
	/** Program version. */
	readonly version: string;
	/** 32 bytes of this OS user; left out: no identity. */
	readonly identitySeed?: Uint8Array;
	/** Only this computer was chosen: that nobody else is heard is no fault. */
	readonly loopbackOnly?: boolean;
	/** `--peer` targets, or remembered ones. */
	readonly targets: readonly HostAddress[];
	/** They worked once and were not asked for now: that one is silent is no fault. */
	readonly targetsRemembered?: boolean;
}

export interface ChatNodeAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** Opened and not read yet. */
	readonly openedLog: OpenedLog;
	readonly debug: Debug;
	/** A `--peer` target led to a peer. */
	rememberTarget(address: HostAddress): void;
	/** We woke on another network in an open room: stop this session and start one with a new key, feed and log. */
	relaunch?(): void;
}

/** A running node, as the screen, JSON lines and the demo see it. Made by `createSession` in create-chat-node.ts. */

/** Who and where we are; fixed from `start` on. */
export interface SelfInfo {
	readonly peer: PeerId;
	/** Fingerprint, if an identity is used. */
	readonly identity?: string;
	/** As we called ourselves at the start: the state knows it only once we joined. */
	readonly name?: string;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly udpPort: number;
	readonly tcpPort: number;
	readonly addresses: readonly string[];
	readonly logPath?: string;
	/** The newest log of an earlier launch in this room that holds something; looked for a moment after the start. */
	readonly earlierLog?: string | undefined;
	readonly version: string;
}

export type SaveResult = {readonly ok: true} | {readonly ok: false; readonly text: string};

export interface ChatNode {
	readonly store: Store;
	/** Opens log and sockets, announces us. Rejects with UsageError or StorageError when it cannot run at all. */
	start(): Promise<SelfInfo>;
	/** Says `left`, sends what is queued, closes everything; within STOP_TIMEOUT_MS; idempotent. */
	stop(reason: 'quit' | 'signal' | 'input-ended' | 'output-closed'): Promise<void>;
	/** Writes a `posted` event. Text is cleaned and bounded first. Returns its seq, or why it was refused, in words. */
	post(text: string, options?: {readonly action?: boolean}): {readonly seq: number} | {readonly refused: string};
	rename(name: string): {readonly seq: number} | {readonly refused: string};
	/** Tells connected peers that we are typing; rate-limited inside. */
	notifyTyping(): void;
	/** Dials there, for ever, and remembers it when it works. */
	addPeer(host: string, port: number): void;
	/** Ends that, while it leads nowhere; without a port: whichever was named. False: nothing of the kind is dialled. */
	dropPeer(host: string, port?: number): boolean;
	/** Asks nothing more of these peers' feeds; hiding what is held is the screen's. */
	ignore(peers: readonly PeerId[]): void;
	unignore(peers: readonly PeerId[]): void;
	/** Told by whoever keeps the log: whether it is being written, and why not. */
	setPersistenceStatus(state: {readonly saving: boolean; readonly reason?: string}): void;
	/** Resolves true once every own event up to now is held by a peer, false after `ms` or with nobody there. */
	whenDelivered(ms: number): Promise<boolean>;
	/** What the doctor and the network pane show. */
	reportNetwork(): NetworkReport;
}

export interface NetworkReport {
	readonly room: string;
	readonly hasSecret: boolean;
	/** Only this computer was chosen by `--interface lo`. */
	readonly loopbackOnly: boolean;
	/** For how long we have announced and listened, ms. */
	readonly listeningMs: number;
	readonly interfaces: readonly InterfaceReport[];
	readonly peers: readonly PeerReport[];
	readonly udpPort: number;
	readonly tcpPort: number;
	/** Distinct senders of beacons of another room or secret in the last minute. */
	readonly strangers: number;
	/** Senders of beacons of another protocol version in the last minute, and which versions. */
	readonly otherVersions: number;
	readonly otherVersionNumbers: readonly number[];
	/** Whose beacons were ignored in the last minute because the address is on none of our subnets. */
	readonly offLink: readonly string[];
	/** Incoming connections that failed before their encryption was up: scans, wrong secrets. */
	readonly refusedConnections: number;
	/** By how much we correct our own clock to follow the room, ms. */
	readonly clockCorrectionMs: number;
}

/** What went out and came in on one way to reach everybody. */
export interface PathReport {
	/** Where it goes. */
	readonly destination: string;
	readonly sent: number;
	readonly failed: number;
	/** Own beacons heard back. */
	readonly echoes: number;
	/** Beacons of others heard. */
	readonly heard: number;
	readonly lastError?: string;
}

export interface InterfaceReport {
	readonly name: string;
	readonly address: string;
	/** Length of the network part. */
	readonly prefix: number;
	readonly loopback: boolean;
	readonly virtual: boolean;
	readonly beaconsSent: number;
	readonly beaconsFailed: number;
	/** Own beacons heard back. */
	readonly echoes: number;
	/** Beacons of others heard on this subnet, answers to our own included. */
	readonly heard: number;
	readonly broadcast: PathReport;
	readonly multicast: PathReport;
	readonly lastError?: string;
}

export interface PeerReport {
	readonly peer?: PeerId;
	readonly name?: string;
	/** `#a1b2c3d4` where others go by the same name. */
	readonly mark?: string;
	readonly addresses: readonly string[];
	/** `answer`: it answered our beacon, so it hears us. */
	readonly heardBy: readonly DiscoverySource[];
	readonly connected: boolean;
	readonly direction?: 'dialled' | 'accepted';
	/** Of our newest dial, if that failed: address and reason. */
	readonly lastError?: string;
	readonly lastFailure?: {readonly host: string; readonly port: number; readonly code: string; readonly text: string};
	/** How long ago its newest beacon came, ms. */
	readonly lastHeardMs?: number;
	/** How long our connection to it took to come up, ms; told by the doctor. */
	readonly connectMs?: number;
	/** Whether a connection from there reached us; only the doctor tries both directions. */
	readonly reachesUs?: boolean;
	readonly roundTripMs?: number;
	readonly clockOffsetMs?: number;
	readonly version?: string;
	readonly queuedBytes?: number;
}
