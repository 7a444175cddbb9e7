/**
 * Probe of the doctor: a node that examines the network without joining the room. It sends beacons, dials peers and
 * accepts their connections. It reads the `hello` of a peer but sends none, so no peer shows or logs the probe. A chat
 * node keeps only one connection per peer, whereas the probe tests for each peer whether connections succeed in both
 * directions.
 */
import type {HelloMessage} from '../codec/message-types.js';
import type {Clock, Debug, Random} from '../core/environment.js';
import type {PeerId} from '../core/event.js';
import {BEACON_INTERVAL_MS, BEACON_JITTER, MAX_ADDRESSES, MAX_CANDIDATES, MAX_DIALS_AT_ONCE} from '../core/limits.js';
import type {RoomKeys} from '../feed/room-keys.js';
import {createPeerKey} from '../feed/signing-keys.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import type {Beacon} from '../network/discovery/beacon.js';
import {createDiscovery} from '../network/discovery/discovery.js';
import {formatHostAddress, type HostAddress} from '../network/ip-address.js';
import {createHelloProof} from '../network/link/handshake.js';
import type {Connection, Transport} from '../network/transport/transport.js';
import {reportInterfaceFailure, reportInterfaces} from '../node/interface-report.js';
import type {NetworkReport} from '../node/network-report.js';
import {reportForeignNodes} from '../node/network-report.js';
import type {StartFailure} from './finding.js';
import {createProbedPeer, mergeProbedPeers, type ProbedPeer, readHello, reportProbedPeer} from './probed-peer.js';

export interface ProbeOptions {
	readonly room: string;
	readonly keys: RoomKeys;
	readonly loopbackOnly: boolean;
	/** Addresses to dial: those of `--peer`, or by default those remembered from earlier runs. */
	readonly targets: readonly HostAddress[];
	readonly targetsRemembered: boolean;
	/** Ports to open. If they cannot be opened, the report contains these numbers. */
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
	/** Opens the ports and starts probing. Resolves to the failure if a port could not be opened. */
	start(): Promise<StartFailure | undefined>;
	report(): NetworkReport;
	/** Whether the result is final: all dials have ended, and all peers had enough time to connect to this node. */
	isSettled(): boolean;
	/** Idempotent. */
	stop(): Promise<void>;
}

/**
 * Minimum duration of a probe, ms. In this time the probe sends four beacons, each by broadcast and by multicast. So
 * peers are found even if a beacon is lost.
 */
const MIN_PROBE_MS = 2500;
/**
 * Minimum duration of a probe that has found no other node, ms. A node of another room does not answer beacons, so the
 * probe finds it only when the node sends its next beacon.
 */
const MIN_LONELY_PROBE_MS = BEACON_INTERVAL_MS * (1 + BEACON_JITTER) + 500;
/**
 * Time for a discovered peer to dial this node, ms. A peer with a higher id than ours waits one second before it dials.
 */
const REVERSE_DIAL_WAIT_MS = 2000;
/** Maximum duration of a probe, ms. Even a dial that starts late can reach its timeout within this time. */
const MAX_PROBE_MS = 9000;

