/** Whom we know of and cannot talk to, and on whose side that lies. */
import type {NetworkReport, PeerReport} from '../session.js';
import {allowIncoming, FIXED_TCP_PORT} from './firewall-advice.js';
import {addressOf, cleanLine, connectedPeers, isHeard, isPresent, namePeer, namePeers} from './name-peers.js';
import type {DoctorFacts, Verdict, VerdictLevel} from './verdict.js';

const SECRET = /^(handshake|bad-proof)$/;

export function judgePeers(report: NetworkReport, facts: DoctorFacts): Verdict[] {
	const failed = report.peers.filter(peer => !peer.connected && peer.lastFailure && isPresent(peer));
	const level: VerdictLevel = connectedPeers(report).length > 0 ? 'warn' : 'error';
	const by = (...codes: string[]) => failed.filter(peer => codes.includes(peer.lastFailure?.code ?? ''));
	const silent = by('timeout');
	const secret = failed.filter(peer => SECRET.test(peer.lastFailure?.code ?? ''));
	const known = new Set([...by('refused', 'timeout', 'unreachable', 'forbidden', 'version'), ...secret]);
	const all: (Verdict | undefined)[] = [
		firewallHere(by('forbidden'), level),
		silentPeers(silent, level, report, facts),
		refusedPeers(by('refused'), level, report, facts),
		unreachablePeers(by('unreachable'), level, report, facts),
		wrongSecret(secret, level, report),
		otherVersion(by('version'), level),
		failedPeers(
			failed.filter(peer => !known.has(peer)),
			level,
		),
		oneWay(report, facts),
		incomingBlocked(report, facts),
	];
	return all.filter(verdict => verdict !== undefined);
}

function firewallHere(peers: readonly PeerReport[], level: VerdictLevel): Verdict | undefined {
	if (peers.length === 0) return undefined;
	return {
		code: 'firewall-here',
		level,
		text: `a firewall or VPN on this computer forbids connections to ${namePeers(peers)}`,
		next: 'let "node" make outgoing TCP connections in the local network',
	};
}

/** The ports on which they can be dialled from outside once their firewalls let it in. */
function openThere(peers: readonly PeerReport[]): string {
	const [first] = peers;
	const port = first?.lastFailure?.port ?? FIXED_TCP_PORT;
	return `over there, allow incoming TCP port ${port}; the port changes at every start unless it is fixed with --tcp-port ${FIXED_TCP_PORT}`;
}

/** How the others get to us when we do not get to them. */
function connectFromThere(report: NetworkReport, {looksOnly}: DoctorFacts): string {
	const own =
		report.interfaces.find(one => !one.loopback && !one.virtual) ?? report.interfaces.find(one => !one.loopback);
	const host = own?.address ?? 'ADDRESS-OF-THIS-COMPUTER';
	if (!looksOnly) return `connect from there: --peer ${host}:${report.tcpPort}`;
	return `start here with --tcp-port ${FIXED_TCP_PORT} and connect from there: --peer ${host}:${FIXED_TCP_PORT}`;
}

function silentPeers(
	peers: readonly PeerReport[],
	level: VerdictLevel,
	report: NetworkReport,
	facts: DoctorFacts,
): Verdict | undefined {
	if (peers.length === 0) return undefined;
	const heard = peers.filter(isHeard);
	if (heard.length === 0) {
		return {
			code: 'peer-silent',
			level,
			text: `no answer from ${namePeers(peers)}: it is off, the address is wrong, a firewall drops it, or the network keeps devices apart`,
			next: `check the address there ("npx p2pchat-ink doctor" shows address and TCP port), then try "ping". Or ${connectFromThere(report, facts)}`,
		};
	}

	if (heard.length > 1 && connectedPeers(report).length === 0) {
		return {
			code: 'peer-silent',
			level,
			text: `${namePeers(heard)} announce themselves, but none answers a connection. As it is the same with all, a firewall or VPN here that drops outgoing TCP is likely, or a network that keeps devices apart`,
			next: `let "node" make outgoing TCP connections in the local network. Or ${connectFromThere(report, facts)}`,
		};
	}

	const neither = heard.filter(peer => peer.reachesUs === false).length === heard.length;
	return {
		code: 'peer-silent',
		level,
		text: `${namePeers(heard)} can be heard but not reached: a firewall over there drops connections (or one here drops outgoing ones)${neither ? '; neither side reaches the other' : ''}`,
		next: `${openThere(heard)}. Or ${connectFromThere(report, facts)}`,
	};
}

function refusedPeers(
	peers: readonly PeerReport[],
	level: VerdictLevel,
	report: NetworkReport,
	facts: DoctorFacts,
): Verdict | undefined {
	if (peers.length === 0) return undefined;
	const heard = peers.filter(isHeard);
	if (heard.length > 0) {
		return {
			code: 'peer-refused',
			level,
			text: `${namePeers(heard)} can be heard, but that computer refuses the connection: a firewall over there rejects it, or the program there has just ended`,
			next: `${openThere(heard)}. Or ${connectFromThere(report, facts)}`,
		};
	}

	return {
		code: 'peer-refused',
		level,
		text: `${namePeers(peers)} refuses: the computer is there, but p2pchat-ink does not listen on that port`,
		next: `start it there with --tcp-port ${peers[0]?.lastFailure?.port ?? FIXED_TCP_PORT}; or look up there which TCP port it has (/net) and give --peer HOST:PORT${forgetIt(facts)}`,
	};
}

