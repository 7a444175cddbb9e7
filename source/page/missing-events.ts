/**
 * Finds events that a log does not contain although it contains later events of the same feed, for example after damage
 * to the file.
 */

import {type Batch, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/event.js';

/** `count` events are missing before the event `nextSeq` of a feed. */
export interface MissingEvents {
	readonly nextSeq: number;
	readonly count: number;
}

/** For each feed with missing events: its gaps, in the order of seq. */
export function findMissingEvents(batches: readonly Batch[]): ReadonlyMap<PeerId, readonly MissingEvents[]> {
	const rangesByPeer = new Map<PeerId, [number, number][]>();
	for (const batch of batches) {
		const ranges = rangesByPeer.get(batch.peer) ?? [];
		rangesByPeer.set(batch.peer, ranges);
		ranges.push([batch.firstSeq, lastSeq(batch)]);
	}
	const missing = new Map<PeerId, MissingEvents[]>();
	for (const [peer, ranges] of rangesByPeer) {
		let heldTo = 0;
		const gaps: MissingEvents[] = [];
		for (const [first, last] of ranges.sort(([a], [b]) => a - b)) {
			if (first > heldTo + 1) gaps.push({nextSeq: first, count: first - heldTo - 1});
			heldTo = Math.max(heldTo, last);
		}
		if (gaps.length > 0) missing.set(peer, gaps);
	}
	return missing;
}
