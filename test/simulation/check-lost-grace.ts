/** Checks that a `lost` report is written only after the grace period. Times are true time, ms. */
import type {FeedEvent} from '../../source/core/event.js';
import {LOST_GRACE_MS, STALL_MS} from '../../source/core/limits.js';
import type {Life} from './node.js';

/** A period in which a process got no processor time. Its beginning and end are true time, ms. */
export interface Stall {
	readonly from: number;
	to: number;
}

/** Duration, ms. A node is certain to detect every stall that lasts longer, whatever the phase of its timers. */
const DETECTED_STALL_MS = STALL_MS + 1000;

/**
 * Checks one event. The reporter must have waited for the grace period since its own connection to the subject ended, and
 * since its own last stall. `now` is the time of the event, ms.
 */
export function checkLostGrace(life: Life, event: FeedEvent, stalls: readonly Stall[], now: number): string[] {
	if (event.type !== 'lost' || event.peer !== life.info?.peer) return [];
	const subject = event.subject.slice(0, 6);
	const since = now - (life.disconnectedAt.get(event.subject) ?? Number.NEGATIVE_INFINITY);
	if (since < LOST_GRACE_MS) return [`reported ${subject} lost ${Math.round(since)} ms after their connection ended`];
	const stall = stalls.find(({from, to}) => to - from > DETECTED_STALL_MS && now >= to && now - to < LOST_GRACE_MS);
	return stall ? [`reported ${subject} lost ${Math.round(now - stall.to)} ms after its own stall`] : [];
}