export function createProbe(options: ProbeOptions, adapters: ProbeAdapters): Probe {
	const {keys} = options;
	const {clock, random, transport, beacon, debug} = adapters;
	const key = createPeerKey(random.bytes(32));
	const helloReader = {self: key.peer, proof: createHelloProof(key, keys), clock};
	const entries = new Map<string, ProbedPeer>();
	const ports = {udp: 0, tcp: 0};
	/** Time at which discovery started, monotonic ms. */
	let startedAt: number | undefined;
	let activeDials = 0;
	let stopping: Promise<void> | undefined;

	const discovery = createDiscovery({
		self: key.peer,
		keys,
		sign: key.sign,
		beacon,
		clock,
		random,
		debug,
		tcpPort: () => ports.tcp,
		name: () => undefined,
		connectedCount: () => 0,
		isConnected: () => false,
		peerFound: (peer, address, path) => addAddress(peer, peer, address, path),
		alternateAddressFound: (peer, address) => addAddress(peer, peer, address),
		peerLeft: peer => void entries.delete(peer),
		onBeaconSent() {},
	});

	/** Whether a network is up, but no other node in it has been found yet. */
	function isLonely(): boolean {
		if (beacon.interfaces().length === 0 || discovery.foreignNodes() > 0) return false;
		return ![...entries.values()].some(({isReached, reachesUs}) => isReached || reachesUs);
	}

	const elapsedMs = () => (startedAt === undefined ? 0 : clock.monotonic() - startedAt);

	function findOrAddPeer(id: string, peer?: PeerId): ProbedPeer | undefined {
		const known = entries.get(id);
		if (known || entries.size >= MAX_CANDIDATES) return known;
		const entry = createProbedPeer(peer, clock.monotonic());
		entries.set(id, entry);
		return entry;
	}

	function addAddress(id: string, peer: PeerId | undefined, address: HostAddress, source?: DiscoverySource): void {
		const entry = findOrAddPeer(id, peer);
		if (!entry) return;
		if (source) entry.heardBy.add(source);
		const known = entry.addresses.some(one => one.host === address.host && one.port === address.port);
		if (!known && entry.addresses.length < MAX_ADDRESSES) entry.addresses.push(address);
		startDials();
	}

	/** Starts dials. The addresses of a peer are dialled one after another until one connects. */
	function startDials(): void {
		for (const entry of entries.values()) {
			if (activeDials >= MAX_DIALS_AT_ONCE || stopping) return;
			const address = entry.addresses[entry.triedAddresses];
			if (address && !entry.isDialling && !entry.isReached) void dial(entry, address);
		}
	}

	async function dial(entry: ProbedPeer, address: HostAddress): Promise<void> {
		entry.triedAddresses += 1;
		entry.isDialling = true;
		activeDials += 1;
		const startedDialAt = clock.monotonic();
		const result = await transport.dial(address.host, address.port);
		const settle = (failure: {readonly code: string; readonly text: string} | undefined) => {
			activeDials -= 1;
			entry.isDialling = false;
			entry.isReached = failure === undefined;
			entry.lastFailure = failure && {...address, code: failure.code, text: failure.text};
			startDials();
		};
		if ('failure' in result) return settle(result.failure);
		entry.connectMs = clock.monotonic() - startedDialAt;
		readHello(result.connection, helloReader, outcome => {
			if (outcome.type === 'hello') recordHello(entry, outcome.hello);
			settle(outcome.type === 'failed' ? outcome : undefined);
		});
	}

	function recordHello(entry: ProbedPeer, hello: HelloMessage): void {
		entry.peer ??= hello.peer;
		entry.hello = hello;
		entry.clockOffsetMs = hello.clock - clock.now();
	}

	function accept(connection: Connection): void {
		readHello(connection, helloReader, outcome => {
			if (outcome.type !== 'hello' || stopping) return;
			const {peer, port} = outcome.hello;
			const known = [...entries.values()].filter(entry => entry.peer === peer);
			const matches = known.length > 0 ? known : [findOrAddPeer(peer, peer)];
			for (const entry of matches) {
				if (!entry) continue;
				entry.reachesUs = true;
				if (entry.addresses.length === 0) entry.addresses.push({host: connection.remoteAddress, port});
				recordHello(entry, outcome.hello);
			}

			startDials();
		});
	}

	async function start(): Promise<StartFailure | undefined> {
		try {
			ports.tcp = (await transport.listen(accept)).port;
		} catch (error) {
			return createStartFailure('TCP', options.tcpPort, error);
		}

		try {
			ports.udp = await discovery.listen();
		} catch (error) {
			return createStartFailure('UDP', options.udpPort, error);
		}

		startedAt = clock.monotonic();
		discovery.start();
		const by = options.targetsRemembered ? 'remembered' : 'peer-flag';
		for (const target of options.targets) addAddress(formatHostAddress(target), undefined, target, by);
		return undefined;
	}

	async function stop(): Promise<void> {
		discovery.stop();
		await Promise.all([transport.close(), beacon.close()]);
	}

	return {
		start,
		report: () => ({
			room: options.room,
			hasSecret: keys.hasSecret,
			loopbackOnly: options.loopbackOnly,
			listeningMs: elapsedMs(),
			interfaces: reportInterfaces(beacon, discovery.stats),
			...reportInterfaceFailure(beacon),
			peers: mergeProbedPeers([...entries.values()], key.peer).map(entry =>
				reportProbedPeer(entry, discovery.stats, clock.monotonic()),
			),
			udpPort: ports.udp || options.udpPort,
			tcpPort: ports.tcp || options.tcpPort,
			...reportForeignNodes(discovery.stats, clock.monotonic()),
			refusedConnections: transport.refused,
			clockCorrectionMs: 0,
		}),
		isSettled() {
			const now = clock.monotonic();
			if (elapsedMs() >= MAX_PROBE_MS) return true;
			if (activeDials > 0 || elapsedMs() < (isLonely() ? MIN_LONELY_PROBE_MS : MIN_PROBE_MS)) return false;
			return [...entries.values()].every(entry => entry.reachesUs || now - entry.firstSeenAt >= REVERSE_DIAL_WAIT_MS);
		},
		stop() {
			stopping ??= stop();
			return stopping;
		},
	};
}

function createStartFailure(protocol: 'UDP' | 'TCP', port: number, error: unknown): StartFailure {
	const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
	return {protocol, port, code, text: error instanceof Error ? error.message : String(error)};
}
