/** Who is there and does not belong to us, whose announcements do not come, whose clock is off. */
import {BEACON_INTERVAL_CROWD_MS, BEACON_JITTER, CLOCK_OFFSET_SHOWN_MS, SEND_HIGH_WATER_BYTES} from '../core/limits.js';
import {isInSubnet} from '../network/ip-address.js';
import {LOWEST_VERSION, PROTOCOL_VERSION} from '../network/link/handshake.js';
import type {NetworkReport, PeerReport} from '../node/chat-node.js';
import {describeDuration} from '../node/notices.js';
import {describeOwnRoom} from './diagnose-peers.js';
import type {Finding, FindingLevel} from './finding.js';
import {addressOf, cleanLine, connectedPeers, formatPeers, hostOf, isHeardByBeacon, isRecentlySeen} from './finding.js';

/** Within this every peer that hears our burst has answered. */
const ANSWERED_AFTER_MS = 2400;
/** Those of other rooms do not answer: within this every one has announced itself. */
const ALL_ANNOUNCED_AFTER_MS = BEACON_INTERVAL_CROWD_MS * (1 + BEACON_JITTER);

export function diagnoseEnvironment(report: NetworkReport): Finding[] {
	const connected = connectedPeers(report);
	const level: FindingLevel = connected.length > 0 ? 'info' : 'warn';
	const findings: (Finding | undefined)[] = [
		clientIsolation(report),
		otherRoom(report, level),
		otherVersion(report, level),
		otherNetwork(report, level),
		...diagnoseClocks(connected, report.clockCorrectionMs),
		slowReaders(connected),
		refusedConnections(report),
	];
	return findings.filter(verdict => verdict !== undefined);
}

/** On our own subnet, and yet only the address given by hand leads there. */
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
		'switch off "AP isolation", "client isolation" or "guest mode" in the Wi-Fi access point, or use the cable or another Wi-Fi';
	if (reached.length > 0) {
		return {
			code: 'isolated',
			level: 'warn',
			text: `${formatPeers(reached)} can be reached, but its announcements do not arrive, while our own come back: the network, or a firewall over there, drops broadcast and multicast. Many Wi-Fi access points do so to keep devices apart`,
			next: `keep --peer ${addressOf(reached[0] ?? {addresses: [], heardBy: [], connected: false})} (it is remembered); one such connection is enough to meet everybody. Or ${next}`,
		};
	}

	if (report.strangers > 0) return undefined;
	return {
		code: 'isolated',
		level: 'warn',
		text: `this network probably keeps devices apart: our own announcements come back, nobody else is heard, and ${formatPeers(silentPeers)} on the same network does not answer`,
		next,
	};
}

function otherRoom(report: NetworkReport, level: FindingLevel): Finding | undefined {
	const {strangers} = report;
	if (strangers === 0) return undefined;
	const least = report.listeningMs < ALL_ANNOUNCED_AFTER_MS ? 'at least ' : '';
	return {
		code: 'other-room',
		level,
		text: `${least}${strangers === 1 ? '1 node here is' : `${strangers} nodes here are`} in another room or use another secret. ${describeOwnRoom(report)}`,
		next: 'to be in one room, use the same --room and the same secret on all sides (--ask-secret asks for it)',
	};
}

function otherVersion({otherVersions, otherVersionNumbers}: NetworkReport, level: FindingLevel): Finding | undefined {
	if (otherVersions === 0) return undefined;
	const newer = otherVersionNumbers.some(version => version > PROTOCOL_VERSION);
	const ours = LOWEST_VERSION === PROTOCOL_VERSION ? `${PROTOCOL_VERSION}` : `${LOWEST_VERSION} to ${PROTOCOL_VERSION}`;
	return {
		code: 'other-version',
		level,
		text: `${otherVersions === 1 ? '1 node here speaks' : `${otherVersions} nodes here speak`} another version of the protocol (${otherVersionNumbers.join(', ')}; we speak ${ours})`,
		next: `${newer ? 'update this end' : 'the others need to be updated'}: npx p2pchat-ink@latest`,
	};
}

function otherNetwork({offLink}: NetworkReport, level: FindingLevel): Finding | undefined {
	if (offLink.length === 0) return undefined;
	const some = offLink.slice(0, 3).map(cleanLine).join(', ');
	return {
		code: 'other-network',
		level,
		text: `announcements come from ${some}, an address outside of the networks of this computer: two networks share one wire, or a network mask is wrong on one side. They are not trusted`,
		next: 'give both sides addresses and masks of one network, or name one side on the other: --peer HOST:PORT',
	};
}

function diagnoseClocks(connected: readonly PeerReport[], correctionMs: number): Finding[] {
	const measured = connected.filter(peer => peer.clockOffsetMs !== undefined);
	const deviating = measured.filter(peer => Math.abs(peer.clockOffsetMs ?? 0) > CLOCK_OFFSET_SHOWN_MS);
	const [first] = deviating;
	const advice = 'set the clock, or switch on network time';
	const offset = first?.clockOffsetMs ?? correctionMs;
	if (correctionMs !== 0 || (deviating.length > 1 && deviating.length > measured.length / 2)) {
		const by = correctionMs === 0 ? offset : correctionMs;
		return [
			{
				code: 'clock-here',
				level: 'warn',
				text: `the clock of this computer is ${describeOffset(by)} ${by > 0 ? 'behind' : 'ahead of'} the others`,
				next: `${advice} here; the order of messages holds all the same`,
			},
		];
	}

	if (!first) return [];
	const words = `${describeOffset(offset)} ${offset > 0 ? 'ahead of' : 'behind'}`;
	if (measured.length === 1) {
		const text = `the clock of ${formatPeers(deviating)} is ${words} ours: one of the two is wrong`;
		return [{code: 'clock-differs', level: 'warn', text, next: `${advice} on the one that is wrong`}];
	}

	const text = `the clock of ${formatPeers(deviating)} is ${words} ours and those of the others`;
	return [
		{code: 'clock-there', level: 'warn', text, next: `${advice} over there; the order of messages holds all the same`},
	];
}

function describeOffset(ms: number): string {
	return Math.abs(ms) < 120_000 ? `${Math.round(Math.abs(ms) / 1000)} s` : describeDuration(ms);
}

function slowReaders(connected: readonly PeerReport[]): Finding | undefined {
	const slow = connected.filter(peer => (peer.queuedBytes ?? 0) > SEND_HIGH_WATER_BYTES);
	if (slow.length === 0) return undefined;
	return {
		code: 'slow-reader',
		level: 'info',
		text: `${formatPeers(slow)} takes what we send slowly: the connection is thin or that computer is busy; nothing is lost, it comes late`,
	};
}

function refusedConnections({refusedConnections: refused}: NetworkReport): Finding | undefined {
	if (refused === 0) return undefined;
	return {
		code: 'refused-connections',
		level: 'info',
		text: `${refused} incoming ${refused === 1 ? 'connection' : 'connections'} ended before encryption was up: somebody with another room or secret named us with --peer, or something scans this network`,
	};
}
