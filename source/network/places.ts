import {MAX_CONNECTIONS_PER_ADDRESS, MAX_PENDING_PER_ADDRESS} from '../core/limits.js';
import {isLoopback} from './subnets.js';
import type {Connection} from './transport.js';

/** The place of one connection. */
export interface Place {
	/** Its hello came. */
	settle(): void;
	/** It is gone. Both work once. */
	leave(): void;
}

export interface Places {
	/** Undefined: this address has all that one may have. */
	enter(connection: Pick<Connection, 'dialled' | 'remoteAddress'>): Place | undefined;
}

const UNCOUNTED: Place = {settle() {}, leave() {}};

/**
 * How many accepted connections one address holds, and how many of them said no hello yet. Loopback stands for many and is
 * not counted, nor is what we dialled.
 */
export function createPlaces(): Places {
	const addresses = new Map<string, {open: number; pending: number}>();

	return {
		enter({dialled, remoteAddress}) {
			if (dialled || isLoopback(remoteAddress)) return UNCOUNTED;
			const count = addresses.get(remoteAddress) ?? {open: 0, pending: 0};
			if (count.open >= MAX_CONNECTIONS_PER_ADDRESS || count.pending >= MAX_PENDING_PER_ADDRESS) return undefined;
			addresses.set(remoteAddress, count);
			count.open += 1;
			count.pending += 1;
			let [isPending, isOpen] = [true, true];
			const settle = () => {
				if (isPending) count.pending -= 1;
				isPending = false;
			};
			return {
				settle,
				leave() {
					settle();
					if (isOpen) count.open -= 1;
					isOpen = false;
					if (count.open === 0) addresses.delete(remoteAddress);
				},
			};
		},
	};
}
