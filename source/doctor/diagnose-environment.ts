/** Findings about the network and the nodes in it: other rooms and versions, client isolation, clocks, slow connections. */

import {describeDuration} from '../core/format-quantity.js';
import {BEACON_INTERVAL_CROWD_MS, BEACON_JITTER, CLOCK_OFFSET_SHOWN_MS, SEND_HIGH_WATER_BYTES} from '../core/limits.js';
import {cleanLine} from '../core/text.js';
import {isInSubnet} from '../network/ip-address.js';
import {LOWEST_VERSION, PROTOCOL_VERSION} from '../network/link/handshake.js';
import type {NetworkReport, PeerReport} from '../node/network-report.js';
import {describeOwnRoom} from './diagnose-peers.js';
import type {Finding, FindingLevel} from './finding.js';
import {addressOf, connectedPeers, formatPeers, hostOf, isHeardByBeacon, isRecentlySeen} from './finding.js';

/**
 * Maximum time until a peer answers the first beacons of this node, ms. If a peer is silent for longer, the beacons or
 * its answer were lost.
 */
const ANSWERED_AFTER_MS = 2400;
/**
 * Maximum interval between two beacons of a node, ms. A node of another room answers no beacons, so it is found only
 * when it sends its own next beacon.
 */
const ALL_ANNOUNCED_AFTER_MS = BEACON_INTERVAL_CROWD_MS * (1 + BEACON_JITTER);

/**
 * Returns the findings about the network as a whole. Findings about single peers that cannot be reached are in
 * diagnose-peers.ts.
 */
export function diagnoseEnvironment(report: NetworkReport): Finding[] {
	const connected = connectedPeers(report);
	const level: FindingLevel = connected.length > 0 ? 'info' : 'warn';
	const findings: (Finding | undefined)[] = [
		clientIsolation(report),
		otherRoom(report, level),
		foreignVersions(report, level),
		otherNetwork(report, level),
		...diagnoseClocks(connected, report.clockCorrectionMs),
		slowReaders(connected),
		refusedConnections(report),
	];
	return findings.filter(finding => finding !== undefined);
}

/**
 * Reports client isolation: the system delivers our own beacons back to us, but no beacon of another peer in our subnet
 * arrives.
 */
function clientIsolation(report: NetworkReport): Finding | undefined {
	if (report.listeningMs < ANSWERED_AFTER_MS) return undefined;
	const isOnOwnSubnet = (peer: PeerReport) =>
		report.interfaces.some(one => !one.loopback && isInSubnet(hostOf(addressOf(peer)), one.address, one.prefix));
	const receivesOwnBeacons = report.interfaces.some(one => !one.loopback && one.echoes > 0);
	const isUnresponsive = ({lastFailure}: PeerReport) =>
		lastFailure?.code === 'timeout' || lastFailure?.code === 'unreachable';
	const silentPeers = report.peers.filter(
		peer =>
			!isHeardByBeacon(peer) &&
			isRecentlySeen(peer) &&
			isOnOwnSubnet(peer) &&
			receivesOwnBeacons &&
			(peer.connected || isUnresponsive(peer)),
	);
	const reached = silentPeers.filter(peer => peer.connected);
	if (silentPeers.length === 0 || report.peers.some(peer => isHeardByBeacon(peer) && isOnOwnSubnet(peer)))
		return undefined;
	const next =
		'Switch off "AP isolation", "client isolation" or "guest mode" in the Wi-Fi access point, or use a cable or another Wi-Fi.';
	const [first] = reached;
	if (first) {
		return {
			code: 'isolated',
			level: 'warn',
			text: `${formatPeers(reached)} can be reached, but the beacons of ${reached.length === 1 ? 'this peer' : 'these peers'} do not arrive, while our own come back. The network, or a firewall on the other computer, drops broadcast and multicast. Many Wi-Fi access points do so to isolate their clients.`,
			next: `Connect with --peer ${addressOf(first)}. The address is remembered, and one connection leads to all peers. ${next}`,
		};
	}

	if (report.strangers > 0) return undefined;
	return {
		code: 'isolated',
		level: 'warn',
		text: `This network probably isolates its clients: our own beacons come back, no others arrive, and no answer comes from ${formatPeers(silentPeers)} in the same network.`,
		next,
	};
}

