/**
 * Discovery of peers by beacons (protocol.md, Beacon): announces this node, answers beacons, and reports the peers
 * whose beacons arrive. `beacon.ts` sends and receives the datagrams; `beacon-schedule.ts` decides when to announce.
 */
import {
	type BeaconDatagram,
	type BeaconKind,
	type BeaconPath,
	type BeaconSignature,
	decodeBeacon,
	encodeBeacon,
} from '../../codec/beacon-datagram.js';
import type {Clock, Debug, Random} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_BEACON_ANSWERS_PER_SECOND, MAX_BEACONS_PER_SECOND} from '../../core/limits.js';
import {createBeaconMac, type RoomKeys} from '../../feed/room-keys.js';
import {formatHostAddress, type HostAddress, isOnLink} from '../ip-address.js';
import {PROTOCOL_VERSION} from '../link/handshake.js';
import type {Beacon, DatagramSource} from './beacon.js';
import {createBeaconCounters} from './beacon-counters.js';
import {createBeaconSchedule} from './beacon-schedule.js';
import {type BeaconRoute, type BeaconStats, createBeaconStats} from './beacon-stats.js';

export interface DiscoveryOptions {
	readonly self: PeerId;
	readonly keys: Pick<RoomKeys, 'tag' | 'beaconKey'>;
	readonly beacon: Beacon;
	readonly clock: Clock;
	readonly random: Random;
	readonly debug: Debug;
	/** Signs a beacon with the private key of this node (feed key). */
	sign(bytes: Uint8Array): Uint8Array;
	/** TCP port on which this node accepts connections. 0 if it accepts none. Then this node sends no announcements. */
	tcpPort(): number;
	/** Name of this node in its beacons. Undefined in a room with a secret, because beacons are not encrypted. */
	name(): string | undefined;
	connectedCount(): number;
	/** Whether a peer is connected. Beacons of connected peers are not answered, because these peers know this node. */
	isConnected(peer: PeerId): boolean;
	/** Called when a new beacon of a peer of this room arrives. */
	peerFound(peer: PeerId, address: HostAddress, path: BeaconRoute): void;
	/**
	 * Called when another copy of the newest beacon of a peer arrives, for example through a second network. `address`:
	 * source address of this copy, with the TCP port of the peer.
	 */
	alternateAddressFound(peer: PeerId, address: HostAddress): void;
	/** Called when a peer announces that it leaves. */
	peerLeft(peer: PeerId): void;
	/** Called after every announcement. Just before the announcement, the interfaces were read again. */
	onBeaconSent(): void;
}

export interface Discovery {
	/** Opens the sockets of the beacon. Resolves with the UDP port. Rejects with the system error. */
	listen(): Promise<number>;
	/** Starts announcing this node. */
	start(): void;
	/**
	 * Announces this node several times in quick succession. To be called after the computer has slept, or when the
	 * interfaces have changed.
	 */
	burst(): void;
	/** Number of nodes of another room, or with another secret, that sent a beacon in the last minute. */
	foreignNodes(): number;
	/** Statistics of received beacons, for the doctor. */
	readonly stats: BeaconStats;
	/** Processes one datagram from the network. */
	received(bytes: Uint8Array, source: DatagramSource): void;
	/** Stops discovery. If `start` was called before, announces that this node leaves. Idempotent. */
	stop(): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
	const {beacon, clock, random, self, keys, debug} = options;
	const mac = createBeaconMac(keys);
	const counters = createBeaconCounters();
	const stats = createBeaconStats();
	const schedule = createBeaconSchedule({clock, random, connectedCount: options.connectedCount, announce});
	let counter = 0;
	const answerWindow = {from: Number.NEGATIVE_INFINITY, count: 0};
	const receivedWindow = {from: Number.NEGATIVE_INFINITY, count: 0};
	let isListening = false;
	let isStarted = false;
	let stopped = false;

	function datagram(kind: BeaconKind, path?: BeaconPath): Uint8Array {
		const name = options.name();
		const content: BeaconDatagram = {
			version: PROTOCOL_VERSION,
			roomTag: keys.tag,
			peer: self,
			port: options.tcpPort(),
			...(name === undefined ? {} : {name}),
			kind,
			...(path && {path}),
			counter,
		};
		return encodeBeacon(content, mac, options.sign);
	}

