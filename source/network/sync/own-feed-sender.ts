/**
 * Sender of the new events of this node (protocol.md, 14.7). They are pushed (sent without a request) to every
 * connected peer at once. A peer that reads too slowly gets no pushes until its send queue is empty again. Then the
 * next `have` message lists the feed of this node, and the peer requests the events that it lacks.
 */
import {sizeOfBatch} from '../../codec/batch.js';
import {encodeMessageFrame} from '../../codec/message.js';
import {type Batch, lastSeq} from '../../core/batch.js';
import type {PeerId} from '../../core/event.js';
import {MAX_QUEUED_BYTES, MAX_REPEATED_PUSH_BYTES} from '../../core/limits.js';
import type {FeedInventory} from './feed-inventory.js';
import {connectionState, type SyncLink} from './sync-link.js';

export interface OwnFeedSender {
	/** Pushes a batch of the feed of this node on these links. */
	push(batch: Batch, links: Iterable<SyncLink>): void;
	/** Allows pushes again to a peer whose send queue is empty. Returns false if they were allowed already. */
	resume(sync: SyncLink): boolean;
}

export function createOwnFeedSender(self: PeerId, inventory: FeedInventory): OwnFeedSender {
	/**
	 * Pushes a batch together with earlier events of this node that the peer may lack. Without them the peer would drop
	 * the push, because it would start after a gap. The peer would then have to request the events, but a node that
	 * leaves soon after it joined would be gone by then.
	 *
	 * Returns false, and pushes nothing, in two cases: no earlier events are needed, or they have more than
	 * MAX_REPEATED_PUSH_BYTES. In the second case the peer is probably requesting them already.
	 */
	function pushUnknown(sync: SyncLink, batch: Batch): boolean {
		const state = connectionState(sync, sync.link);
		const from = Math.max(sync.acknowledgedSeq, state.pushedSeq) + 1;
		if (from >= batch.firstSeq) {
			state.pushedSeq = Math.max(state.pushedSeq, lastSeq(batch));
			return false;
		}

		const batches = inventory.read(self, from, MAX_REPEATED_PUSH_BYTES + sizeOfBatch(batch), undefined);
		const last = batches.at(-1);
		if (!last || lastSeq(last) < lastSeq(batch)) return false;
		state.pushedSeq = lastSeq(last);
		sync.link.send({type: 'events', batches});
		return true;
	}

	return {
		push(batch, links) {
			const frame = encodeMessageFrame({type: 'events', batches: [batch]});
			for (const sync of links) {
				if (sync.pushesPaused || sync.link.queuedBytes > MAX_QUEUED_BYTES) sync.pushesPaused = true;
				else if (!pushUnknown(sync, batch)) sync.link.sendFrame(frame);
			}
		},
		resume(sync) {
			if (!sync.pushesPaused) return false;
			sync.pending.add(self);
			sync.pushesPaused = false;
			return true;
		},
	};
}