/** A chat that runs dials what was named for ever. */
function forgetIt({looksOnly}: DoctorFacts): string {
	return looksOnly ? '' : '. /peer -HOST drops one that was named by mistake';
}

function unreachablePeers(
	peers: readonly PeerReport[],
	level: VerdictLevel,
	{loopbackOnly}: NetworkReport,
	facts: DoctorFacts,
): Verdict | undefined {
	const [first] = peers;
	if (!first) return undefined;
	if (loopbackOnly) {
		return {
			code: 'peer-unreachable',
			level,
			text: `${namePeers(peers)} is not dialled: only this computer itself is in use (loopback), and that is no address of it`,
			next: `leave out --interface lo (or P2PCHAT_INTERFACE) to meet other computers, or name 127.0.0.1:PORT${forgetIt(facts)}`,
		};
	}

	if (/host name|looked up/.test(first.lastFailure?.text ?? '')) {
		return {
			code: 'peer-unreachable',
			level,
			text: `${namePeers(peers)} is not known by that name: ${cleanLine(first.lastFailure?.text ?? '')}`,
			next: `check the spelling, or give the address, which "npx p2pchat-ink doctor" shows over there${forgetIt(facts)}`,
		};
	}

	return {
		code: 'peer-unreachable',
		level,
		text: `there is no way to ${namePeers(peers)}: ${cleanLine(first.lastFailure?.text ?? '')}. It is off, the address is wrong, or the network keeps devices apart`,
		next: `check the address there, and that both are on the same network (not one on the guest Wi-Fi)${forgetIt(facts)}`,
	};
}

function wrongSecret(peers: readonly PeerReport[], level: VerdictLevel, report: NetworkReport): Verdict | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'wrong-secret',
		level,
		text: `${namePeers(peers)} answers, but has no secret in common with us: another room, another secret, or not p2pchat-ink. ${ownRoom(report)}`,
		next: 'use the same --room and the same secret on both sides (--ask-secret asks for it)',
	};
}

export function ownRoom({room, hasSecret}: NetworkReport): string {
	return `Here it is room "${cleanLine(room)}" ${hasSecret ? 'with a secret' : 'without a secret'}`;
}

function otherVersion(peers: readonly PeerReport[], level: VerdictLevel): Verdict | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'other-version',
		level,
		text: `${namePeers(peers)} ${cleanLine(first.lastFailure?.text ?? 'speaks another protocol version')}`,
		next: 'bring both to the newest version: npx p2pchat-ink@latest',
	};
}

function failedPeers(peers: readonly PeerReport[], level: VerdictLevel): Verdict | undefined {
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'peer-failed',
		level,
		text: `the connection to ${namePeers(peers)} fails: ${cleanLine(first.lastFailure?.text ?? '')}`,
		next: 'run "npx p2pchat-ink doctor" over there too; --debug FILE tells more',
	};
}

/**
 * They reach us; we do not reach them. Good enough, until two of their kind meet. In a running chat the failure may be of
 * a moment that is over: only the doctor has just tried.
 */
function oneWay(report: NetworkReport, {looksOnly}: DoctorFacts): Verdict | undefined {
	const codes = ['timeout', 'refused', 'unreachable'];
	const peers = connectedPeers(report).filter(
		peer => peer.direction === 'accepted' && isHeard(peer) && codes.includes(peer.lastFailure?.code ?? ''),
	);
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'one-way',
		level: looksOnly ? 'warn' : 'info',
		text: `${namePeers(peers)} reaches us, but we do not reach it (${cleanLine(first.lastFailure?.text ?? '')}): a firewall over there blocks incoming connections. We talk, but two such computers do not find each other`,
		next: openThere(peers),
	};
}

/** They answered our beacons, so they heard us, and we reach them: yet none of them got through to us. */
function incomingBlocked(report: NetworkReport, {platform}: DoctorFacts): Verdict | undefined {
	const tried = report.peers.filter(peer => peer.reachesUs !== undefined && !isOwnHost(peer, report));
	if (tried.some(peer => peer.reachesUs)) return undefined;
	const peers = tried.filter(peer => peer.connected && peer.heardBy.includes('answer'));
	const [first] = peers;
	if (!first) return undefined;
	return {
		code: 'incoming-blocked',
		level: 'warn',
		text: `a firewall on this computer blocks incoming TCP connections: we reach ${namePeer(first)}${peers.length > 1 ? ` and ${peers.length - 1} more` : ''}, which heard us, but nobody reaches us. We talk, but another such computer and this one do not find each other`,
		next: `start with --tcp-port ${FIXED_TCP_PORT} and ${allowIncoming('TCP', FIXED_TCP_PORT, platform)}`,
	};
}

function isOwnHost(peer: PeerReport, {interfaces}: NetworkReport): boolean {
	return interfaces.some(one => addressOf(peer).startsWith(`${one.address}:`) || addressOf(peer).startsWith('127.'));
}
