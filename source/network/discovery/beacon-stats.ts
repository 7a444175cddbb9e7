/** Who was heard on UDP, and how: counters and recent senders for the doctor. Every table is bounded. */
import type {BeaconPath} from '../../codec/beacon-datagram.js';
import type {PeerId} from '../../core/event.js';
import {MAX_CANDIDATES, MAX_FOREIGN_NODES, VANISHED_AFTER_MS} from '../../core/limits.js';

/** How a beacon came. */
export type BeaconRoute = BeaconPath | 'answer';

/** Datagrams from one source address. */
export type RouteCounts = Readonly<Record<BeaconRoute, number>>;

/** What the beacons of one peer say. */
export interface BeaconPeer {
	/** Of its last beacon with a name, cleaned. */
	readonly name: string | undefined;
	readonly paths: readonly BeaconRoute[];
	/** When the newest came, monotonic ms. */
	readonly at: number;
}

export interface BeaconStats {
	/** Our own beacon came back. */
	recordEcho(address: string, path: BeaconRoute): void;
	recordBeacon(peer: PeerId, address: string, path: BeaconRoute, name: string | undefined, now: number): void;
	recordForeignNode(id: string, now: number): void;
	/** It says that it leaves; nobody can tell whether it is true, as little as that it was there. */
	removeForeignNode(id: string): void;
	recordOtherVersion(sender: string, version: number, now: number): void;
	recordOffLink(address: string, now: number): void;
	/** By source address. */
	echoesBySource(): ReadonlyMap<string, RouteCounts>;
	beaconsBySource(): ReadonlyMap<string, RouteCounts>;
	peer(peer: PeerId): BeaconPeer | undefined;
	/** It said that it leaves: that it is silent from now on is no riddle. */
	removePeer(peer: PeerId): void;
	/** Distinct senders of the last minute. */
	foreignNodes(now: number): number;
	otherVersions(now: number): readonly number[];
	/** Addresses outside our subnets of the last minute. */
	offLinkAddresses(now: number): readonly string[];
}

/** A map of limited size: the oldest entry goes. */
export function setBounded<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
	map.delete(key);
	map.set(key, value);
	if (map.size <= limit) return;
	for (const oldest of map.keys()) {
		map.delete(oldest);
		return;
	}
}

const NOTHING: RouteCounts = {broadcast: 0, multicast: 0, answer: 0};

function count(counts: Map<string, RouteCounts>, address: string, path: BeaconRoute): void {
	const before = counts.get(address) ?? NOTHING;
	setBounded(counts, address, {...before, [path]: before[path] + 1}, MAX_FOREIGN_NODES);
}

function recent<V extends {readonly at: number}>(map: Map<string, V>, now: number): V[] {
	for (const [key, {at}] of map) if (at < now - VANISHED_AFTER_MS) map.delete(key);
	return [...map.values()];
}

/** `now` in monotonic ms. */
export function createBeaconStats(): BeaconStats {
	const echoes = new Map<string, RouteCounts>();
	const heardFrom = new Map<string, RouteCounts>();
	const peers = new Map<PeerId, BeaconPeer>();
	const strangers = new Map<string, {at: number}>();
	const otherVersions = new Map<string, {at: number; version: number}>();
	const offLink = new Map<string, {at: number; address: string}>();

	return {
		recordEcho: (address, path) => count(echoes, address, path),
		recordBeacon(peer, address, path, name, at) {
			count(heardFrom, address, path);
			const known = peers.get(peer);
			const paths = new Set([...(known?.paths ?? []), path]);
			setBounded(peers, peer, {name: name ?? known?.name, paths: [...paths], at}, MAX_CANDIDATES);
		},
		recordForeignNode: (id, at) => setBounded(strangers, id, {at}, MAX_FOREIGN_NODES),
		removeForeignNode: id => void strangers.delete(id),
		recordOtherVersion: (sender, version, at) => setBounded(otherVersions, sender, {at, version}, MAX_FOREIGN_NODES),
		recordOffLink: (address, at) => setBounded(offLink, address, {at, address}, MAX_FOREIGN_NODES),
		echoesBySource: () => echoes,
		beaconsBySource: () => heardFrom,
		peer: peer => peers.get(peer),
		removePeer: peer => void peers.delete(peer),
		foreignNodes: now => recent(strangers, now).length,
		otherVersions: now => recent(otherVersions, now).map(({version}) => version),
		offLinkAddresses: now => recent(offLink, now).map(({address}) => address),
	};
}
