/** Verifies the signatures and hash chains of a saved log. */

import {lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import {createFeedTips} from '../feed/feed-tips.js';
import type {LoadedLog} from './saved-log.js';

/** Result of verifying one feed of a log. */
export interface FeedVerification {
	readonly peer: PeerId;
	/** Highest seq of this feed in the log. */
	readonly last: number;
	/** Signatures and hash chain are valid from seq 1 to this seq; 0: from the first event on something is invalid. */
	readonly verifiedSeq: number;
	/** What is wrong with the first event after `verifiedSeq`. `gap`: the log does not contain that event. */
	readonly fault?: 'bad signature' | 'forked' | 'gap';
}

/** Verifies all feeds of a log, in the order in which their first batches appear. */
export function verifyLog({header, batches}: Pick<LoadedLog, 'header' | 'batches'>): FeedVerification[] {
	const tips = createFeedTips({roomTag: header.roomTag});
	const verifications = new Map<PeerId, FeedVerification>();
	for (const batch of batches) {
		const known = verifications.get(batch.peer) ?? {peer: batch.peer, last: 0, verifiedSeq: 0};
		const {type} = tips.accept(batch);
		const fault =
			type === 'invalid' ? 'bad signature' : type === 'forked' ? 'forked' : type === 'ahead' ? 'gap' : undefined;
		verifications.set(batch.peer, {
			...known,
			last: Math.max(known.last, lastSeq(batch)),
			verifiedSeq: tips.seqOf(batch.peer),
			...(fault && !known.fault && {fault}),
		});
	}
	return [...verifications.values()].map(({fault, ...feed}) =>
		feed.verifiedSeq < feed.last || fault === 'forked' ? {...feed, fault: fault ?? 'gap'} : feed,
	);
}
