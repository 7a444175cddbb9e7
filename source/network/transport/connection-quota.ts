import {MAX_CONNECTIONS_PER_ADDRESS, MAX_PENDING_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback} from '../ip-address.js';
import type {Connection} from './transport.js';

/** Quota of accepted connections per address. It limits open connections, and connections without a verified hello. */

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
	const addresses = new Map<string, {open: number; pending: number}>();

	return {
		acquire({dialled, remoteAddress}) {
			if (dialled || isLoopback(remoteAddress)) return UNLIMITED_SLOT;
			const count = addresses.get(remoteAddress) ?? {open: 0, pending: 0};
			if (count.open >= MAX_CONNECTIONS_PER_ADDRESS || count.pending >= MAX_PENDING_PER_ADDRESS) return undefined;
			addresses.set(remoteAddress, count);
			count.open += 1;
			count.pending += 1;
			let [isPending, isOpen] = [true, true];
			const handshakeDone = () => {
				if (isPending) count.pending -= 1;
				isPending = false;
			};
			return {
				handshakeDone,
				release() {
					handshakeDone();
					if (isOpen) count.open -= 1;
					isOpen = false;
					if (count.open === 0) addresses.delete(remoteAddress);
				},
			};
		},
	};
}
