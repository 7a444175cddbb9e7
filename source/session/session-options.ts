import type {RoomKeys} from '../feed/room-keys.js';
import type {Beacon} from '../network/beacon.js';
import type {Address} from '../network/candidate.js';
import type {Clock, Random} from '../network/clock.js';
import type {Debug} from '../network/debug.js';
import type {Transport} from '../network/transport.js';
import type {OpenedLog} from '../storage/log.js';

export interface SessionOptions {
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
	readonly targets: readonly Address[];
	/** They worked once and were not asked for now: that one is silent is no fault. */
	readonly targetsRemembered?: boolean;
}

export interface SessionAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	/** Opened and not read yet. */
	readonly opened: OpenedLog;
	readonly debug: Debug;
	/** A `--peer` target led to a peer. */
	rememberTarget(address: Address): void;
	/** We woke on another network in an open room: stop this session and start one with a new key, feed and log. */
	relaunch?(): void;
}
