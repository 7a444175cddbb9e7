import {cleanName, cleanText} from '../../core/text.js';
import type {NetworkReport, PeerReport} from '../session.js';

const MAX_NAMED = 3;
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

export function namePeer(peer: PeerReport): string {
	const name = cleanName(peer.name ?? '');
	return name === '' ? addressOf(peer) : `${name}${peer.mark ?? ''} (${addressOf(peer)})`;
}

/** "Carol (10.0.0.2:50123), Dave (10.0.0.3:4000) and 4 more" */
export function namePeers(peers: readonly PeerReport[]): string {
	const named = peers.slice(0, MAX_NAMED).map(namePeer);
	const more = peers.length - named.length;
	if (more > 0) return `${named.join(', ')} and ${more} more`;
	const last = named.pop() ?? '';
	return named.length > 0 ? `${named.join(', ')} and ${last}` : last;
}

export function hostOf(address: string): string {
	return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** Named by the user, or heard a short time ago: one that crashed an hour ago is no riddle. */
export function isPresent(peer: PeerReport): boolean {
	if (peer.connected || peer.heardBy.includes('peer-flag')) return true;
	return peer.lastHeardMs !== undefined && peer.lastHeardMs <= HEARD_RECENTLY_MS;
}

export function isHeard(peer: PeerReport): boolean {
	return peer.heardBy.some(by => by === 'broadcast' || by === 'multicast' || by === 'answer');
}

export function connectedPeers(report: NetworkReport): PeerReport[] {
	return report.peers.filter(peer => peer.connected);
}
