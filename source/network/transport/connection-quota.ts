import {MAX_PENDING_PER_ADDRESS} from '../../core/limits.js';
import {addressGroup, isLoopback} from '../ip-address.js';
import type {Connection} from './transport.js';

/** Quota of accepted connections per address that have no verified hello yet. */

/** Slot of one connection in the quota. */
export interface ConnectionSlot {
	/** To be called when the hello of the peer is verified. Further calls have no effect. */
	handshakeDone(): void;
	/** To be called when the connection is closed. Further calls have no effect. */
	release(): void;
}

export interface ConnectionQuota {
	/** Returns a slot, or undefined if the address has reached a limit. */
	acquire(connection: Pick<Connection, 'dialled' | 'remoteAddress'>): ConnectionSlot | undefined;
}

const UNLIMITED_SLOT: ConnectionSlot = {handshakeDone() {}, release() {}};

/** The quota does not count dialled connections, nor loopback connections, because many peers share that address. */
export function createConnectionQuota(): ConnectionQuota {
	const pendingByAddress = new Map<string, number>();

	return {
		acquire({dialled, remoteAddress}) {
			if (dialled || isLoopback(remoteAddress)) return UNLIMITED_SLOT;
			const address = addressGroup(remoteAddress);
			const pending = pendingByAddress.get(address) ?? 0;
			if (pending >= MAX_PENDING_PER_ADDRESS) return undefined;
			pendingByAddress.set(address, pending + 1);
			let isPending = true;
			const release = () => {
				if (!isPending) return;
				isPending = false;
				const rest = (pendingByAddress.get(address) ?? 1) - 1;
				if (rest > 0) pendingByAddress.set(address, rest);
				else pendingByAddress.delete(address);
			};
			return {handshakeDone: release, release};
		},
	};
}