	/**
	 * Sends one announcement, by broadcast and by multicast. Both copies have the same counter. Each copy contains the
	 * way in which it was sent.
	 */
	function send(kind: BeaconKind): void {
		counter += 1;
		debug('discovery', 'beacon sent', {kind, counter});
		beacon.broadcast(datagram(kind, 'broadcast'), datagram(kind, 'multicast'));
	}

	function announce(): void {
		if (options.tcpPort() > 0) send('here');
		else beacon.refresh?.();
		options.onBeaconSent();
	}

	/** Counts one event in the current second. Returns false if there are more than `limit` events in this second. */
	function within(window: {from: number; count: number}, limit: number): boolean {
		const now = clock.monotonic();
		if (now - window.from >= 1000) {
			window.from = now;
			window.count = 0;
		}

		window.count += 1;
		return window.count <= limit;
	}

	function onBeacon(content: BeaconDatagram, proof: BeaconSignature | undefined, source: DatagramSource): void {
		const path = content.kind === 'answer' ? 'answer' : (content.path ?? 'broadcast');
		if (content.peer === self) {
			stats.recordEcho(source.address, path);
			return;
		}

		if (!isOnLink(source.address, beacon.interfaces())) {
			debug('discovery', 'beacon from an address off our subnets ignored', {address: source.address});
			stats.recordOffLink(source.address, clock.monotonic());
			return;
		}

		const freshness = counters.judge(content.peer, content.counter, proof);
		if (freshness === 'ignored') return;
		stats.recordBeacon(content.peer, source.address, path, content.name, clock.monotonic());
		if (freshness === 'copy') {
			if (content.kind !== 'leaving')
				options.alternateAddressFound(content.peer, {host: source.address, port: content.port});
			return;
		}

		counters.record(content.peer, content.counter, proof !== undefined);
		debug('discovery', 'beacon received', {kind: content.kind, path, address: source.address, port: content.port});
		if (content.kind === 'leaving') {
			stats.removePeer(content.peer);
			options.peerLeft(content.peer);
			return;
		}

		options.peerFound(content.peer, {host: source.address, port: content.port}, path);
		if (content.kind === 'here' && !options.isConnected(content.peer)) answer(source);
	}

	function answer(source: DatagramSource): void {
		if (stopped || options.tcpPort() === 0 || !within(answerWindow, MAX_BEACON_ANSWERS_PER_SECOND)) return;
		counter += 1;
		beacon.send(datagram('answer'), source.address, source.port);
	}

	function received(bytes: Uint8Array, source: DatagramSource): void {
		if (stopped || !within(receivedWindow, MAX_BEACONS_PER_SECOND)) return;
		const decoded = decodeBeacon(bytes, keys.tag, mac);
		if (decoded.type !== 'beacon') debug('discovery', `datagram ignored: ${decoded.type}`, {address: source.address});
		if (decoded.type === 'beacon') onBeacon(decoded.beacon, decoded.proof, source);
		else if (decoded.type === 'foreign' && decoded.leaving) stats.removeForeignNode(decoded.peer);
		else if (decoded.type === 'foreign') stats.recordForeignNode(decoded.peer, clock.monotonic());
		else if (decoded.type === 'other-version')
			stats.recordOtherVersion(
				formatHostAddress({host: source.address, port: source.port}),
				decoded.version,
				clock.monotonic(),
			);
	}

	return {
		async listen() {
			// Beacons are ignored until all sockets are open, because the local subnets are not known before that.
			const {port} = await beacon.start((bytes, source) => isListening && received(bytes, source));
			isListening = true;
			return port;
		},
		start() {
			isStarted = true;
			schedule.burst();
		},
		burst() {
			if (!stopped) schedule.burst();
		},
		foreignNodes: () => stats.foreignNodes(clock.monotonic()),
		stats,
		received,
		stop() {
			if (stopped) return;
			if (isStarted) send('leaving');
			stopped = true;
			schedule.stop();
		},
	};
}
