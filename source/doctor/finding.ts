/** Findings of the doctor: their types, and the texts and checks that several diagnoses share. */

import {DEFAULT_PORT} from '../core/defaults.js';
import {cleanLine, cleanName} from '../core/text.js';
import {formatHostAddress, isIpv6, isLinkLocal, withoutZone} from '../network/ip-address.js';
import type {NetworkReport, PeerReport} from '../node/network-report.js';

/** Codes of findings, grouped by cause. `doctor --json` prints them, so existing codes must not change. */
export type FindingCode =
	// The node could not start.
	| 'port-taken'
	| 'port-not-permitted'
	| 'cannot-start'
	// The cause is on this computer.
	| 'no-interface'
	| 'interfaces-unreadable'
	| 'no-broadcast'
	| 'only-virtual'
	| 'cannot-send'
	| 'filtered'
	| 'firewall-here'
	| 'incoming-blocked'
	| 'clock-here'
	// The cause is on another node or in the network.
	| 'peer-refused'
	| 'peer-silent'
	| 'peer-unreachable'
	| 'peer-failed'
	| 'one-way'
	| 'wrong-secret'
	| 'other-room'
	| 'other-version'
	| 'other-network'
	| 'isolated'
	| 'clock-there'
	| 'clock-differs'
	| 'slow-reader'
	// There is no problem.
	| 'broadcast-filtered'
	| 'multicast-filtered'
	| 'ipv4-filtered'
	| 'ipv6-filtered'
	| 'refused-connections'
	| 'alone'
	| 'all-well';

/** `error`: no or almost no peer can be reached. `warn`: another problem. `info`: no problem, but useful to know. */
export type FindingLevel = 'error' | 'warn' | 'info' | 'ok';

export interface Finding {
	readonly code: FindingCode;
	readonly level: FindingLevel;
	/** The observed facts and what they mean, in whole sentences. */
	readonly text: string;
	/** What the user can do, in whole sentences. */
	readonly next?: string;
}

/** Facts for the diagnosis that are not in the network report. */
export interface DiagnosisContext {
	/** Value of `process.platform`. The advice contains the firewall commands of this platform. */
	readonly platform?: string;
	/**
	 * Whether the report comes from a probe. The TCP port of a probe is already closed when the user reads the report.
	 */
	readonly isProbe?: boolean;
	/** Why the node could not start; undefined if it started. */
	readonly startFailure?: StartFailure;
}

export interface StartFailure {
	readonly protocol: 'UDP' | 'TCP';
	readonly port: number;
	/** Error code of the system, for example EADDRINUSE; empty if there is none. */
	readonly code: string;
	readonly text: string;
}

export function isProblem({level}: Finding): boolean {
	return level === 'error' || level === 'warn';
}

const MAX_NAMED_PEERS = 3;
/**
 * Maximum age of the newest beacon of a peer that is taken to be present, ms: twice the longest interval between two
 * beacons.
 */
const HEARD_RECENTLY_MS = 35_000;

/** Returns the address of the newest failed dial, otherwise the first address of the peer. */
export function addressOf({lastFailure, addresses}: PeerReport): string {
	if (!lastFailure) return cleanLine(addresses[0] ?? 'no address');
	return cleanLine(formatHostAddress(lastFailure));
}

/** Formats a peer as "Carol#a1b2c3d4 (10.0.0.2:50123)", or only as its address if the name is unknown. */
export function formatPeer(peer: PeerReport): string {
	const name = cleanName(peer.name ?? '');
	return name === '' ? addressOf(peer) : `${name}${peer.mark ?? ''} (${addressOf(peer)})`;
}

/** Formats peers as "Carol (10.0.0.2:50123), Dave (10.0.0.3:4000) and 4 more". */
export function formatPeers(peers: readonly PeerReport[]): string {
	const named = peers.slice(0, MAX_NAMED_PEERS).map(formatPeer);
	const more = peers.length - named.length;
	if (more > 0) return `${named.join(', ')} and ${more} more`;
	const last = named.pop() ?? '';
	return named.length > 0 ? `${named.join(', ')} and ${last}` : last;
}

/**
 * Formats an address of this computer as the argument of `--peer` on another computer. A link-local address needs the
 * name of the interface of that computer.
 */
export function formatOwnAddress(address: string | undefined, port: number): string {
	if (address === undefined) return `ADDRESS-OF-THIS-COMPUTER:${port}`;
	if (!isIpv6(address) || !isLinkLocal(address)) return formatHostAddress({host: address, port});
	return `[${withoutZone(address)}%INTERFACE-OVER-THERE]:${port}`;
}

/** Returns the host of HOST:PORT, without the brackets of an IPv6 address. */
export function hostOf(address: string): string {
	return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/**
 * Whether a peer is connected, was named with `--peer`, or sent a beacon within HEARD_RECENTLY_MS. Any other peer may
 * have left, so its silence is no problem to report.
 */
export function isRecentlySeen(peer: PeerReport): boolean {
	if (peer.connected || peer.heardBy.includes('peer-flag')) return true;
	return peer.lastHeardMs !== undefined && peer.lastHeardMs <= HEARD_RECENTLY_MS;
}

export function isHeardByBeacon(peer: PeerReport): boolean {
	return peer.heardBy.some(by => by === 'broadcast' || by === 'multicast' || by === 'answer');
}

export function connectedPeers(report: NetworkReport): PeerReport[] {
	return report.peers.filter(peer => peer.connected);
}

/**
 * TCP port that the advice suggests. By default a node uses any free port, but a rule of a firewall needs a fixed port.
 */
export const FIXED_TCP_PORT = DEFAULT_PORT;

/** Advises to open a port in the firewall with the command of the platform. The sentence has no final period. */
export function adviseAllowIncoming(protocol: 'UDP' | 'TCP', port: number, platform: string | undefined): string {
	const lower = {UDP: 'udp', TCP: 'tcp'}[protocol];
	switch (platform) {
		case 'linux':
			return `Allow incoming ${protocol} port ${port} in the firewall: "sudo ufw allow ${port}/${lower}" or "sudo firewall-cmd --add-port=${port}/${lower}"`;
		case 'win32':
			return `Allow incoming ${protocol} port ${port} (PowerShell as administrator): New-NetFirewallRule -DisplayName p2pchat-ink -Direction Inbound -Protocol ${protocol} -LocalPort ${port} -Action Allow`;
		case 'darwin':
			return `Allow incoming connections for "node" in System Settings, Network, Firewall, Options (${protocol} port ${port})`;
		default:
			return `Allow incoming ${protocol} port ${port} in the firewall`;
	}
}
