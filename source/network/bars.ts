/**
 * Who is not taken back for a while: who was cut off for a fault, and strangers from where it came, since a new key costs
 * nothing. With each fault from an address they wait twice as long. Whoever behaved there for a while is no stranger;
 * loopback stands for many and is never shut. Pure but for what it remembers, and that is bounded.
 */
import type {PeerId} from '../core/ids.js';
import {ACQUAINTED_AFTER_MS, ADDRESS_REST_FIRST_MS, FAULT_REST_MS, MAX_BARRED} from '../core/limits.js';
import {remember} from './hearing.js';
import {isLoopback} from './subnets.js';

/** What is asked of a connection. */
export interface Visitor {
	readonly peer: PeerId;
	readonly remoteAddress: string;
}

/** `now`: monotonic, ms. */
export interface Bars {
	/** Undefined: it may come in. Else why not, in words for the other end. `isConnected`: it has a connection already. */
	reason(visitor: Visitor, isConnected: boolean, now: number): string | undefined;
	/** It was cut off for a fault. */
	cutOff(visitor: Visitor, now: number): void;
	/** It ended otherwise, `openMs` after it was let in. */
	ended(visitor: Visitor, openMs: number): void;
}

interface Shut {
	readonly faults: number;
	readonly until: number;
}

export function createBars(): Bars {
	/** Until when each is not taken back. */
	const peers = new Map<PeerId, number>();
	const addresses = new Map<string, Shut>();
	const acquainted = new Map<PeerId, true>();

	function shut(address: string, now: number): void {
		if (isLoopback(address)) return;
		const before = addresses.get(address);
		const faults = before && now < before.until + FAULT_REST_MS ? before.faults + 1 : 1;
		const restMs = Math.min(FAULT_REST_MS, ADDRESS_REST_FIRST_MS * 2 ** (faults - 1));
		remember(addresses, address, {faults, until: now + restMs}, MAX_BARRED);
	}

	return {
		reason({peer, remoteAddress}, isConnected, now) {
			if ((peers.get(peer) ?? 0) > now) return 'cut off for a fault less than a minute ago';
			const until = addresses.get(remoteAddress)?.until ?? 0;
			if (until <= now || isConnected || acquainted.has(peer)) return undefined;
			return `somebody else at this address was cut off for a fault: try again in ${Math.ceil((until - now) / 1000)} s`;
		},
		cutOff({peer, remoteAddress}, now) {
			remember(peers, peer, now + FAULT_REST_MS, MAX_BARRED);
			acquainted.delete(peer);
			shut(remoteAddress, now);
		},
		ended({peer}, openMs) {
			if (openMs >= ACQUAINTED_AFTER_MS) remember(acquainted, peer, true, MAX_BARRED);
		},
	};
}
