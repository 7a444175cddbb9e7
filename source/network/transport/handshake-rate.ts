import {
	MAX_FAILED_HANDSHAKES,
	MAX_HANDSHAKE_BURST,
	MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND,
	MAX_HANDSHAKES_PER_SECOND,
	MAX_SUSPECT_HANDSHAKES_PER_SECOND,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {addressGroup, isLoopback} from '../ip-address.js';
import {createTokenBucket, createWindowRateLimiter} from '../scheduling/rate-limiters.js';

/**
 * Rate limiter of the TLS handshakes of accepted connections. An address whose connections do not prove the secret has to
 * share a small rate with all such addresses. Strangers can therefore not use up the handshakes of members.
 */
export interface HandshakeRate {
	/** Takes a handshake for a connection from an address. Returns false if the connection must be refused. */
	take(address: string, now: number): boolean;
	/** Records the end of a handshake that was taken. `proven`: the remote end has the secret. */
	ended(address: string, proven: boolean): void;
}

/** Addresses whose failures are remembered. An address that is evicted counts as new. */
const MAX_SUSPECTS = 4096;

/** Limited, because a handshake needs more CPU time at the server than at the client. */
export function createHandshakeRate(): HandshakeRate {
	const rate = createTokenBucket(MAX_HANDSHAKES_PER_SECOND, MAX_HANDSHAKE_BURST);
	const suspectRate = createTokenBucket(MAX_SUSPECT_HANDSHAKES_PER_SECOND, MAX_SUSPECT_HANDSHAKES_PER_SECOND);
	const rateByAddress = createWindowRateLimiter(MAX_HANDSHAKE_BURST, MAX_HANDSHAKES_PER_ADDRESS_PER_SECOND);
	/** Number of handshakes of each address that failed after its last success. */
	const failures = new LruMap<string, number>(MAX_SUSPECTS);

	return {
		take(address, now) {
			if (isLoopback(address)) return rate.take(now);
			const group = addressGroup(address);
			if ((failures.get(group) ?? 0) >= MAX_FAILED_HANDSHAKES) return suspectRate.take(now);
			return rateByAddress.allows(group, now) && rate.take(now);
		},
		ended(address, proven) {
			const group = addressGroup(address);
			if (proven) failures.delete(group);
			else if (!isLoopback(address)) failures.set(group, (failures.get(group) ?? 0) + 1);
		},
	};
}
