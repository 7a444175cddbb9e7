/** Which feeds of a log are what their authors signed, and how far. */
import {lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {createFeedTips} from '../feed/feed-tips.js';
import type {LoadedLog} from './open-log.js';

export interface FeedVerdict {
	readonly peer: PeerId;
	/** Highest seq in the log. */
	readonly last: number;
	/** Signature and chain hold from 1 to this. */
	readonly verified: number;
	/** What stands against it behind that. */
	readonly fault?: 'bad signature' | 'forked' | 'gap';
}

/** By first appearance in the log. */
export function verifyLog({header, batches}: Pick<LoadedLog, 'header' | 'batches'>): FeedVerdict[] {
	const tips = createFeedTips({roomTag: header.roomTag});
	const verdicts = new Map<PeerId, FeedVerdict>();
	for (const batch of batches) {
		const known = verdicts.get(batch.peer) ?? {peer: batch.peer, last: 0, verified: 0};
		const {type} = tips.accept(batch);
		const fault =
			type === 'invalid' ? 'bad signature' : type === 'forked' ? 'forked' : type === 'ahead' ? 'gap' : undefined;
		verdicts.set(batch.peer, {
			...known,
			last: Math.max(known.last, lastSeq(batch)),
			verified: tips.seqOf(batch.peer),
			...(fault && !known.fault && {fault}),
		});
	}
	return [...verdicts.values()].map(({fault, ...verdict}) =>
		verdict.verified < verdict.last || fault === 'forked' ? {...verdict, fault: fault ?? 'gap'} : verdict,
	);
}
