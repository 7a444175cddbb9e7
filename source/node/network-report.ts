/**
 * Snapshot of the network of this node: interfaces, counters and peers. The doctor draws its conclusions from it, and
 * the network pane shows it. `doctor --json` prints it, so its keys must not change.
 */
import type {PeerId} from '../core/event.js';
import {BEACON_INTERVAL_CROWD_MS, MAX_DIAL_FAILURES} from '../core/limits.js';
import {findPeer} from '../core/roster.js';
import {formatFingerprintSuffix, nameOf} from '../core/select-peers.js';
import type {DiscoverySource} from '../network/dial/candidate.js';
import type {Dialler, DialReport} from '../network/dial/dialler.js';
import type {Beacon} from '../network/discovery/beacon.js';
import type {BeaconPeer, BeaconStats} from '../network/discovery/beacon-stats.js';
import type {Discovery} from '../network/discovery/discovery.js';
import {formatHostAddress} from '../network/ip-address.js';
import type {PeerLink} from '../network/link/peer-link.js';
import type {Mesh} from '../network/mesh/mesh.js';
import type {Transport} from '../network/transport/transport.js';
import {type InterfaceReport, reportInterfaceFailure, reportInterfaces} from './interface-report.js';
import type {Store} from './store.js';

export interface NetworkReport {
	readonly room: string;
	readonly hasSecret: boolean;
	/** Whether the user restricted the node to this computer (`--interface lo`). */
	readonly loopbackOnly: boolean;
	/** Time for which this node has sent beacons and listened for beacons, in ms. */
	readonly listeningMs: number;
	readonly interfaces: readonly InterfaceReport[];
	/** Reason, as text, why the interfaces cannot be read now. */
	readonly interfaceFailure?: string;
	readonly peers: readonly PeerReport[];
	readonly udpPort: number;
	readonly tcpPort: number;
	/** Number of nodes of another room, or with another secret, that sent a beacon in the last minute. */
	readonly strangers: number;
	/** Number of nodes with another protocol version that sent a beacon in the last minute. */
	readonly otherVersions: number;
	/** Protocol versions of the nodes that `otherVersions` counts, in ascending order. */
	readonly otherVersionNumbers: readonly number[];
	/**
	 * Addresses whose beacons were ignored in the last minute, because they are outside all subnets of this computer.
	 */
	readonly offLink: readonly string[];
	/** Number of incoming connections that did not prove the secret, for example port scans. */
	readonly refusedConnections: number;
	/** Time in ms that this node adds to its wall clock to follow the clocks of the room. */
	readonly clockCorrectionMs: number;
}

export interface PeerReport {
	readonly peer?: PeerId;
	readonly name?: string;
	/** Start of the fingerprint, for example `#a1b2c3d4`. Present only if another peer has the same name. */
	readonly mark?: string;
	readonly addresses: readonly string[];
	/**
	 * How this node has learnt of the peer. `answer`: the peer has answered a beacon of this node, so it receives these
	 * beacons.
	 */
	readonly heardBy: readonly DiscoverySource[];
	readonly connected: boolean;
	readonly direction?: 'dialled' | 'accepted';
	/** Address and error text of the last dial. Missing if it succeeded. */
	readonly lastError?: string;
	readonly lastFailure?: {readonly host: string; readonly port: number; readonly code: string; readonly text: string};
	/** Time since the last beacon of the peer, in ms. */
	readonly lastHeardMs?: number;
	/**
	 * Time that the dial took until the connection was open, in ms. Only the doctor measures it, when it runs on its
	 * own.
	 */
	readonly connectMs?: number;
	/** Whether the peer could connect to this node. Only the doctor tries both directions, when it runs on its own. */
	readonly reachesUs?: boolean;
	readonly roundTripMs?: number;
	readonly clockOffsetMs?: number;
	readonly version?: string;
	readonly queuedBytes?: number;
}

export interface NetworkReportSources {
	readonly beacon: Beacon;
	readonly transport: Transport;
	readonly dialler: Dialler;
	readonly mesh: Mesh;
	readonly discovery: Discovery;
	/** Peer id and ports of this node. Undefined before the node has started. */
	readonly self: {readonly peer: PeerId; readonly udpPort: number; readonly tcpPort: number} | undefined;
	readonly store: Store;
	readonly room: string;
	readonly hasSecret: boolean;
	readonly loopbackOnly: boolean;
	/** Current time in monotonic ms. */
	readonly now: number;
	/** Time at which the node started, in monotonic ms. */
	readonly startedAt: number;
	readonly clockCorrectionMs: number;
}

/** Creates the report of a running node. `sources.now`: time of the report. */
export function createNetworkReport(sources: NetworkReportSources): NetworkReport {
	const {beacon, discovery, self, now, room, hasSecret, loopbackOnly, clockCorrectionMs} = sources;
	const beaconStats = discovery.stats;
	return {
		room,
		hasSecret,
		loopbackOnly,
		listeningMs: self ? now - sources.startedAt : 0,
		interfaces: reportInterfaces(beacon, beaconStats),
		...reportInterfaceFailure(beacon),
		peers: reportPeers(sources),
		udpPort: self?.udpPort ?? 0,
		tcpPort: self?.tcpPort ?? 0,
		...reportForeignNodes(beaconStats, now),
		refusedConnections: sources.transport.refused,
		clockCorrectionMs,
	};
}

