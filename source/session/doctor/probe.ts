/**
 * A node that looks and does not join. It announces itself and dials, since only so others answer it and dial back, and
 * it listens to the hello that every node says first; it never says its own. So nobody's timeline, log, roster or peers
 * pane shows it: a peer exists for others from its hello on. At the end it says `leaving`, and they stop dialling it.
 * Both directions are tried with everybody, which a node of the room does not (it keeps one connection for each pair).
 */
import type {HelloMessage} from '../../codec/message.js';
import type {PeerId} from '../../core/ids.js';
import {MAX_ADDRESSES, MAX_CANDIDATES, MAX_DIALS_AT_ONCE} from '../../core/limits.js';
import {createPeerKey} from '../../feed/peer-key.js';
import {createBeaconMac, type RoomKeys} from '../../feed/room-keys.js';
import type {Beacon} from '../../network/beacon.js';
import type {Address, HeardBy} from '../../network/candidate.js';
import type {Clock, Random} from '../../network/clock.js';
import type {Debug} from '../../network/debug.js';
import {createDiscovery, type Discovery} from '../../network/discovery.js';
import {isOnLink} from '../../network/subnets.js';
import type {Connection, Transport} from '../../network/transport.js';
import {reportInterfaces, reportOthers} from '../diagnose.js';
import {helloProofOf} from '../hello-proof-of.js';
import type {NetworkReport} from '../session.js';
import {createProbeEntry, mergeProbeEntries, type ProbeEntry, reportProbeEntry} from './probe-entry.js';
import {readHello} from './read-hello.js';
import type {StartFailure} from './verdict.js';

export interface ProbeOptions {
	readonly room: string;
	readonly keys: RoomKeys;
	readonly loopbackOnly: boolean;
	/** `--peer` targets, or remembered ones. */
	readonly targets: readonly Address[];
	readonly targetsRemembered: boolean;
	/** As asked for, to name them when they cannot be had. */
	readonly udpPort: number;
	readonly tcpPort: number;
}

export interface ProbeAdapters {
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly beacon: Beacon;
	readonly debug: Debug;
}

export interface Probe {
	/** Resolves with what went wrong, if the ports cannot be had. */
	start(): Promise<StartFailure | undefined>;
	report(): NetworkReport;
	/** Everybody who was heard has had the time to answer, and every dial came to its end. */
	settled(): boolean;
	/** Idempotent. */
	stop(): Promise<void>;
}

/** Four announcements, twice each, were heard and answered; one that is lost now and then does not matter. */
const LOOK_MS = 2500;
/** A peer with the higher id dials after a second. */
const DIALS_BACK_MS = 2000;
/** The longest look: a dial that begins late, and its timeout. */
const LONGEST_MS = 9000;

