/**
 * What to announce, whom to answer, what a heard beacon means (design.md, 3, Discovery). It moves meaning; `beacon.ts`
 * moves bytes; when to announce stands in `beacon-schedule.ts`.
 */
import {
	type BeaconDatagram,
	type BeaconKind,
	type BeaconMac,
	type BeaconPath,
	decodeBeacon,
	encodeBeacon,
} from '../../codec/beacon-datagram.js';
import type {Clock, Debug, Random} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {MAX_BEACON_ANSWERS_PER_SECOND, MAX_BEACONS_PER_SECOND, MAX_CANDIDATES} from '../../core/limits.js';
import type {HostAddress} from '../ip-address.js';
import {PROTOCOL_VERSION} from '../link/handshake.js';
import type {Beacon, DatagramSource} from './beacon.js';
import {createBeaconSchedule} from './beacon-schedule.js';
import {type BeaconRoute, type BeaconStats, createBeaconStats, setBounded} from './beacon-stats.js';

export interface DiscoveryOptions {
	readonly self: PeerId;
	readonly roomTag: Uint8Array;
	readonly mac: BeaconMac;
	readonly beacon: Beacon;
	readonly clock: Clock;
	readonly random: Random;
	readonly debug: Debug;
	/** UDP port of the room: where answers to a `--peer` without TCP port could go, and the shared port. */
	readonly tcpPort: number;
	/** The name to announce; undefined in a room with a secret. */
	name(): string | undefined;
	connectedCount(): number;
	isConnected(peer: PeerId): boolean;
	/** Whether an address is on one of our own subnets: others are not believed. */
	isOnLink(address: string): boolean;
	/** A peer of this room is there. */
	peerFound(peer: PeerId, address: HostAddress, path: BeaconRoute): void;
	/** What was just heard came from this address as well. */
	addAlternateAddress(peer: PeerId, address: HostAddress): void;
	/** It said that it leaves. */
	peerLeft(peer: PeerId): void;
	/** Called at every beat, after the interfaces were read anew. */
	onTick(): void;
}

export interface Discovery {
	start(): void;
	/** Announce in a burst: after start, after sleep, when the interfaces changed. */
	burst(): void;
	/** Distinct senders of another room or secret in the last minute. */
	foreignNodes(): number;
	/** For the doctor. */
	readonly stats: BeaconStats;
	received(bytes: Uint8Array, source: DatagramSource): void;
	/** Says `leaving` and stops announcing. */
	stop(): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
	const {beacon, clock, random, self, debug} = options;
	const counters = new Map<PeerId, number>();
	const stats = createBeaconStats();
	const schedule = createBeaconSchedule({clock, random, connectedCount: options.connectedCount, announce});
	let counter = 0;
	const answerWindow = {from: Number.NEGATIVE_INFINITY, count: 0};
	const receivedWindow = {from: Number.NEGATIVE_INFINITY, count: 0};
	let stopped = false;

	function datagram(kind: BeaconKind, path?: BeaconPath): Uint8Array {
		const name = options.name();
		const content: BeaconDatagram = {
			version: PROTOCOL_VERSION,
			roomTag: options.roomTag,
			peer: self,
			port: options.tcpPort,
			...(name === undefined ? {} : {name}),
			kind,
			...(path && {path}),
			counter,
		};
		return encodeBeacon(content, options.mac);
	}

	/** Two copies of one announcement, with the same counter, that say how they went out. */
	function send(kind: BeaconKind): void {
		counter += 1;
		beacon.broadcast(datagram(kind, 'broadcast'), datagram(kind, 'multicast'));
	}

	function announce(): void {
		send('here');
		options.onTick();
	}

	/** At most so many a second. */
	function within(window: {from: number; count: number}, limit: number): boolean {
		const now = clock.monotonic();
		if (now - window.from >= 1000) {
			window.from = now;
			window.count = 0;
		}

		window.count += 1;
		return window.count <= limit;
	}

	function onBeacon(content: BeaconDatagram, source: DatagramSource): void {
		const path = content.kind === 'answer' ? 'answer' : (content.path ?? 'broadcast');
		if (content.peer === self) {
			stats.recordEcho(source.address, path);
			return;
		}

		const last = counters.get(content.peer) ?? -1;
		if (content.counter < last) return;
		if (!options.isOnLink(source.address)) {
			debug('discovery', 'beacon from an address off our subnets ignored', {address: source.address});
			stats.recordOffLink(source.address, clock.monotonic());
			return;
		}

		stats.recordBeacon(content.peer, source.address, path, content.name, clock.monotonic());
		if (content.counter === last) {
			if (content.kind !== 'leaving')
				options.addAlternateAddress(content.peer, {host: source.address, port: content.port});
			return;
		}

		setBounded(counters, content.peer, content.counter, MAX_CANDIDATES);
		if (content.kind === 'leaving') {
			stats.removePeer(content.peer);
			options.peerLeft(content.peer);
			return;
		}

		options.peerFound(content.peer, {host: source.address, port: content.port}, path);
		if (content.kind === 'here' && !options.isConnected(content.peer)) answer(source);
	}

	function answer(source: DatagramSource): void {
		if (stopped || !within(answerWindow, MAX_BEACON_ANSWERS_PER_SECOND)) return;
		counter += 1;
		beacon.send(datagram('answer'), source.address, source.port);
	}

	return {
		start: schedule.burst,
		burst() {
			if (!stopped) schedule.burst();
		},
		foreignNodes: () => stats.foreignNodes(clock.monotonic()),
		stats,
		received(bytes, source) {
			if (stopped || !within(receivedWindow, MAX_BEACONS_PER_SECOND)) return;
			const decoded = decodeBeacon(bytes, options.roomTag, options.mac);
			if (decoded.type === 'beacon') onBeacon(decoded.beacon, source);
			else if (decoded.type === 'stranger' && decoded.leaving) stats.removeForeignNode(decoded.peer);
			else if (decoded.type === 'stranger') stats.recordForeignNode(decoded.peer, clock.monotonic());
			else if (decoded.type === 'other-version')
				stats.recordOtherVersion(`${source.address}:${source.port}`, decoded.version, clock.monotonic());
		},
		stop() {
			if (stopped) return;
			send('leaving');
			stopped = true;
			schedule.stop();
		},
	};
}
