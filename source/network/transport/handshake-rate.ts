import {
	MAX_FAILED_HANDSHAKES,
	MAX_HANDSHAKE_BURST,
	MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND,
	MAX_HANDSHAKES_PER_SECOND,
	MAX_SUSPECT_HANDSHAKES_PER_SECOND,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {isLoopback, prefixGroup} from '../ip-address.js';
import {prefixBudget} from '../prefix-budget.js';
import {createTokenBucket, createWindowRateLimiter} from '../scheduling/rate-limiters.js';

/**
 * Rate limiter of the TLS handshakes of accepted connections. An address whose connections repeatedly fail to prove the
 * secret is suspect. All suspect addresses share one small rate, so that they cannot use up the handshakes of members.
 */
export interface HandshakeRate {
	/**
	 * Counts one handshake of a connection from an address. Returns false if the rate allows no further handshake. The
	 * caller must then close the connection.
	 */
	take(address: string, now: number): boolean;
	/**
	 * IPv6 prefix of an address that has not proved the secret recently. Undefined for an IPv4 address, and for an
	 * address that has proved it.
	 */
	strangerGroup(address: string): string | undefined;
	/**
	 * Records that a handshake has ended which `take` had allowed. `proven`: whether the remote end has proved the
	 * secret.
	 */
	ended(address: string, proven: boolean): void;
}

/**
 * Maximum number of addresses whose failed and proved handshakes are remembered. A forgotten address is treated like a
 * new one.
 */
const MAX_SUSPECTS = 4096;
/** Maximum number of IPv6 prefixes whose rate is remembered. A local network has only a few prefixes. */
const MAX_GROUPS = 256;

/**
 * Creates the limiter. It is needed because a handshake takes more CPU time at the accepting end than at the dialling
 * end.
 */
export function createHandshakeRate(): HandshakeRate {
	const rate = createTokenBucket(MAX_HANDSHAKES_PER_SECOND, MAX_HANDSHAKE_BURST);
	const suspectRate = createTokenBucket(MAX_SUSPECT_HANDSHAKES_PER_SECOND, MAX_SUSPECT_HANDSHAKES_PER_SECOND);
	const rateByAddress = createWindowRateLimiter(MAX_HANDSHAKE_BURST, MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND);
	/** Number of failed handshakes of each address since its last handshake that proved the secret. */
	const failures = new LruMap<string, number>(MAX_SUSPECTS);
	const provenAddresses = new LruMap<string, true>(MAX_SUSPECTS);
	/**
	 * Rate of each IPv6 prefix: half of the total rate. It is for the addresses of the prefix that have not proved the
	 * secret. A rate for each address is not enough, because one machine can use all addresses of a prefix.
	 */
	const rateByGroup = new LruMap<string, ReturnType<typeof createTokenBucket>>(MAX_GROUPS);

	const strangerGroup = (address: string) => (provenAddresses.get(address) ? undefined : prefixGroup(address));

	function takeOfGroup(group: string | undefined, now: number): boolean {
		if (group === undefined) return true;
		const bucket =
			rateByGroup.get(group) ??
			createTokenBucket(prefixBudget(MAX_HANDSHAKES_PER_SECOND), prefixBudget(MAX_HANDSHAKE_BURST));
		rateByGroup.set(group, bucket);
		return bucket.take(now);
	}

	return {
		strangerGroup,
		take(address, now) {
			if (isLoopback(address)) return rate.take(now);
			if ((failures.get(address) ?? 0) >= MAX_FAILED_HANDSHAKES) return suspectRate.take(now);
			// The rate of the prefix is checked first. A handshake that it refuses then takes nothing from
			// `rateByAddress`, whose total is shared by all addresses.
			return takeOfGroup(strangerGroup(address), now) && rateByAddress.allows(address, now) && rate.take(now);
		},
		ended(address, proven) {
			if (proven) {
				failures.delete(address);
				provenAddresses.set(address, true);
			} else if (!isLoopback(address)) {
				failures.set(address, (failures.get(address) ?? 0) + 1);
			}
		},
	};
}
