/** What bounds incoming connections whose encryption is not up yet: anybody can open those. */
export interface HandshakeLimits {
	/** Handshakes under way at once. */
	readonly active: number;
	/** Accepted, waiting for their handshake to begin. */
	readonly waiting: number;
	/** Both, of one address. */
	readonly perAddress: number;
}

export interface HandshakeLimiter {
	/** Runs `begin` now or when a place is free; false: refused. `leave` must follow, once, for every true. */
	acquire(key: object, address: string, begin: () => void): boolean;
	/** The handshake ended, well or not, or the connection is gone. */
	release(key: object): void;
}

/** `exempt`: addresses that many peers share (loopback) are bounded in all only. */
export function createHandshakeLimiter(
	limits: HandshakeLimits,
	exempt: (address: string) => boolean,
): HandshakeLimiter {
	const inside = new Map<object, {readonly address: string; readonly begin: () => void; active: boolean}>();
	const ofAddress = new Map<string, number>();
	let active = 0;

	function count(address: string, change: number): void {
		const next = (ofAddress.get(address) ?? 0) + change;
		if (next > 0) ofAddress.set(address, next);
		else ofAddress.delete(address);
	}

	function admitNext(): void {
		for (const entry of inside.values()) {
			if (active >= limits.active) return;
			if (entry.active) continue;
			entry.active = true;
			active++;
			entry.begin();
		}
	}

	return {
		acquire(key, address, begin) {
			if (inside.size >= limits.active + limits.waiting) return false;
			if (!exempt(address) && (ofAddress.get(address) ?? 0) >= limits.perAddress) return false;
			inside.set(key, {address, begin, active: false});
			count(address, 1);
			admitNext();
			return true;
		},
		release(key) {
			const entry = inside.get(key);
			if (!entry) return;
			inside.delete(key);
			count(entry.address, -1);
			if (!entry.active) return;
			active--;
			admitNext();
		},
	};
}
