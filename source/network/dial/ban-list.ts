/**
 * Temporary ban list for peers and addresses. A fault bans the peer, and also its address, because an attacker can
 * create a new peer id at no cost. Each further fault from an address doubles the duration of the ban of that address.
 * A trusted peer is exempt from address bans: it has kept a connection open for TRUSTED_AFTER_MS without a fault.
 * Loopback addresses are never banned, because many peers share them.
 */
import type {ByeReason} from '../../codec/message-types.js';
import type {PeerId} from '../../core/event.js';
import {FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS, MAX_BANS, TRUSTED_AFTER_MS} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {isLoopback} from '../ip-address.js';
import type {LinkClosing} from '../link/peer-link.js';

/** The peer at the other end of a connection, and its address. */
interface RemotePeer {
	readonly peer: PeerId;
	readonly remoteAddress: string;
}

/** Ban list. `now`: current time in monotonic ms. */
export interface BanList {
	/**
	 * Text for the remote peer which says why its connection is refused. Undefined if the connection is accepted.
	 * `isConnected`: whether another connection to the same peer is open.
	 */
	refusalReason(remote: RemotePeer, isConnected: boolean, now: number): string | undefined;
	/**
	 * Whether a peer is trusted: it was once connected for TRUSTED_AFTER_MS without a fault, and has made no fault
	 * since.
	 */
	isTrusted(peer: PeerId): boolean;
	/** Bans a peer after its connection was closed because of its fault. Also bans its address. */
	banPeer(remote: RemotePeer, now: number): void;
	/** Notes that a connection has ended without a fault. `openMs`: time for which it was open. */
	recordCleanClose(remote: RemotePeer, openMs: number): void;
}

interface AddressBan {
	/**
	 * Number of consecutive faults from the address. A fault is consecutive if it happens less than FAULT_BAN_MS after
	 * the end of the previous ban.
	 */
	readonly faults: number;
	/** End of the ban, in monotonic ms. */
	readonly until: number;
}

/** Reasons in a `bye` of a peer that do not mean that this node made a fault. */
const BENIGN_BYE_REASONS: ReadonlySet<string> = new Set<ByeReason>([
	'leaving',
	'duplicate',
	'self',
	'idle',
	'overloaded',
]);

/**
 * Whether a connection was closed because one end made a fault. The other end then bans it. Neither end dials the other
 * during the ban.
 */
export function leadsToBan({by, code}: LinkClosing): boolean {
	return by === 'fault' || (by === 'them' && !BENIGN_BYE_REASONS.has(code));
}

export function createBanList(): BanList {
	/** End of the ban of each peer, in monotonic ms. */
	const bannedPeers = new LruMap<PeerId, number>(MAX_BANS);
	const bannedAddresses = new LruMap<string, AddressBan>(MAX_BANS);
	const trustedPeers = new LruMap<PeerId, true>(MAX_BANS);

	function banAddress(address: string, now: number): void {
		if (isLoopback(address)) return;
		const before = bannedAddresses.get(address);
		const faults = before && now < before.until + FAULT_BAN_MS ? before.faults + 1 : 1;
		const banMs = Math.min(FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS * 2 ** (faults - 1));
		bannedAddresses.set(address, {faults, until: now + banMs});
	}

	return {
		refusalReason({peer, remoteAddress}, isConnected, now) {
			if ((bannedPeers.get(peer) ?? 0) > now) return 'this peer is banned for a minute after a fault';
			const until = bannedAddresses.get(remoteAddress)?.until ?? 0;
			if (until <= now || isConnected || trustedPeers.has(peer)) return undefined;
			return `this address is temporarily banned: try again in ${Math.ceil((until - now) / 1000)} s`;
		},
		isTrusted: peer => trustedPeers.has(peer),
		banPeer({peer, remoteAddress}, now) {
			bannedPeers.set(peer, now + FAULT_BAN_MS);
			trustedPeers.delete(peer);
			banAddress(remoteAddress, now);
		},
		recordCleanClose({peer}, openMs) {
			if (openMs >= TRUSTED_AFTER_MS) trustedPeers.set(peer, true);
		},
	};
}
