/** Whom we know of and cannot talk to, and on whose side that lies. */
import type {NetworkReport, PeerReport} from '../node/chat-node.js';
import type {DiagnosisContext, Finding, FindingLevel} from './finding.js';
import {
	addressOf,
	adviseAllowIncoming,
	cleanLine,
	connectedPeers,
	FIXED_TCP_PORT,
	formatPeer,
	formatPeers,
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
		otherVersion(failedWith('version'), level),
		failedPeers(
			failed.filter(peer => !classified.has(peer)),
			level,
		),
		reachedOneWay(report, context),
		incomingBlocked(report, context),
	];
	return findings.filter(verdict => verdict !== undefined);
}

function firewallHere(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	if (peers.length === 0) return undefined;
	return {
		code: 'firewall-here',
		level,
		text: `a firewall or VPN on this computer forbids connections to ${formatPeers(peers)}`,
		next: 'let "node" make outgoing TCP connections in the local network',
	};
}

/** The ports on which they can be dialled from outside once their firewalls let it in. */
function adviseOpenRemotePort(peers: readonly PeerReport[]): string {
	const [first] = peers;
	const port = first?.lastFailure?.port ?? FIXED_TCP_PORT;
	return `over there, allow incoming TCP port ${port}; the port changes at every start unless it is fixed with --tcp-port ${FIXED_TCP_PORT}`;
}

/** How the others get to us when we do not get to them. */
function adviseConnectFromRemote(report: NetworkReport, {isProbe}: DiagnosisContext): string {
	const own =
		report.interfaces.find(one => !one.loopback && !one.virtual) ?? report.interfaces.find(one => !one.loopback);
	const host = own?.address ?? 'ADDRESS-OF-THIS-COMPUTER';
	if (!isProbe) return `connect from there: --peer ${host}:${report.tcpPort}`;
	return `start here with --tcp-port ${FIXED_TCP_PORT} and connect from there: --peer ${host}:${FIXED_TCP_PORT}`;
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
			text: `no answer from ${formatPeers(peers)}: it is off, the address is wrong, a firewall drops it, or the network keeps devices apart`,
			next: `check the address there ("npx p2pchat-ink doctor" shows address and TCP port), then try "ping". Or ${adviseConnectFromRemote(report, context)}`,
		};
	}

	if (heard.length > 1 && connectedPeers(report).length === 0) {
		return {
			code: 'peer-silent',
			level,
			text: `${formatPeers(heard)} announce themselves, but none answers a connection. As it is the same with all, a firewall or VPN here that drops outgoing TCP is likely, or a network that keeps devices apart`,
			next: `let "node" make outgoing TCP connections in the local network. Or ${adviseConnectFromRemote(report, context)}`,
		};
	}

	const isBlockedBothWays = heard.filter(peer => peer.reachesUs === false).length === heard.length;
	return {
		code: 'peer-silent',
		level,
		text: `${formatPeers(heard)} can be heard but not reached: a firewall over there drops connections (or one here drops outgoing ones)${isBlockedBothWays ? '; neither side reaches the other' : ''}`,
		next: `${adviseOpenRemotePort(heard)}. Or ${adviseConnectFromRemote(report, context)}`,
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
			text: `${formatPeers(heard)} can be heard, but that computer refuses the connection: a firewall over there rejects it, or the program there has just ended`,
			next: `${adviseOpenRemotePort(heard)}. Or ${adviseConnectFromRemote(report, context)}`,
		};
	}

	return {
		code: 'peer-refused',
		level,
		text: `${formatPeers(peers)} refuses: the computer is there, but p2pchat-ink does not listen on that port`,
		next: `start it there with --tcp-port ${peers[0]?.lastFailure?.port ?? FIXED_TCP_PORT}; or look up there which TCP port it has (/net) and give --peer HOST:PORT${adviseRemoveTarget(context)}`,
	};
}

