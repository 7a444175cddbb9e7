/**
 * Statistics of received beacons for the doctor: numbers of beacons by source address, and recent senders. Every table
 * has a maximum size.
 */
import type {BeaconPath} from '../../codec/beacon-datagram.js';
import type {PeerId} from '../../core/event.js';
import {MAX_CANDIDATES, MAX_FOREIGN_NODES, VANISHED_AFTER_MS} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';

/** How a beacon arrived: by broadcast, by multicast, or as the answer to a beacon of this node. */
export type BeaconRoute = BeaconPath | 'answer';

/** Numbers of beacons from one source address: by broadcast, by multicast, and as answers. */
export type RouteCounts = Readonly<Record<BeaconRoute, number>>;

/** Summary of the beacons of one peer. */
export interface BeaconPeer {
	/** Name in the last beacon of the peer that contained a name. It is cleaned, so that it can be displayed. */
	readonly name: string | undefined;
	readonly paths: readonly BeaconRoute[];
	/** Time at which the newest beacon arrived, in monotonic ms. */
	readonly at: number;
}

/** Statistics of received beacons. `now`: current time in monotonic ms. */
export interface BeaconStats {
	/** Counts a beacon of this node that came back to it. */
	recordEcho(address: string, path: BeaconRoute): void;
	recordBeacon(peer: PeerId, address: string, path: BeaconRoute, name: string | undefined, now: number): void;
	recordForeignNode(id: string, now: number): void;
	/**
	 * Removes a node of another room after its announcement that it leaves. The announcement cannot be verified,
	 * because this node does not have the key of the other room.
	 */
	removeForeignNode(id: string): void;
	recordOtherVersion(sender: string, version: number, now: number): void;
	recordOffLink(address: string, now: number): void;
	/** Numbers of beacons of this node that came back to it, by source address. */
	echoesBySource(): LruMap<string, RouteCounts>;
	/** Numbers of beacons of other nodes of this room, by source address. */
	beaconsBySource(): LruMap<string, RouteCounts>;
	peer(peer: PeerId): BeaconPeer | undefined;
	/** Removes a peer after its announcement that it leaves, so that the doctor does not report that it is silent. */
	removePeer(peer: PeerId): void;
	/** Number of nodes of another room, or with another secret, that sent a beacon in the last minute. */
	foreignNodes(now: number): number;
	/**
	 * Protocol versions of nodes that sent a beacon in the last minute and do not use the version of this node. One
	 * number for each node.
	 */
	otherVersions(now: number): readonly number[];
	/** Addresses that sent a beacon in the last minute and are outside the subnets of this computer. */
	offLinkAddresses(now: number): readonly string[];
}

const NO_BEACONS: RouteCounts = {broadcast: 0, multicast: 0, answer: 0};

function count(counts: LruMap<string, RouteCounts>, address: string, path: BeaconRoute): void {
	const before = counts.get(address) ?? NO_BEACONS;
	counts.set(address, {...before, [path]: before[path] + 1});
}

/** Deletes entries older than VANISHED_AFTER_MS and returns the remaining entries. */
function recent<V extends {readonly at: number}>(map: LruMap<string, V>, now: number): V[] {
	for (const [key, {at}] of map) if (at < now - VANISHED_AFTER_MS) map.delete(key);
	return [...map.values()];
}

export function createBeaconStats(): BeaconStats {
	const echoes = new LruMap<string, RouteCounts>(MAX_FOREIGN_NODES);
	const beacons = new LruMap<string, RouteCounts>(MAX_FOREIGN_NODES);
	const peers = new LruMap<PeerId, BeaconPeer>(MAX_CANDIDATES);
	const foreignNodes = new LruMap<string, {at: number}>(MAX_FOREIGN_NODES);
	const otherVersions = new LruMap<string, {at: number; version: number}>(MAX_FOREIGN_NODES);
	const offLink = new LruMap<string, {at: number; address: string}>(MAX_FOREIGN_NODES);

	return {
		recordEcho: (address, path) => count(echoes, address, path),
		recordBeacon(peer, address, path, name, at) {
			count(beacons, address, path);
			const known = peers.get(peer);
			const paths = new Set([...(known?.paths ?? []), path]);
			peers.set(peer, {name: name ?? known?.name, paths: [...paths], at});
		},
		recordForeignNode: (id, at) => void foreignNodes.set(id, {at}),
		removeForeignNode: id => void foreignNodes.delete(id),
		recordOtherVersion: (sender, version, at) => void otherVersions.set(sender, {at, version}),
		recordOffLink: (address, at) => void offLink.set(address, {at, address}),
		echoesBySource: () => echoes,
		beaconsBySource: () => beacons,
		peer: peer => peers.get(peer),
		removePeer: peer => void peers.delete(peer),
		foreignNodes: now => recent(foreignNodes, now).length,
		otherVersions: now => recent(otherVersions, now).map(({version}) => version),
		offLinkAddresses: now => recent(offLink, now).map(({address}) => address),
	};
}
