/**
 * Who is not taken back for a while: who was cut off for a fault, and strangers from where it came, since a new key costs
 * nothing. With each fault from an address they wait twice as long. Whoever behaved there for a while is no stranger;
 * loopback stands for many and is never shut. Pure but for what it remembers, and that is bounded.
 */
import type {PeerId} from '../../core/event.js';
import {FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS, MAX_BANS, TRUSTED_AFTER_MS} from '../../core/limits.js';
import {setBounded} from '../discovery/beacon-stats.js';
import {isLoopback} from '../ip-address.js';

/** What is asked of a connection. */
export interface RemotePeer {
	readonly peer: PeerId;
	readonly remoteAddress: string;
}

/** `now`: monotonic, ms. */
export interface BanList {
	/** Undefined: it may come in. Else why not, in words for the other end. `isConnected`: it has a connection already. */
	refusalReason(visitor: RemotePeer, isConnected: boolean, now: number): string | undefined;
	/** It was cut off for a fault. */
	banPeer(visitor: RemotePeer, now: number): void;
	/** It ended otherwise, `openMs` after it was let in. */
	recordCleanClose(visitor: RemotePeer, openMs: number): void;
}

interface AddressBan {
	readonly faults: number;
	readonly until: number;
}

export function createBanList(): BanList {
	/** Until when each is not taken back. */
	const bannedPeers = new Map<PeerId, number>();
	const bannedAddresses = new Map<string, AddressBan>();
	const trustedPeers = new Map<PeerId, true>();

	function banAddress(address: string, now: number): void {
		if (isLoopback(address)) return;
		const before = bannedAddresses.get(address);
		const faults = before && now < before.until + FAULT_BAN_MS ? before.faults + 1 : 1;
		const restMs = Math.min(FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS * 2 ** (faults - 1));
		setBounded(bannedAddresses, address, {faults, until: now + restMs}, MAX_BANS);
	}

	return {
		refusalReason({peer, remoteAddress}, isConnected, now) {
			if ((bannedPeers.get(peer) ?? 0) > now) return 'cut off for a fault less than a minute ago';
			const until = bannedAddresses.get(remoteAddress)?.until ?? 0;
			if (until <= now || isConnected || trustedPeers.has(peer)) return undefined;
			return `somebody else at this address was cut off for a fault: try again in ${Math.ceil((until - now) / 1000)} s`;
		},
		banPeer({peer, remoteAddress}, now) {
			setBounded(bannedPeers, peer, now + FAULT_BAN_MS, MAX_BANS);
			trustedPeers.delete(peer);
			banAddress(remoteAddress, now);
		},
		recordCleanClose({peer}, openMs) {
			if (openMs >= TRUSTED_AFTER_MS) setBounded(trustedPeers, peer, true, MAX_BANS);
		},
	};
}
