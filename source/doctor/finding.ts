import {DEFAULT_PORT} from '../core/defaults.js';
import {cleanName, cleanText} from '../core/text.js';
import type {NetworkReport, PeerReport} from '../node/chat-node.js';

/** What the doctor finds, most important first. Codes are append-only: `doctor --json` prints them. */
export type FindingCode =
	// it could not start
	| 'port-taken'
	| 'port-not-permitted'
	| 'cannot-start'
	// this computer
	| 'no-interface'
	| 'only-virtual'
	| 'cannot-send'
	| 'filtered'
	| 'firewall-here'
	| 'incoming-blocked'
	| 'clock-here'
	// others
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
	// nothing is broken
	| 'broadcast-filtered'
	| 'multicast-filtered'
	| 'refused-connections'
	| 'alone'
	| 'all-well';

/** `error`: nobody or nearly nobody can be reached; `warn`: something is broken; `info`: worth knowing. */
export type FindingLevel = 'error' | 'warn' | 'info' | 'ok';

export interface Finding {
	readonly code: FindingCode;
	readonly level: FindingLevel;
	/** What it is and what it means. */
	readonly text: string;
	/** What to do. */
	readonly next?: string;
}

/** What a report cannot say. */
export interface DiagnosisContext {
	/** Names the commands of this system's firewall: `process.platform`. */
	readonly platform?: string;
	/** A look from outside: its TCP port is gone when it is read. */
	readonly isProbe?: boolean;
	/** It could not run at all. */
	readonly startFailure?: StartFailure;
}

export interface StartFailure {
	readonly protocol: 'UDP' | 'TCP';
	readonly port: number;
	/** Of the system, e.g. EADDRINUSE. */
	readonly code: string;
	readonly text: string;
}

export function isProblem({level}: Finding): boolean {
	return level === 'error' || level === 'warn';
}

const MAX_NAMED_PEERS = 3;
/** A beacon older than this says nothing of now: the slowest steady interval, twice. */
const HEARD_RECENTLY_MS = 35_000;

/** On one line, without what a terminal obeys. */
export function cleanLine(text: string): string {
	return cleanText(text).replace(/\s*\n\s*/g, ' ');
}

/** Where the newest dial failed, else its first address. */
export function addressOf({lastFailure, addresses}: PeerReport): string {
	if (!lastFailure) return cleanLine(addresses[0] ?? 'no address');
	const {host, port} = lastFailure;
	return cleanLine(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}

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

export function hostOf(address: string): string {
	return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** Named by the user, or heard a short time ago: one that crashed an hour ago is no riddle. */
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

/** A TCP port that stays the same can be opened in a firewall; any free one cannot. */
export const FIXED_TCP_PORT = DEFAULT_PORT;

/** How to let a port in, in the words of each system. */
export function adviseAllowIncoming(protocol: 'UDP' | 'TCP', port: number, platform: string | undefined): string {
	const lower = protocol.toLowerCase();
	switch (platform) {
		case 'linux':
			return `allow incoming ${protocol} port ${port} in the firewall: "sudo ufw allow ${port}/${lower}" or "sudo firewall-cmd --add-port=${port}/${lower}"`;
		case 'win32':
			return `allow incoming ${protocol} port ${port}, in PowerShell as administrator: New-NetFirewallRule -DisplayName p2pchat-ink -Direction Inbound -Protocol ${protocol} -LocalPort ${port} -Action Allow`;
		case 'darwin':
			return `allow incoming connections for "node" in System Settings, Network, Firewall, Options (${protocol} port ${port})`;
		default:
			return `allow incoming ${protocol} port ${port} in the firewall`;
	}
}
