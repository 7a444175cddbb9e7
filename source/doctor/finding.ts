/** Types of the findings of the doctor, and the texts and checks that several diagnoses share. */
import {DEFAULT_PORT} from '../core/defaults.js';
import {cleanLine, cleanName} from '../core/text.js';
import type {NetworkReport, PeerReport} from '../node/network-report.js';

/** Codes of findings, most important first. They are append-only, because `doctor --json` prints them. */
export type FindingCode =
	// The node could not start.
	| 'port-taken'
	| 'port-not-permitted'
	| 'cannot-start'
	// This computer.
	| 'no-interface'
	| 'only-virtual'
	| 'cannot-send'
	| 'filtered'
	| 'firewall-here'
	| 'incoming-blocked'
	| 'clock-here'
	// Other nodes.
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
	// No problem.
	| 'broadcast-filtered'
	| 'multicast-filtered'
	| 'refused-connections'
	| 'alone'
	| 'all-well';

/** `error`: no or almost no peer can be reached. `warn`: something is broken. `info`: worth knowing. */
export type FindingLevel = 'error' | 'warn' | 'info' | 'ok';

export interface Finding {
	readonly code: FindingCode;
	readonly level: FindingLevel;
	/** What was found and what it means, in sentences. */
	readonly text: string;
	/** What to do, in sentences. */
	readonly next?: string;
}

/** Facts about a diagnosis that the report does not hold. */
export interface DiagnosisContext {
	/** `process.platform`, to name the commands of its firewall. */
	readonly platform?: string;
	/** The report comes from a probe, whose TCP port is closed when the user reads it. */
	readonly isProbe?: boolean;
	/** Why the node could not start; without it, it did. */
	readonly startFailure?: StartFailure;
}

export interface StartFailure {
	readonly protocol: 'UDP' | 'TCP';
	readonly port: number;
	/** Error code of the system, e.g. EADDRINUSE; `''` if there is none. */
	readonly code: string;
	readonly text: string;
}

/** Whether something is broken. */
export function isProblem({level}: Finding): boolean {
	return level === 'error' || level === 'warn';
}

const MAX_NAMED_PEERS = 3;
/** A beacon older than this says nothing about the present: twice the longest interval of beacons. */
const HEARD_RECENTLY_MS = 35_000;

/** The address of the newest failed dial, else the first address. */
export function addressOf({lastFailure, addresses}: PeerReport): string {
	if (!lastFailure) return cleanLine(addresses[0] ?? 'no address');
	const {host, port} = lastFailure;
	return cleanLine(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}

/** "Carol#a1b2c3d4 (10.0.0.2:50123)", or the address alone if the name is unknown. */
export function formatPeer(peer: PeerReport): string {
	const name = cleanName(peer.name ?? '');
	return name === '' ? addressOf(peer) : `${name}${peer.mark ?? ''} (${addressOf(peer)})`;
}

/** "Carol (10.0.0.2:50123), Dave (10.0.0.3:4000) and 4 more" */
export function formatPeers(peers: readonly PeerReport[]): string {
	const named = peers.slice(0, MAX_NAMED_PEERS).map(formatPeer);
	const more = peers.length - named.length;
	if (more > 0) return `${named.join(', ')} and ${more} more`;
	const last = named.pop() ?? '';
	return named.length > 0 ? `${named.join(', ')} and ${last}` : last;
}

/** The host of HOST:PORT, without the brackets of an IPv6 address. */
export function hostOf(address: string): string {
	return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** Connected, named by the user, or heard recently. That a peer which crashed an hour ago is silent needs no finding. */
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

/** TCP port that the advice names: a firewall can be opened for a fixed port only. */
export const FIXED_TCP_PORT = DEFAULT_PORT;

/** Advice to open a port in the firewall, with the command of the platform. One sentence without its period. */
export function adviseAllowIncoming(protocol: 'UDP' | 'TCP', port: number, platform: string | undefined): string {
	const lower = protocol.toLowerCase();
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
