import type {PeerId} from '../core/ids.js';
import {LIVE_RESERVE, MAX_EVENTS, MAX_FEED_BYTES, MAX_FEEDS, MAX_LOG_BYTES} from '../core/limits.js';
import type {FeedTips} from '../feed/feed-tips.js';
import {createHaveIndex} from '../feed/have-index.js';
import type {Holdings} from '../network/holdings.js';
import type {Log} from '../storage/log.js';

export interface OwnHoldings extends Holdings {
	/** We hold more of this feed: say so, if it is written and may be handed on. */
	note(peer: PeerId): void;
	/** Saving works again: what was held back may be said. Returns the feeds of which there is more to say. */
	noteHeldBack(): PeerId[];
}

export interface HoldingsOptions {
	readonly self: PeerId;
	readonly log: Log;
	readonly tips: FeedTips;
	isIgnored(peer: PeerId): boolean;
	/** Events and observations in the state. */
	countEvents(): number;
}

/**
 * What sync may say and ask, over log and tips. A feed that was only read from a reopened log of an open room is silent:
 * shown, and handed on once somebody in the room names it (design.md, 1, What you share is what you were there for).
 */
export function holdingsOf({self, log, tips, isIgnored, countEvents}: HoldingsOptions): OwnHoldings {
	const index = createHaveIndex();
	const heldBack = new Set<PeerId>();

	function note(peer: PeerId): void {
		const tip = tips.tip(peer);
		if (!tip) return;
		if (peer !== self && log.savedSeq(peer) < tip.seq) {
			heldBack.add(peer);
			return;
		}

		heldBack.delete(peer);
		index.set({peer, seq: tip.seq, hash: tip.hash.subarray(0, 8)});
	}

	/** So that a full log does not silence the room, a part is kept for what is said now. */
	function hasRoom(peer: PeerId, live: boolean): boolean {
		const part = live ? 1 + LIVE_RESERVE : 1;
		return (
			tips.bytesOf(peer) < MAX_FEED_BYTES * part &&
			log.size < MAX_LOG_BYTES * part &&
			countEvents() < MAX_EVENTS * part &&
			(tips.seqOf(peer) > 0 || tips.count < MAX_FEEDS * part)
		);
	}

	return {
		seqOf: peer => tips.seqOf(peer),
		have: peer => index.get(peer),
		digest: () => index.digest(),
		bucket: at => index.bucket(at),
		read: (peer, seq, maxBytes, boundary) => log.batchesFrom(peer, seq, maxBytes, boundary),
		isWelcome: peer => !tips.isFrozen(peer) && !isIgnored(peer) && hasRoom(peer, false),
		hasRoom,
		named(peer) {
			if (tips.seqOf(peer) > 0 && !index.get(peer)) note(peer);
		},
		note,
		noteHeldBack() {
			const feeds = [...heldBack];
			for (const peer of feeds) note(peer);
			return feeds.filter(peer => !heldBack.has(peer));
		},
	};
}
