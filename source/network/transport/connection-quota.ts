import {MAX_PENDING_CONNECTIONS, MAX_PENDING_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback, prefixGroup} from '../ip-address.js';
import {prefixBudget} from '../prefix-budget.js';
import type {Connection} from './transport.js';

/** Quota of pending connections for each address. Pending are accepted connections whose hello is not verified yet. */

/** Place of one pending connection in the quota of its address. */
export interface ConnectionSlot {
	/**
	 * To be called when the hello of the peer is verified, so that the slot is free again. Further calls have no
	 * effect.
	 */
	handshakeDone(): void;
	/** To be called when the connection is closed, so that the slot is free again. Further calls have no effect. */
	release(): void;
}

export interface ConnectionQuota {
	/**
	 * Takes a slot for a connection. Undefined if its address, or the IPv6 prefix of its address, has reached its
	 * limit.
	 */
	acquire(connection: Pick<Connection, 'dialled' | 'remoteAddress'>): ConnectionSlot | undefined;
}

const UNLIMITED_SLOT: ConnectionSlot = {handshakeDone() {}, release() {}};

/**
 * Creates the quota. It counts no connections that this node dialled. It also counts no loopback connections, because
 * many peers share the loopback address.
 */
export function createConnectionQuota(): ConnectionQuota {
	/**
	 * Number of pending connections of each address and of each IPv6 prefix. Pending means that the hello is not
	 * verified yet.
	 */
	const pending = new Map<string, number>();
	const countOf = (key: string) => pending.get(key) ?? 0;

	return {
		acquire({dialled, remoteAddress}) {
			if (dialled || isLoopback(remoteAddress)) return UNLIMITED_SLOT;
			const group = prefixGroup(remoteAddress);
			if (countOf(remoteAddress) >= MAX_PENDING_PER_ADDRESS) return undefined;
			if (group !== undefined && countOf(group) >= prefixBudget(MAX_PENDING_CONNECTIONS)) return undefined;
			const keys = group === undefined ? [remoteAddress] : [remoteAddress, group];
			for (const key of keys) pending.set(key, countOf(key) + 1);
			let isPending = true;
			const release = () => {
				if (!isPending) return;
				isPending = false;
				for (const key of keys) {
					const rest = countOf(key) - 1;
					if (rest > 0) pending.set(key, rest);
					else pending.delete(key);
				}
			};
			return {handshakeDone: release, release};
		},
	};
}
