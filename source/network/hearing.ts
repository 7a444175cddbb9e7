/** Who was heard on UDP, and how: counters and recent senders for the doctor. Every table is bounded. */
import type {BeaconPath} from '../codec/beacon-datagram.js';
import type {PeerId} from '../core/ids.js';
import {MAX_CANDIDATES, MAX_STRANGERS, VANISHED_AFTER_MS} from '../core/limits.js';

/** How a beacon came. */
export type HeardPath = BeaconPath | 'answer';

/** Datagrams from one source address. */
export type HeardCounts = Readonly<Record<HeardPath, number>>;

/** What the beacons of one peer say. */
export interface HeardPeer {
	/** Of its last beacon with a name, cleaned. */
	readonly name: string | undefined;
	readonly paths: readonly HeardPath[];
	/** When the newest came, monotonic ms. */
	readonly at: number;
}

export interface Hearing {
	/** Our own beacon came back. */
	echoed(address: string, path: HeardPath): void;
	heard(peer: PeerId, address: string, path: HeardPath, name: string | undefined, now: number): void;
	stranger(id: string, now: number): void;
	/** It says that it leaves; nobody can tell whether it is true, as little as that it was there. */
	strangerLeft(id: string): void;
	otherVersion(sender: string, version: number, now: number): void;
	offLink(address: string, now: number): void;
	/** By source address. */
	echoes(): ReadonlyMap<string, HeardCounts>;
	heardFrom(): ReadonlyMap<string, HeardCounts>;
	of(peer: PeerId): HeardPeer | undefined;
	/** It said that it leaves: that it is silent from now on is no riddle. */
	left(peer: PeerId): void;
	/** Distinct senders of the last minute. */
	strangers(now: number): number;
	otherVersions(now: number): readonly number[];
	/** Addresses outside our subnets of the last minute. */
	offLinkAddresses(now: number): readonly string[];
}

/** A map of limited size: the oldest entry goes. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
	map.delete(key);
	map.set(key, value);
	if (map.size <= limit) return;
	for (const oldest of map.keys()) {
		map.delete(oldest);
		return;
	}
}

const NOTHING: HeardCounts = {broadcast: 0, multicast: 0, answer: 0};

function count(counts: Map<string, HeardCounts>, address: string, path: HeardPath): void {
	const before = counts.get(address) ?? NOTHING;
	remember(counts, address, {...before, [path]: before[path] + 1}, MAX_STRANGERS);
}

function recent<V extends {readonly at: number}>(map: Map<string, V>, now: number): V[] {
	for (const [key, {at}] of map) if (at < now - VANISHED_AFTER_MS) map.delete(key);
	return [...map.values()];
}

/** `now` in monotonic ms. */
export function createHearing(): Hearing {
	const echoes = new Map<string, HeardCounts>();
	const heardFrom = new Map<string, HeardCounts>();
	const peers = new Map<PeerId, HeardPeer>();
	const strangers = new Map<string, {at: number}>();
	const otherVersions = new Map<string, {at: number; version: number}>();
	const offLink = new Map<string, {at: number; address: string}>();

	return {
		echoed: (address, path) => count(echoes, address, path),
		heard(peer, address, path, name, at) {
			count(heardFrom, address, path);
			const known = peers.get(peer);
			const paths = new Set([...(known?.paths ?? []), path]);
			remember(peers, peer, {name: name ?? known?.name, paths: [...paths], at}, MAX_CANDIDATES);
		},
		stranger: (id, at) => remember(strangers, id, {at}, MAX_STRANGERS),
		strangerLeft: id => void strangers.delete(id),
		otherVersion: (sender, version, at) => remember(otherVersions, sender, {at, version}, MAX_STRANGERS),
		offLink: (address, at) => remember(offLink, address, {at, address}, MAX_STRANGERS),
		echoes: () => echoes,
		heardFrom: () => heardFrom,
		of: peer => peers.get(peer),
		left: peer => void peers.delete(peer),
		strangers: now => recent(strangers, now).length,
		otherVersions: now => recent(otherVersions, now).map(({version}) => version),
		offLinkAddresses: now => recent(offLink, now).map(({address}) => address),
	};
}