function otherRoom(report: NetworkReport, level: FindingLevel): Finding | undefined {
	const {strangers} = report;
	if (strangers === 0) return undefined;
	const least = report.listeningMs < ALL_ANNOUNCED_AFTER_MS ? 'At least ' : '';
	return {
		code: 'other-room',
		level,
		text: `${least}${strangers === 1 ? '1 node nearby uses' : `${strangers} nodes nearby use`} another room or secret. ${describeOwnRoom(report)}`,
		next: 'To chat with them, use the same --room and the same secret on all computers (--ask-secret asks for it).',
	};
}

function foreignVersions(
	{otherVersions, otherVersionNumbers}: NetworkReport,
	level: FindingLevel,
): Finding | undefined {
	if (otherVersions === 0) return undefined;
	const isNewer = otherVersionNumbers.some(version => version > PROTOCOL_VERSION);
	const ours = LOWEST_VERSION === PROTOCOL_VERSION ? `${PROTOCOL_VERSION}` : `${LOWEST_VERSION} to ${PROTOCOL_VERSION}`;
	return {
		code: 'other-version',
		level,
		text: `${otherVersions === 1 ? '1 node nearby speaks' : `${otherVersions} nodes nearby speak`} another version of the protocol (${otherVersionNumbers.join(', ')}; we speak ${ours}).`,
		next: `Install the newest version of p2pchat-ink on ${isNewer ? 'this computer' : 'the other computers'}.`,
	};
}

function otherNetwork({offLink}: NetworkReport, level: FindingLevel): Finding | undefined {
	if (offLink.length === 0) return undefined;
	const some = offLink
		.slice(0, 3)
		.map(address => cleanLine(address))
		.join(', ');
	return {
		code: 'other-network',
		level,
		text: `Beacons arrive from addresses outside the networks of this computer (${some}). Either two networks share one cable, or a network mask is wrong on one computer. These beacons are ignored.`,
		next: 'Set addresses and masks of one network on both computers, or start p2pchat-ink on one computer with the address of the other: --peer HOST:PORT',
	};
}

function diagnoseClocks(connected: readonly PeerReport[], correctionMs: number): Finding[] {
	const measured = connected.filter(peer => peer.clockOffsetMs !== undefined);
	const deviating = measured.filter(peer => Math.abs(peer.clockOffsetMs ?? 0) > CLOCK_OFFSET_SHOWN_MS);
	const [first] = deviating;
	const advice = 'Set the clock, or switch on network time,';
	const offset = first?.clockOffsetMs ?? correctionMs;
	if (correctionMs !== 0 || (deviating.length > 1 && deviating.length > measured.length / 2)) {
		const by = correctionMs === 0 ? offset : correctionMs;
		return [
			{
				code: 'clock-here',
				level: 'warn',
				text: `The clock of this computer is ${describeDuration(by)} ${by > 0 ? 'behind' : 'ahead of'} the others.`,
				next: `${advice} on this computer. The order of messages is correct anyway.`,
			},
		];
	}

	if (!first) return [];
	const difference = `${describeDuration(offset)} ${offset > 0 ? 'ahead of' : 'behind'}`;
	if (measured.length === 1) {
		const text = `The clock of ${formatPeers(deviating)} is ${difference} ours. One of the two is wrong.`;
		return [{code: 'clock-differs', level: 'warn', text, next: `${advice} on the computer whose clock is wrong.`}];
	}

	const text = `The clock of ${formatPeers(deviating)} is ${difference} ours and those of the others.`;
	return [
		{
			code: 'clock-there',
			level: 'warn',
			text,
			next: `${advice} on that computer. The order of messages is correct anyway.`,
		},
	];
}

function slowReaders(connected: readonly PeerReport[]): Finding | undefined {
	const slow = connected.filter(peer => (peer.queuedBytes ?? 0) > SEND_HIGH_WATER_BYTES);
	if (slow.length === 0) return undefined;
	return {
		code: 'slow-reader',
		level: 'info',
		text: `Messages to ${formatPeers(slow)} arrive late, because the connection is slow or that computer is busy. Nothing is lost.`,
	};
}

function refusedConnections({refusedConnections: refused}: NetworkReport): Finding | undefined {
	if (refused === 0) return undefined;
	return {
		code: 'refused-connections',
		level: 'info',
		text: `${refused} incoming ${refused === 1 ? 'connection' : 'connections'} failed before the encryption was established. Possible causes: a node with another room or secret uses --peer with this address, or something scans this network.`,
	};
}