export function createProbe(options: ProbeOptions, adapters: ProbeAdapters): Probe {
	const {keys} = options;
	const {clock, random, transport, beacon, debug} = adapters;
	const key = createPeerKey(random.bytes(32));
	const reader = {self: key.peer, proof: helloProofOf(key, keys), clock};
	const entries = new Map<string, ProbeEntry>();
	let discovery: Discovery | undefined;
	const ports = {udp: 0, tcp: 0};
	let startedAt = 0;
	let dials = 0;
	let stopping: Promise<void> | undefined;

	function entryOf(id: string, peer?: PeerId): ProbeEntry | undefined {
		const known = entries.get(id);
		if (known || entries.size >= MAX_CANDIDATES) return known;
		const entry = createProbeEntry(peer, clock.monotonic());
		entries.set(id, entry);
		return entry;
	}

	function learn(id: string, peer: PeerId | undefined, address: Address, by?: HeardBy): void {
		const entry = entryOf(id, peer);
		if (!entry) return;
		if (by) entry.heardBy.add(by);
		const known = entry.addresses.some(one => one.host === address.host && one.port === address.port);
		if (!known && entry.addresses.length < MAX_ADDRESSES) entry.addresses.push(address);
		pump();
	}

	/** Every address once, until one works. */
	function pump(): void {
		for (const entry of entries.values()) {
			if (dials >= MAX_DIALS_AT_ONCE || stopping) return;
			const address = entry.addresses[entry.tried];
			if (address && !entry.dialling && !entry.reached) void dial(entry, address);
		}
	}

	async function dial(entry: ProbeEntry, address: Address): Promise<void> {
		entry.tried += 1;
		entry.dialling = true;
		dials += 1;
		const begun = clock.monotonic();
		const result = await transport.dial(address.host, address.port);
		const settle = (failure: {readonly code: string; readonly text: string} | undefined) => {
			dials -= 1;
			entry.dialling = false;
			entry.reached = failure === undefined;
			entry.lastFailure = failure && {...address, code: failure.code, text: failure.text};
			pump();
		};
		if ('failure' in result) return settle(result.failure);
		entry.connectMs = clock.monotonic() - begun;
		readHello(result.connection, reader, outcome => {
			if (outcome.type === 'hello') note(entry, outcome.hello);
			settle(outcome.type === 'failed' ? outcome : undefined);
		});
	}

	function note(entry: ProbeEntry, hello: HelloMessage): void {
		entry.peer ??= hello.peer;
		entry.hello = hello;
		entry.clockOffsetMs = hello.clock - clock.now();
	}

	function accept(connection: Connection): void {
		readHello(connection, reader, outcome => {
			if (outcome.type !== 'hello' || stopping) return;
			const {peer, port} = outcome.hello;
			const known = [...entries.values()].filter(entry => entry.peer === peer);
			const found = known.length > 0 ? known : [entryOf(peer, peer)];
			for (const entry of found) {
				if (!entry) continue;
				entry.reachesUs = true;
				if (entry.addresses.length === 0) entry.addresses.push({host: connection.remoteAddress, port});
				note(entry, outcome.hello);
			}

			pump();
		});
	}

	async function start(): Promise<StartFailure | undefined> {
		try {
			ports.tcp = (await transport.listen(accept)).port;
		} catch (error) {
			return failure('TCP', options.tcpPort, error);
		}

		try {
			ports.udp = (await beacon.start((bytes, source) => discovery?.received(bytes, source))).port;
		} catch (error) {
			return failure('UDP', options.udpPort, error);
		}

		startedAt = clock.monotonic();
		discovery = createDiscovery({
			self: key.peer,
			roomTag: keys.tag,
			mac: createBeaconMac(keys),
			beacon,
			clock,
			random,
			debug,
			tcpPort: ports.tcp,
			name: () => undefined,
			connectedCount: () => 0,
			isConnected: () => false,
			isOnLink: address => isOnLink(address, beacon.interfaces()),
			heard: (peer, address, path) => learn(peer, peer, address, path),
			alsoAt: (peer, address) => learn(peer, peer, address),
			leaving: peer => void entries.delete(peer),
			beat() {},
		});
		discovery.start();
		const by = options.targetsRemembered ? 'remembered' : 'peer-flag';
		for (const target of options.targets) learn(`${target.host}:${target.port}`, undefined, target, by);
		return undefined;
	}

	async function stop(): Promise<void> {
		discovery?.stop();
		await Promise.all([transport.close(), beacon.close()]);
	}

	return {
		start,
		report: () => ({
			room: options.room,
			hasSecret: keys.hasSecret,
			loopbackOnly: options.loopbackOnly,
			listeningMs: discovery ? clock.monotonic() - startedAt : 0,
			interfaces: reportInterfaces(beacon, discovery?.hearing),
			peers: mergeProbeEntries([...entries.values()], key.peer).map(entry =>
				reportProbeEntry(entry, discovery?.hearing, clock.monotonic()),
			),
			udpPort: ports.udp || options.udpPort,
			tcpPort: ports.tcp || options.tcpPort,
			...reportOthers(discovery?.hearing, clock.monotonic()),
			refusedConnections: transport.refused,
			clockCorrectionMs: 0,
		}),
		settled() {
			const now = clock.monotonic();
			if (now - startedAt >= LONGEST_MS) return true;
			if (dials > 0 || now - startedAt < LOOK_MS) return false;
			return [...entries.values()].every(entry => entry.reachesUs || now - entry.since >= DIALS_BACK_MS);
		},
		stop() {
			stopping ??= stop();
			return stopping;
		},
	};
}

function failure(protocol: 'UDP' | 'TCP', port: number, error: unknown): StartFailure {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
	return {protocol, port, code, text: error instanceof Error ? error.message : String(error)};
}