/** A chat that runs dials what was named for ever. */
function adviseRemoveTarget({isProbe: looksOnly}: DiagnosisContext): string {
	return looksOnly ? '' : '. /peer -HOST drops one that was named by mistake';
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
			text: `${formatPeers(peers)} is not dialled: only this computer itself is in use (loopback), and that is no address of it`,
			next: `leave out --interface lo (or P2PCHAT_INTERFACE) to meet other computers, or name 127.0.0.1:PORT${adviseRemoveTarget(context)}`,
		};
	}

	if (/host name|looked up/.test(first.lastFailure?.text ?? '')) {
		return {
			code: 'peer-unreachable',
			level,
			text: `${formatPeers(peers)} is not known by that name: ${cleanLine(first.lastFailure?.text ?? '')}`,
			next: `check the spelling, or give the address, which "npx p2pchat-ink doctor" shows over there${adviseRemoveTarget(context)}`,
		};
	}

	return {
		code: 'peer-unreachable',
		level,
		text: `there is no way to ${formatPeers(peers)}: ${cleanLine(first.lastFailure?.text ?? '')}. It is off, the address is wrong, or the network keeps devices apart`,
		next: `check the address there, and that both are on the same network (not one on the guest Wi-Fi)${adviseRemoveTarget(context)}`,
	};
}

function wrongSecret(peers: readonly PeerReport[], level: FindingLevel, report: NetworkReport): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'wrong-secret',
		level,
		text: `${formatPeers(peers)} answers, but has no secret in common with us: another room, another secret, or not p2pchat-ink. ${describeOwnRoom(report)}`,
		next: 'use the same --room and the same secret on both sides (--ask-secret asks for it)',
	};
}

export function describeOwnRoom({room, hasSecret}: NetworkReport): string {
	return `Here it is room "${cleanLine(room)}" ${hasSecret ? 'with a secret' : 'without a secret'}`;
}

function otherVersion(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'other-version',
		level,
		text: `${formatPeers(peers)} ${cleanLine(first.lastFailure?.text ?? 'speaks another protocol version')}`,
		next: 'bring both to the newest version: npx p2pchat-ink@latest',
	};
}

function failedPeers(peers: readonly PeerReport[], level: FindingLevel): Finding | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'peer-failed',
		level,
		text: `the connection to ${formatPeers(peers)} fails: ${cleanLine(first.lastFailure?.text ?? '')}`,
		next: 'run "npx p2pchat-ink doctor" over there too; --debug FILE tells more',
	};
}

/**
 * They reach us; we do not reach them. Good enough, until two of their kind meet. In a running chat the failure may be of
 * a moment that is over: only the doctor has just tried.
 */
function reachedOneWay(report: NetworkReport, {isProbe: looksOnly}: DiagnosisContext): Finding | undefined {
	const codes = ['timeout', 'refused', 'unreachable'];
	const peers = connectedPeers(report).filter(
		peer => peer.direction === 'accepted' && isHeardByBeacon(peer) && codes.includes(peer.lastFailure?.code ?? ''),
	);
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'one-way',
		level: looksOnly ? 'warn' : 'info',
		text: `${formatPeers(peers)} reaches us, but we do not reach it (${cleanLine(first.lastFailure?.text ?? '')}): a firewall over there blocks incoming connections. We talk, but two such computers do not find each other`,
		next: adviseOpenRemotePort(peers),
	};
}

/** They answered our beacons, so they heard us, and we reach them: yet none of them got through to us. */
function incomingBlocked(report: NetworkReport, {platform}: DiagnosisContext): Finding | undefined {
	const tried = report.peers.filter(peer => peer.reachesUs !== undefined && !isOwnHost(peer, report));
	if (tried.some(peer => peer.reachesUs)) return undefined;
	const peers = tried.filter(peer => peer.connected && peer.heardBy.includes('answer'));
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'incoming-blocked',
		level: 'warn',
		text: `a firewall on this computer blocks incoming TCP connections: we reach ${formatPeer(first)}${peers.length > 1 ? ` and ${peers.length - 1} more` : ''}, which heard us, but nobody reaches us. We talk, but another such computer and this one do not find each other`,
		next: `start with --tcp-port ${FIXED_TCP_PORT} and ${adviseAllowIncoming('TCP', FIXED_TCP_PORT, platform)}`,
	};
}

function isOwnHost(peer: PeerReport, {interfaces}: NetworkReport): boolean {
	return interfaces.some(one => addressOf(peer).startsWith(`${one.address}:`) || addressOf(peer).startsWith('127.'));
}
