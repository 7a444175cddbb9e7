/**
 * Statistics of received beacons for the doctor: counts by source address, and recent senders. They have a maximum
 * size.
 */
import type {BeaconPath} from '../../codec/beacon-datagram.js';
import type {PeerId} from '../../core/event.js';
import {MAX_CANDIDATES, MAX_FOREIGN_NODES, VANISHED_AFTER_MS} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';

/** Way in which a beacon arrived. */
export type BeaconRoute = BeaconPath | 'answer';

/** Number of beacons from one source address, for each route. */
export type RouteCounts = Readonly<Record<BeaconRoute, number>>;

/** Summary of the beacons of one peer. */
export interface BeaconPeer {
	/** Cleaned name in the last beacon that contained a name. */
	readonly name: string | undefined;
	readonly paths: readonly BeaconRoute[];
	/** Arrival time of the newest beacon, in monotonic ms. */
	readonly at: number;
}

/** `now`: monotonic ms. */
export interface BeaconStats {
	/** Counts a beacon that this node sent and also received. */
	recordEcho(address: string, path: BeaconRoute): void;
	recordBeacon(peer: PeerId, address: string, path: BeaconRoute, name: string | undefined, now: number): void;
	recordForeignNode(id: string, now: number): void;
	/** Removes a foreign node that announced that it leaves. Such an announcement cannot be verified. */
	removeForeignNode(id: string): void;
	recordOtherVersion(sender: string, version: number, now: number): void;
	recordOffLink(address: string, now: number): void;
	/** Counts of beacons that this node sent and also received, by source address. */
	echoesBySource(): LruMap<string, RouteCounts>;
	/** Counts of beacons of other nodes, by source address. */
	beaconsBySource(): LruMap<string, RouteCounts>;
	peer(peer: PeerId): BeaconPeer | undefined;
	/** Removes a peer that announced that it leaves, so that the doctor does not report its silence. */
	removePeer(peer: PeerId): void;
	/** Number of nodes with another room or secret that sent a beacon in the last minute. */
	foreignNodes(now: number): number;
	/**
	 * Protocol versions in beacons of the last minute that differ from the version of this node, one for each sender.
	 */
	otherVersions(now: number): readonly number[];
	/** Addresses outside the subnets of this computer that sent a beacon in the last minute. */
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