/**
 * Reports nearby nodes that this node cannot connect to, because of their room, version or address. `now`: monotonic
 * ms.
 */
export function reportForeignNodes(
	beaconStats: BeaconStats,
	now: number,
): Pick<NetworkReport, 'strangers' | 'otherVersions' | 'otherVersionNumbers' | 'offLink'> {
	const versions = beaconStats.otherVersions(now);
	return {
		strangers: beaconStats.foreignNodes(now),
		otherVersions: versions.length,
		otherVersionNumbers: [...new Set(versions)].sort((a, b) => a - b),
		offLink: beaconStats.offLinkAddresses(now),
	};
}

function reportPeers(sources: NetworkReportSources): PeerReport[] {
	const reports = new Map<string, PeerReport>();
	for (const dial of sources.dialler.reports()) {
		if (isGone(dial, sources)) continue;
		const key = dial.peer ?? dial.addresses.map(formatHostAddress).join();
		reports.set(key, mergePeerReports(reports.get(key), reportDial(dial, sources)));
	}

	for (const link of sources.mesh.links()) reports.set(link.peer, reportLink(link, reports.get(link.peer), sources));
	return [...reports.values()];
}

/**
 * Whether a peer is gone, so that the report leaves it out: no beacon of it has arrived for a while, and it has left,
 * was reported as lost, or cannot be dialled. Two kinds of peers always stay in the report, because the doctor explains
 * their state: targets of the user, and peers that only other peers can reach.
 */
function isGone({peer, failures, sources}: DialReport, {store, discovery, now}: NetworkReportSources): boolean {
	if (peer === undefined || sources.includes('peer-flag')) return false;
	const heard = discovery.stats.peer(peer);
	if (heard && now - heard.at < BEACON_INTERVAL_CROWD_MS) return false;
	const known = findPeer(store.getState().roster, peer);
	if (known && (known.left !== undefined || known.lost[known.absences] !== undefined)) return true;
	return failures >= MAX_DIAL_FAILURES && !sources.includes('exchange');
}

/** Merges two reports about one peer. There are two if both a `--peer` target and a beacon led to the peer. */
function mergePeerReports(known: PeerReport | undefined, more: PeerReport): PeerReport {
	if (!known) return more;
	return {
		...known,
		...more,
		addresses: [...new Set([...known.addresses, ...more.addresses])],
		heardBy: [...new Set([...known.heardBy, ...more.heardBy])],
	};
}

function reportLastHeard(heard: BeaconPeer | undefined, now: number): Pick<PeerReport, 'lastHeardMs'> {
	return heard ? {lastHeardMs: Math.round(now - heard.at)} : {};
}

function reportDial(dial: DialReport, {store, discovery, self, now}: NetworkReportSources): PeerReport {
	const {peer, addresses, sources: heardBy, lastFailure} = dial;
	const isSelf = peer !== undefined && peer === self?.peer;
	const heard = peer === undefined ? undefined : discovery.stats.peer(peer);
	const name = peer && (heard?.name ?? nameOf(store.getState(), peer));
	const mark = peer && formatFingerprintSuffix(store.getState(), peer);
	return {
		addresses: addresses.map(formatHostAddress),
		heardBy: [...new Set([...(heard?.paths ?? []), ...heardBy])],
		connected: false,
		...reportLastHeard(heard, now),
		...(peer !== undefined && {peer}),
		...(name !== undefined && {name}),
		...(mark && {mark}),
		...(lastFailure &&
			!isSelf && {
				lastError: `${formatHostAddress(lastFailure.address)}: ${lastFailure.text}`,
				lastFailure: {...lastFailure.address, code: lastFailure.code, text: lastFailure.text},
			}),
	};
}

function reportLink(
	link: PeerLink,
	known: PeerReport | undefined,
	{store, discovery, now}: NetworkReportSources,
): PeerReport {
	const {roundTripMs, clockOffsetMs} = link;
	const heard = discovery.stats.peer(link.peer);
	const mark = formatFingerprintSuffix(store.getState(), link.peer);
	return {
		...known,
		...reportLastHeard(heard, now),
		peer: link.peer,
		name: nameOf(store.getState(), link.peer),
		...(mark && {mark}),
		addresses: known?.addresses ?? [formatHostAddress({host: link.remoteAddress, port: link.hello.port})],
		heardBy: known?.heardBy ?? heard?.paths ?? [],
		connected: true,
		direction: link.dialled ? 'dialled' : 'accepted',
		version: link.hello.program,
		queuedBytes: link.queuedBytes,
		...(roundTripMs !== undefined && {roundTripMs}),
		...(clockOffsetMs !== undefined && {clockOffsetMs}),
	};
}
