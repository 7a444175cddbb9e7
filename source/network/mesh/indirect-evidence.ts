/**
 * Indirect evidence that peers are alive (protocol.md, Failure reports): what connected peers report about peers to
 * which this node is not connected. The reports of each connected peer (source) are stored separately, so that no peer
 * gets its own reports back.
 *
 * The stored time of a peer is the moment at which some node was last known to be connected to it, in monotonic ms of
 * this node.
 */
import type {PeerId} from '../../core/event.js';
import {MAX_REPORTED_PEERS, VANISHED_AFTER_MS} from '../../core/limits.js';

/** Peer that is alive. `ageMs`: time since some node was last known to be connected to it. */
export interface AlivePeer {
	readonly peer: PeerId;
	readonly ageMs: number;
}

export interface IndirectEvidence {
	/** Adds a list that `source` has sent to its earlier lists. For each peer the newest time counts. */
	note(source: PeerId, peers: readonly AlivePeer[], now: number): void;
	/** Forgets all lists of a source. */
	remove(source: PeerId): void;
	/**
	 * Newest time at which a peer was alive according to `source`. Without `source`, according to any source. Undefined
	 * if no source has reported it.
	 */
	aliveAt(peer: PeerId, source?: PeerId): number | undefined;
	/**
	 * Peers that a source reported as alive within the last VANISHED_AFTER_MS, each with the time at which it was last
	 * alive.
	 */
	list(source: PeerId, now: number): Iterable<readonly [PeerId, number]>;
}

export function createIndirectEvidence(): IndirectEvidence {
	const bySource = new Map<PeerId, Map<PeerId, number>>();

	return {
		note(source, peers, now) {
			const times = bySource.get(source) ?? new Map<PeerId, number>();
			bySource.set(source, times);
			for (const [peer, at] of times) if (at <= now - VANISHED_AFTER_MS) times.delete(peer);
			for (const {peer, ageMs} of peers) {
				const known = times.get(peer);
				if (ageMs >= VANISHED_AFTER_MS || (known === undefined && times.size >= MAX_REPORTED_PEERS)) continue;
				times.set(peer, Math.max(known ?? Number.NEGATIVE_INFINITY, now - ageMs));
			}
		},
		remove: source => void bySource.delete(source),
		aliveAt(peer, source) {
			if (source !== undefined) return bySource.get(source)?.get(peer);
			let newest: number | undefined;
			for (const times of bySource.values()) {
				const at = times.get(peer);
				if (at !== undefined && (newest === undefined || at > newest)) newest = at;
			}
			return newest;
		},
		*list(source, now) {
			for (const entry of bySource.get(source) ?? []) if (entry[1] > now - VANISHED_AFTER_MS) yield entry;
		},
	};
}
