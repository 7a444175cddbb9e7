import {MAX_CONNECTIONS_PER_ADDRESS, MAX_PENDING_PER_ADDRESS} from '../../core/limits.js';
import {isLoopback} from '../ip-address.js';
import type {Connection} from './transport.js';

/** The place of one connection. */
export interface ConnectionSlot {
	/** Its hello came. */
	handshakeDone(): void;
	/** It is gone. Both work once. */
	release(): void;
}

export interface ConnectionQuota {
	/** Undefined: this address has all that one may have. */
	acquire(connection: Pick<Connection, 'dialled' | 'remoteAddress'>): ConnectionSlot | undefined;
}

const UNLIMITED_SLOT: ConnectionSlot = {handshakeDone() {}, release() {}};

/**
 * How many accepted connections one address holds, and how many of them said no hello yet. Loopback stands for many and is
 * not counted, nor is what we dialled.
 */
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
