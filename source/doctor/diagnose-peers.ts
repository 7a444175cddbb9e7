/**
 * Findings about known peers that cannot be reached, and whether this computer or the computer of the peer is the
 * cause.
 */
import {cleanLine} from '../core/text.js';
import {isLoopback} from '../network/ip-address.js';
import type {NetworkReport, PeerReport} from '../node/network-report.js';
import type {DiagnosisContext, Finding, FindingLevel} from './finding.js';
import {
	addressOf,
	adviseAllowIncoming,
	connectedPeers,
	FIXED_TCP_PORT,
	formatOwnAddress,
	formatPeer,
	formatPeers,
	hostOf,
	isHeardByBeacon,
	isRecentlySeen,
} from './finding.js';

const SECRET_FAILURE_CODES = /^(handshake|bad-proof)$/;

export function diagnosePeers(report: NetworkReport, context: DiagnosisContext): Finding[] {
	const failed = report.peers.filter(peer => !peer.connected && peer.lastFailure && isRecentlySeen(peer));
	const level: FindingLevel = connectedPeers(report).length > 0 ? 'warn' : 'error';
	const failedWith = (...codes: string[]) => failed.filter(peer => codes.includes(peer.lastFailure?.code ?? ''));
	const silent = failedWith('timeout');
	const secretFailures = failed.filter(peer => SECRET_FAILURE_CODES.test(peer.lastFailure?.code ?? ''));
	const classified = new Set([
		...failedWith('refused', 'timeout', 'unreachable', 'forbidden', 'version'),
		...secretFailures,
	]);
	const findings: (Finding | undefined)[] = [
		firewallHere(failedWith('forbidden'), level),
		silentPeers(silent, level, report, context),
		refusedPeers(failedWith('refused'), level, report, context),
		unreachablePeers(failedWith('unreachable'), level, report, context),
		wrongSecret(secretFailures, level, report),
		peerVersionMismatch(failedWith('version'), level),
		failedPeers(
			failed.filter(peer => !classified.has(peer)),
			level,
		),
		reachedOneWay(report, context),
		incomingBlocked(report, context),
	];
	return findings.filter(finding => finding !== undefined);
}

function firewallHere(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	if (peers.length === 0) return undefined;
	return {
		code: 'firewall-here',
		level,
		text: `A firewall or VPN on this computer forbids connections to ${formatPeers(peers)}.`,
		next: 'Allow "node" to make outgoing TCP connections in the local network.',
	};
}

/** Advises to open the TCP port of a peer in the firewall of its computer. */
function adviseOpenRemotePort(peers: readonly PeerReport[]): string {
	const [first] = peers;
	const port = first?.lastFailure?.port ?? FIXED_TCP_PORT;
	return `On that computer, allow incoming TCP port ${port}. The port changes at every start unless --tcp-port ${FIXED_TCP_PORT} fixes it.`;
}

/** Advises to connect from the other computer to this one. */
function adviseConnectFromRemote(report: NetworkReport, {isProbe}: DiagnosisContext): string {
	const own =
		report.interfaces.find(one => !one.loopback && !one.virtual) ?? report.interfaces.find(one => !one.loopback);
	if (!isProbe) return `Or connect from there: --peer ${formatOwnAddress(own?.address, report.tcpPort)}`;
	const target = formatOwnAddress(own?.address, FIXED_TCP_PORT);
	return `Or start here with --tcp-port ${FIXED_TCP_PORT} and connect from there: --peer ${target}`;
}

function silentPeers(
	peers: readonly PeerReport[],
	level: FindingLevel,
	report: NetworkReport,
	context: DiagnosisContext,
): Finding | undefined {
	if (peers.length === 0) return undefined;
	const heard = peers.filter(isHeardByBeacon);
	if (heard.length === 0) {
		return {
			code: 'peer-silent',
			level,
			text: `No answer from ${formatPeers(peers)}. Possible causes: the computer is off, the address is wrong, a firewall drops the connection, or the network isolates its clients.`,
			next: `Check the address there ("npx p2pchat-ink doctor" shows address and TCP port), then try "ping". ${adviseConnectFromRemote(report, context)}`,
		};
	}

	if (heard.length > 1 && connectedPeers(report).length === 0) {
		return {
			code: 'peer-silent',
			level,
			text: `Beacons arrive from ${formatPeers(heard)}, but no connection to them succeeds. Probably a firewall or VPN on this computer drops outgoing TCP, or the network isolates its clients.`,
			next: `Allow "node" to make outgoing TCP connections in the local network. ${adviseConnectFromRemote(report, context)}`,
		};
	}

	const isBlockedBothWays = heard.filter(peer => peer.reachesUs === false).length === heard.length;
	return {
		code: 'peer-silent',
		level,
		text: `${formatPeers(heard)} can be heard but not reached${isBlockedBothWays ? ', and neither side reaches the other' : ''}. Either a firewall on the other computer drops incoming connections, or one on this computer drops outgoing connections.`,
		next: `${adviseOpenRemotePort(heard)} ${adviseConnectFromRemote(report, context)}`,
	};
}

