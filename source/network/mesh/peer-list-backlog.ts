/**
 * Changes of the list of connections that wait to be sent to one peer, because this node has reached its maximum rate
 * of names (SENDER_RATE_SHARE of MAX_PEERS_NAMED_PER_SECOND). Without this maximum, an attacker could make this node
 * name so many peers that other nodes disconnect it. If a connection opens and closes while its change waits, nothing
 * is sent about it.
 */
import type {PeerId} from '../../core/event.js';

type Change = 'added' | 'removed';

export interface PeerListBacklog {
	readonly size: number;
	add(peer: PeerId, change: Change): void;
	/** Removes and returns `count` changes: first new connections to urgent peers, then the oldest changes. */
	take(count: number, urgent: ReadonlySet<PeerId>): {readonly added: PeerId[]; readonly removed: PeerId[]};
	clear(): void;
}

export function createPeerListBacklog(): PeerListBacklog {
	const changes = new Map<PeerId, Change>();

	return {
		get size() {
			return changes.size;
		},
		add(peer, change) {
			const isUnknown = changes.get(peer) === 'added' && change === 'removed';
			changes.delete(peer);
			if (!isUnknown) changes.set(peer, change);
		},
		take(count, urgent) {
			const isUrgent = ([peer, change]: readonly [PeerId, Change]) => change === 'added' && urgent.has(peer);
			const waiting = [...changes];
			const ordered =
				urgent.size === 0 ? waiting : [...waiting.filter(isUrgent), ...waiting.filter(one => !isUrgent(one))];
			const taken = ordered.slice(0, Math.max(0, count));
			for (const [peer] of taken) changes.delete(peer);
			const peersOf = (wanted: Change) => taken.filter(([, change]) => change === wanted).map(([peer]) => peer);
			return {added: peersOf('added'), removed: peersOf('removed')};
		},
		clear: () => changes.clear(),
	};
}
