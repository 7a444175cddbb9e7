/**
 * Highest beacon counter of each peer. A beacon with a lower counter is a copy of an old beacon, sent again by somebody
 * (replay), and is ignored.
 *
 * All members of the room know the key that authenticates beacons, so any member could send a beacon in the name of
 * another peer. Therefore, after a beacon with a valid signature of the peer, unsigned beacons of this peer are
 * ignored, and the counter of its earlier unsigned beacons is forgotten.
 */
import type {BeaconSignature} from '../../codec/beacon-datagram.js';
import type {PeerId} from '../../core/event.js';
import {MAX_CANDIDATES} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {verifySignature} from '../../feed/signing-keys.js';

/**
 * `new`: the counter is higher than all before. `copy`: the counter equals the highest so far. `ignored`: the beacon is
 * a replay or a forgery.
 */
export type BeaconFreshness = 'new' | 'copy' | 'ignored';

export interface BeaconCounters {
	/** Compares a beacon with the earlier beacons of its peer. Does not store its counter: see `record`. */
	judge(peer: PeerId, counter: number, proof: BeaconSignature | undefined): BeaconFreshness;
	/** Stores the counter of a beacon for which `judge` returned `new`. */
	record(peer: PeerId, counter: number, isSigned: boolean): void;
}

/**
 * Maximum number of peers that are examined when the table is full, to find a peer without a signed beacon. Such a peer
 * is evicted first, because every member can send unsigned beacons in the name of any peer.
 */
const MAX_EVICTION_TRIES = 64;

export function createBeaconCounters(verify = verifySignature): BeaconCounters {
	const counters = new LruMap<PeerId, {readonly counter: number; readonly isSigned: boolean}>(MAX_CANDIDATES);

	return {
		judge(peer, counter, proof) {
			const last = counters.get(peer);
			if (last?.isSigned && !proof) return 'ignored';
			const isSuperseded = proof !== undefined && last !== undefined && !last.isSigned;
			const highest = last === undefined || isSuperseded ? -1 : last.counter;
			if (counter < highest) return 'ignored';
			if (proof && !verify(peer, proof.signed, proof.signature)) return 'ignored';
			return counter === highest ? 'copy' : 'new';
		},
		record(peer, counter, isSigned) {
			if (counters.size >= MAX_CANDIDATES && counters.get(peer) === undefined)
				counters.evictOldest(known => !known.isSigned, MAX_EVICTION_TRIES);
			counters.set(peer, {counter, isSigned});
		},
	};
}
