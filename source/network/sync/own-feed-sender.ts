/**
 * Sender of own new events (protocol.md, 14.7). It pushes them at once to every connected peer. A peer that reads too
 * slowly gets no pushes until its queue has drained. After that, the next `have` lists the feed of this node, and the
 * peer requests the events that it lacks.
 */
import {sizeOfBatch} from '../../codec/batch.js';
import {encodeMessageFrame} from '../../codec/message.js';
import {type Batch, lastSeq} from '../../core/batch.js';
import type {PeerId} from '../../core/event.js';
import {MAX_QUEUED_BYTES, MAX_REPEATED_PUSH_BYTES} from '../../core/limits.js';
import type {FeedInventory} from './feed-inventory.js';
import {connectionState, type SyncLink} from './sync-link.js';

export interface OwnFeedSender {
	/** Pushes a batch of the own feed on these links. */
	push(batch: Batch, links: Iterable<SyncLink>): void;
	/** Resumes pushes to a peer whose queue has drained. Returns false if they were not paused. */
	resume(sync: SyncLink): boolean;
}

export function createOwnFeedSender(self: PeerId, inventory: FeedInventory): OwnFeedSender {
	/**
	 * Pushes a batch together with the events before it that the peer may lack, if they have at most
	 * MAX_REPEATED_PUSH_BYTES. The peer drops a push that starts after a gap. The peer would then have to request the
	 * events, but this node may have left by then, if it leaves soon after it joined. More earlier events are not
	 * pushed, because the peer is probably requesting them already. Returns false without pushing if no earlier events
	 * are needed, or if they have more than MAX_REPEATED_PUSH_BYTES.
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
