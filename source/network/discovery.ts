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
} from '../codec/beacon-datagram.js';
import type {PeerId} from '../core/ids.js';
import {MAX_BEACON_ANSWERS_PER_SECOND, MAX_BEACONS_PER_SECOND, MAX_CANDIDATES} from '../core/limits.js';
import type {Beacon, DatagramSource} from './beacon.js';
import {createBeaconSchedule} from './beacon-schedule.js';
import type {Address} from './candidate.js';
import type {Clock, Random} from './clock.js';
import type {Debug} from './debug.js';
import {createHearing, type HeardPath, type Hearing, remember} from './hearing.js';
import {PROTOCOL_VERSION} from './version.js';

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
	heard(peer: PeerId, address: Address, path: HeardPath): void;
	/** What was just heard came from this address as well. */
	alsoAt(peer: PeerId, address: Address): void;
	/** It said that it leaves. */
	leaving(peer: PeerId): void;
	/** Called at every beat, after the interfaces were read anew. */
	beat(): void;
}

export interface Discovery {
	start(): void;
	/** Announce in a burst: after start, after sleep, when the interfaces changed. */
	burst(): void;
	/** Distinct senders of another room or secret in the last minute. */
	strangers(): number;
	/** For the doctor. */
	readonly hearing: Hearing;
	received(bytes: Uint8Array, source: DatagramSource): void;
	/** Says `leaving` and stops announcing. */
	stop(): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
	const {beacon, clock, random, self, debug} = options;
	const counters = new Map<PeerId, number>();
	const hearing = createHearing();
	const schedule = createBeaconSchedule({clock, random, connectedCount: options.connectedCount, announce});
	let counter = 0;
	const answers = {from: Number.NEGATIVE_INFINITY, count: 0};
	const heard = {from: Number.NEGATIVE_INFINITY, count: 0};
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
	function spread(kind: BeaconKind): void {
		counter += 1;
		beacon.broadcast(datagram(kind, 'broadcast'), datagram(kind, 'multicast'));
	}

	function announce(): void {
		spread('here');
		options.beat();
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
			hearing.echoed(source.address, path);
			return;
		}

		const last = counters.get(content.peer) ?? -1;
		if (content.counter < last) return;
		if (!options.isOnLink(source.address)) {
			debug('discovery', 'beacon from an address off our subnets ignored', {address: source.address});
			hearing.offLink(source.address, clock.monotonic());
			return;
		}

		hearing.heard(content.peer, source.address, path, content.name, clock.monotonic());
		if (content.counter === last) {
			if (content.kind !== 'leaving') options.alsoAt(content.peer, {host: source.address, port: content.port});
			return;
		}

		remember(counters, content.peer, content.counter, MAX_CANDIDATES);
		if (content.kind === 'leaving') {
			hearing.left(content.peer);
			options.leaving(content.peer);
			return;
		}

		options.heard(content.peer, {host: source.address, port: content.port}, path);
		if (content.kind === 'here' && !options.isConnected(content.peer)) answer(source);
	}

	function answer(source: DatagramSource): void {
		if (stopped || !within(answers, MAX_BEACON_ANSWERS_PER_SECOND)) return;
		counter += 1;
		beacon.send(datagram('answer'), source.address, source.port);
	}

	return {
		start: schedule.burst,
		burst() {
			if (!stopped) schedule.burst();
		},
		strangers: () => hearing.strangers(clock.monotonic()),
		hearing,
		received(bytes, source) {
			if (stopped || !within(heard, MAX_BEACONS_PER_SECOND)) return;
			const decoded = decodeBeacon(bytes, options.roomTag, options.mac);
			if (decoded.type === 'beacon') onBeacon(decoded.beacon, source);
			else if (decoded.type === 'stranger' && decoded.leaving) hearing.strangerLeft(decoded.peer);
			else if (decoded.type === 'stranger') hearing.stranger(decoded.peer, clock.monotonic());
			else if (decoded.type === 'other-version')
				hearing.otherVersion(`${source.address}:${source.port}`, decoded.version, clock.monotonic());
		},
		stop() {
			if (stopped) return;
			spread('leaving');
			stopped = true;
			schedule.stop();
		},
	};
}