function refusedPeers(
	peers: readonly PeerReport[],
	level: FindingLevel,
	report: NetworkReport,
	context: DiagnosisContext,
): Finding | undefined {
	if (peers.length === 0) return undefined;
	const heard = peers.filter(isHeardByBeacon);
	if (heard.length > 0) {
		return {
			code: 'peer-refused',
			level,
			text: `Beacons arrive from ${formatPeers(heard)}, but the connection is refused. Either a firewall on the other computer rejects it, or the program there has just ended.`,
			next: `${adviseOpenRemotePort(heard)} ${adviseConnectFromRemote(report, context)}`,
		};
	}

	return {
		code: 'peer-refused',
		level,
		text: `The connection to ${formatPeers(peers)} is refused: the computer is there, but p2pchat-ink does not listen on that port.`,
		next: `Start it there with --tcp-port ${peers[0]?.lastFailure?.port ?? FIXED_TCP_PORT}, or look up its TCP port there with /net and use --peer HOST:PORT.${adviseRemoveTarget(context)}`,
	};
}

/**
 * Advises to remove a wrong target, but only in a running chat, which would dial the target again and again. A probe
 * ends by itself.
 */
function adviseRemoveTarget({isProbe}: DiagnosisContext): string {
	return isProbe ? '' : ' /peer -HOST removes a wrong address.';
}

function unreachablePeers(
	peers: readonly PeerReport[],
	level: FindingLevel,
	{loopbackOnly}: NetworkReport,
	context: DiagnosisContext,
): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	if (loopbackOnly) {
		return {
			code: 'peer-unreachable',
			level,
			text: `No connection to ${formatPeers(peers)} is tried, because only loopback is in use and this is no address of this computer.`,
			next: `To meet other computers, leave out --interface lo and P2PCHAT_INTERFACE; or name 127.0.0.1:PORT.${adviseRemoveTarget(context)}`,
		};
	}

	if (/host name|looked up/.test(first.lastFailure?.text ?? '')) {
		return {
			code: 'peer-unreachable',
			level,
			text: `The host name of ${formatPeers(peers)} is unknown: ${cleanLine(first.lastFailure?.text ?? '')}.`,
			next: `Check the spelling, or use the address that "npx p2pchat-ink doctor" shows on that computer.${adviseRemoveTarget(context)}`,
		};
	}

	return {
		code: 'peer-unreachable',
		level,
		text: `No connection to ${formatPeers(peers)}: ${cleanLine(first.lastFailure?.text ?? '')}. Possible causes: the computer is off, the address is wrong, or the network isolates its clients.`,
		next: `Check the address there, and that both computers are in the same network (not one in the guest Wi-Fi).${adviseRemoveTarget(context)}`,
	};
}

function wrongSecret(peers: readonly PeerReport[], level: FindingLevel, report: NetworkReport): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'wrong-secret',
		level,
		text: `The program at ${formatPeers(peers)} answers, but does not use the same secret. It uses another room or secret, or it is not p2pchat-ink. ${describeOwnRoom(report)}`,
		next: 'Use the same --room and the same secret on both sides (--ask-secret asks for it).',
	};
}

export function describeOwnRoom({room, hasSecret}: NetworkReport): string {
	return `This node is in room "${cleanLine(room)}" ${hasSecret ? 'with a secret' : 'without a secret'}.`;
}

function peerVersionMismatch(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'other-version',
		level,
		text: `The program at ${formatPeers(peers)} ${cleanLine(first.lastFailure?.text ?? 'speaks another protocol version')}.`,
		next: 'Install the newest version of p2pchat-ink on both computers.',
	};
}

function failedPeers(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'peer-failed',
		level,
		text: `The connection to ${formatPeers(peers)} fails: ${cleanLine(first.lastFailure?.text ?? '')}.`,
		next: 'Run "npx p2pchat-ink doctor" on that computer too. --debug FILE writes the details to a file.',
	};
}

/**
 * Reports peers that have connected to this node, but to which this node cannot connect. In a running chat the finding
 * is only a note, because the failed attempt may be old.
 */
function reachedOneWay(report: NetworkReport, {isProbe}: DiagnosisContext): Finding | undefined {
	const codes = ['timeout', 'refused', 'unreachable'];
	const peers = connectedPeers(report).filter(
		peer => peer.direction === 'accepted' && isHeardByBeacon(peer) && codes.includes(peer.lastFailure?.code ?? ''),
	);
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'one-way',
		level: isProbe ? 'warn' : 'info',
		text: `Connections from ${formatPeers(peers)} succeed, but connections from here to there fail (${cleanLine(first.lastFailure?.text ?? '')}): a firewall on the other computer blocks incoming connections. The present connection works, but two such computers cannot connect to each other.`,
		next: adviseOpenRemotePort(peers),
	};
}

/**
 * Reports that no peer can connect to this node, although this node can connect to peers that have received its
 * beacons.
 */
function incomingBlocked(report: NetworkReport, {platform}: DiagnosisContext): Finding | undefined {
	const tried = report.peers.filter(peer => peer.reachesUs !== undefined && !isOwnHost(peer, report));
	if (tried.some(peer => peer.reachesUs)) return undefined;
	const peers = tried.filter(peer => peer.connected && peer.heardBy.includes('answer'));
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'incoming-blocked',
		level: 'warn',
		text: `A firewall on this computer blocks incoming TCP connections: ${formatPeer(first)}${peers.length > 1 ? ` and ${peers.length - 1} more` : ''} can be reached and heard this node, but no peer reaches it. These connections work, but two such computers cannot connect to each other.`,
		next: `Start with --tcp-port ${FIXED_TCP_PORT}. ${adviseAllowIncoming('TCP', FIXED_TCP_PORT, platform)}`,
	};
}

function isOwnHost(peer: PeerReport, {interfaces}: NetworkReport): boolean {
	const host = hostOf(addressOf(peer));
	return isLoopback(host) || interfaces.some(one => one.address === host);
}
