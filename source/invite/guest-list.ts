/**
 * Guests of one window (see invitation.ts), and the random values that admit them. The link to the page contains a
 * token. A browser that sends the token becomes a guest and gets a bearer. The bearer is a second random value, which
 * only this guest has. The guest sends it with every later request. Tokens and bearers are compared by their hashes, so
 * that the duration of a comparison reveals nothing about the secret value. Pure except for `random`.
 */
import {createHash} from 'node:crypto';
import {
	MAX_TOKEN_FAILURES_PER_ADDRESS,
	MAX_TOKEN_FAILURES_PER_MINUTE,
	MAX_WINDOW_GUESTS,
	TOKEN_FAILURE_MEMORY_MS,
} from '../core/limits.js';
import {LruMap} from '../core/lru-map.js';
import type {Guest} from '../node/invitation.js';

/** Result of a request to become a guest. `refused`: HTTP status of the refusal. */
export type Admission = {readonly bearer: string; readonly guest: number} | {readonly refused: 401 | 429 | 503};

export interface GuestList {
	/**
	 * The token of the link. It changes when a guest is sent away with `kick`, so that this guest cannot return with
	 * the old link.
	 */
	readonly token: string;
	/** Exchanges the token for a bearer. `now`: monotonic ms. */
	admit(token: string, address: string, now: number): Admission;
	/** Number of the guest to whom this bearer was given; undefined if no guest has it. */
	find(bearer: string): number | undefined;
	/**
	 * Must be called when a guest has opened (`change`: 1) or closed (-1) a connection for events. `now`: monotonic ms.
	 */
	connected(guest: number, change: 1 | -1, now: number): void;
	kick(guest: number): boolean;
	list(): readonly Guest[];
}

interface GuestRecord {
	readonly number: number;
	readonly address: string;
	connections: number;
	/** Time at which the guest was seen last, monotonic ms: when its last connection closed, or when it was admitted. */
	seenAt: number;
}

const TOKEN_BYTES = 16;
/** Maximum number of groups of addresses whose wrong tokens are counted separately. */
const MAX_FAILING_ADDRESSES = 256;

interface Failures {
	count: number;
	since: number;
}

/**
 * Creates an empty list. The wrong tokens of all addresses in one group (`groupOf`) are counted together, because one
 * machine can use any number of IPv6 addresses.
 */
export function createGuestList(
	random: (bytes: number) => Uint8Array,
	groupOf: (address: string) => string,
): GuestList {
	const guests = new Map<string, GuestRecord>();
	const failures = new LruMap<string, Failures>(MAX_FAILING_ADDRESSES);
	const allFailures: Failures = {count: 0, since: Number.NEGATIVE_INFINITY};
	let token = createSecret();
	let lastNumber = 0;

	function createSecret(): string {
		return Buffer.from(random(TOKEN_BYTES)).toString('base64url');
	}

	function refresh(entry: Failures, now: number): Failures {
		if (now - entry.since > TOKEN_FAILURE_MEMORY_MS) Object.assign(entry, {count: 0, since: now});
		return entry;
	}

	/**
	 * Makes room for a new guest. If there are already MAX_WINDOW_GUESTS guests, removes the guest that has been
	 * disconnected for longest, and returns false if all are connected.
	 */
	function makeRoom(): boolean {
		if (guests.size < MAX_WINDOW_GUESTS) return true;
		const [oldest] = [...guests]
			.filter(([, guest]) => guest.connections === 0)
			.sort(([, a], [, b]) => a.seenAt - b.seenAt);
		return oldest !== undefined && guests.delete(oldest[0]);
	}

	return {
		get token() {
			return token;
		},
		admit(given, address, now) {
			const group = groupOf(address);
			const own = refresh(failures.get(group) ?? {count: 0, since: now}, now);
			failures.set(group, own);
			refresh(allFailures, now);
			if (own.count >= MAX_TOKEN_FAILURES_PER_ADDRESS || allFailures.count >= MAX_TOKEN_FAILURES_PER_MINUTE)
				return {refused: 429};
			if (hash(given) !== hash(token)) {
				own.count++;
				allFailures.count++;
				return {refused: 401};
			}
			if (!makeRoom()) return {refused: 503};
			const bearer = createSecret();
			lastNumber++;
			guests.set(hash(bearer), {number: lastNumber, address, connections: 0, seenAt: now});
			return {bearer, guest: lastNumber};
		},
		find: bearer => guests.get(hash(bearer))?.number,
		connected(number, change, now) {
			for (const guest of guests.values()) {
				if (guest.number !== number) continue;
				guest.connections += change;
				guest.seenAt = now;
			}
		},
		kick(number) {
			const found = [...guests].find(([, guest]) => guest.number === number);
			if (!found) return false;
			guests.delete(found[0]);
			token = createSecret();
			return true;
		},
		list: () =>
			[...guests.values()].map(guest => ({
				number: guest.number,
				address: guest.address,
				isConnected: guest.connections > 0,
			})),
	};
}

function hash(secret: string): string {
	return createHash('sha256').update(secret).digest('base64');
}
