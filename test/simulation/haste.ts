/** A `lost` is written after a grace only (design.md, 1, Who testifies; 3, Liveness). Times are true, in ms. */
import type {FeedEvent} from '../../source/core/event.js';
import {LOST_GRACE_MS, STALL_MS} from '../../source/core/limits.js';
import type {Life} from './node.js';

export interface Standstill {
	readonly from: number;
	to: number;
}

/** Who stood still for longer knows it, however his timers lay. */
const STOOD_STILL_MS = STALL_MS + 1000;

/** Whoever accuses has waited: since its own connection to the subject ended, and since it stood still itself. `now`: ms. */
export function judgeHaste(life: Life, event: FeedEvent, standstills: readonly Standstill[], now: number): string[] {
	if (event.type !== 'lost' || event.peer !== life.info?.peer) return [];
	const subject = event.subject.slice(0, 6);
	const since = now - (life.disconnectedAt.get(event.subject) ?? Number.NEGATIVE_INFINITY);
	if (since < LOST_GRACE_MS) return [`called ${subject} lost ${Math.round(since)} ms after they were connected`];
	const stood = standstills.find(({from, to}) => to - from > STOOD_STILL_MS && now >= to && now - to < LOST_GRACE_MS);
	return stood ? [`called ${subject} lost ${Math.round(now - stood.to)} ms after it stood still`] : [];
}
