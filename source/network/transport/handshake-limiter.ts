/** Numbers of connections that the handshake limiter allows. It queues the TLS handshakes of incoming connections. */
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

/** `exempt`: whether `perAddress` does not apply to an address, for example to loopback, which many peers share. */
export function createHandshakeLimiter(
	limits: HandshakeLimits,
	exempt: (address: string) => boolean,
): HandshakeLimiter {
	const admitted = new Map<object, {readonly address: string; readonly begin: () => void; active: boolean}>();
	const countByAddress = new Map<string, number>();
	let active = 0;

	function count(address: string, change: number): void {
		const next = (countByAddress.get(address) ?? 0) + change;
		if (next > 0) countByAddress.set(address, next);
		else countByAddress.delete(address);
	}

	function admitNext(): void {
		for (const entry of admitted.values()) {
			if (active >= limits.active) return;
			if (entry.active) continue;
			entry.active = true;
			active++;
			entry.begin();
		}
	}

	return {
		acquire(key, address, begin) {
			if (admitted.size >= limits.active + limits.waiting) return false;
			if (!exempt(address) && (countByAddress.get(address) ?? 0) >= limits.perAddress) return false;
			admitted.set(key, {address, begin, active: false});
			count(address, 1);
			admitNext();
			return true;
		},
		release(key) {
			const entry = admitted.get(key);
			if (!entry) return;
			admitted.delete(key);
			count(entry.address, -1);
			if (!entry.active) return;
			active--;
			admitNext();
		},
	};
}
