import {prefixBudget} from '../prefix-budget.js';

/**
 * Limits of the handshake limiter, which runs the TLS handshakes of incoming connections and lets further ones wait.
 */
export interface HandshakeLimits {
	/** Maximum number of handshakes that run at the same time. */
	readonly active: number;
	/** Maximum number of accepted connections that wait for their handshake. */
	readonly waiting: number;
	/** Maximum number of running and waiting handshakes from one address. */
	readonly perAddress: number;
}

export interface HandshakeLimiter {
	/**
	 * Admits a handshake: calls `begin` now, or when another handshake has ended. Returns false, and never calls
	 * `begin`, if a limit is reached. `key`: identifies the connection.
	 */
	acquire(key: object, address: string, begin: () => void): boolean;
	/** To be called when the handshake of a connection has ended, or the connection has closed. */
	release(key: object): void;
}

interface Entry {
	/** Keys by which the connection is counted: its address and, if the address has one, its IPv6 prefix (`group`). */
	readonly keys: readonly string[];
	readonly group: string | undefined;
	readonly begin: () => void;
	active: boolean;
}

/**
 * Creates the limiter. `exempt`: whether the limit `perAddress` is not applied to an address. Loopback is exempt,
 * because many peers share it. `groupOf`: IPv6 prefix of an address; undefined if it has none. The connections of one
 * prefix together get at most half of the running and of the waiting handshakes.
 */
export function createHandshakeLimiter(
	limits: HandshakeLimits,
	exempt: (address: string) => boolean,
	groupOf: (address: string) => string | undefined = () => undefined,
): HandshakeLimiter {
	const admitted = new Map<object, Entry>();
	const countByAddress = new Map<string, number>();
	/**
	 * Number of running handshakes of each IPv6 prefix. The handshakes of one prefix must not take all places while
	 * other addresses wait.
	 */
	const activeByGroup = new Map<string, number>();
	let active = 0;

	function count(counts: Map<string, number>, key: string, change: number): void {
		const next = (counts.get(key) ?? 0) + change;
		if (next > 0) counts.set(key, next);
		else counts.delete(key);
	}

	function setActive(entry: Entry, isActive: boolean): void {
		if (entry.active === isActive) return;
		entry.active = isActive;
		active += isActive ? 1 : -1;
		if (entry.group !== undefined) count(activeByGroup, entry.group, isActive ? 1 : -1);
	}

	const isGroupActive = ({group}: Entry) =>
		group !== undefined && (activeByGroup.get(group) ?? 0) >= prefixBudget(limits.active);

	function admitNext(): void {
		for (const entry of admitted.values()) {
			if (active >= limits.active) return;
			if (entry.active || isGroupActive(entry)) continue;
			setActive(entry, true);
			entry.begin();
		}
	}

	return {
		acquire(key, address, begin) {
			if (admitted.size >= limits.active + limits.waiting) return false;
			if (!exempt(address) && (countByAddress.get(address) ?? 0) >= limits.perAddress) return false;
			const group = groupOf(address);
			const places = limits.active + limits.waiting;
			if (group !== undefined && (countByAddress.get(group) ?? 0) >= prefixBudget(places)) return false;
			const keys = group === undefined ? [address] : [address, group];
			admitted.set(key, {keys, group, begin, active: false});
			for (const one of keys) count(countByAddress, one, 1);
			admitNext();
			return true;
		},
		release(key) {
			const entry = admitted.get(key);
			if (!entry) return;
			admitted.delete(key);
			for (const one of entry.keys) count(countByAddress, one, -1);
			if (!entry.active) return;
			setActive(entry, false);
			admitNext();
		},
	};
}
