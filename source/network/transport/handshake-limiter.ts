import {prefixBudget} from '../prefix-budget.js';

/**
 * Numbers of connections that the handshake limiter allows. The limiter queues the TLS handshakes of incoming connections.
 */
export interface HandshakeLimits {
	/** Maximum number of concurrent handshakes. */
	readonly active: number;
	/** Maximum number of accepted connections whose handshake has not begun. */
	readonly waiting: number;
	/** Maximum number of active and waiting handshakes from one address. */
	readonly perAddress: number;
}

export interface HandshakeLimiter {
	/** Calls `begin` now or when a slot is free, and returns true. Returns false if a limit is reached. */
	acquire(key: object, address: string, begin: () => void): boolean;
	/** To be called when the handshake has ended or the connection has closed. */
	release(key: object): void;
}

interface Entry {
	/** Address and group, by which connections are counted. */
	readonly keys: readonly string[];
	readonly group: string | undefined;
	readonly begin: () => void;
	active: boolean;
}

/**
 * `groupOf`: the IPv6 prefix of an address; undefined if it has none. All connections of one prefix together get at
 * most half of the slots. `exempt`: whether `perAddress` does not apply to an address, for example to loopback, which
 * many peers share.
 */
export function createHandshakeLimiter(
	limits: HandshakeLimits,
	exempt: (address: string) => boolean,
	groupOf: (address: string) => string | undefined = () => undefined,
): HandshakeLimiter {
	const admitted = new Map<object, Entry>();
	const countByAddress = new Map<string, number>();
	/**
	 * Number of active handshakes of each group. The handshakes of one group must not fill all active places while other
	 * groups wait.
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
