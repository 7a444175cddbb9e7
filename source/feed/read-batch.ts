/**
 * Entries of a batch as events, in the order of their feed, with the rules that need to know what stands before (design.md,
 * 2): the HLC rises, `joined` is the first, nothing follows `left`. What breaks them is the author's fault and becomes
 * `unreadable`: kept, passed on, counted, not shown.
 */
import {decodeEntry, readIdentityClaim} from '../codec/entry.js';
import {type Batch, lastSeq} from '../core/batch.js';
import type {FeedEvent, Hlc} from '../core/event.js';
import {compareHlc, HLC_ZERO} from '../core/hybrid-clock.js';
import {verifyIdentity} from './identity.js';

/** What the rules need of the part before. */
export interface FeedCourse {
	readonly hlc: Hlc;
	readonly left: boolean;
}

export const COURSE_START: FeedCourse = {hlc: HLC_ZERO, left: false};

export interface ReadBatch {
	readonly events: FeedEvent[];
	readonly course: FeedCourse;
}

function unreadable({peer, seq, at, ms, counter}: FeedEvent, reason: string): FeedEvent {
	return {type: 'unreadable', peer, seq, at, ms, counter, reason};
}

function withIdentity(event: FeedEvent, entry: Uint8Array, roomTag: Uint8Array): FeedEvent {
	const claim = readIdentityClaim(entry);
	const identity = claim && verifyIdentity(claim, roomTag, event.peer);
	return identity && event.type === 'joined' ? {...event, identity} : event;
}

/** Events from `fromSeq` on. The time of an entry of unknown kind counts as well, so that versions agree on what follows. */
export function readBatchEvents(batch: Batch, fromSeq: number, course: FeedCourse, roomTag: Uint8Array): ReadBatch {
	const events: FeedEvent[] = [];
	let {hlc, left} = course;
	for (let seq = Math.max(fromSeq, batch.firstSeq); seq <= lastSeq(batch); seq++) {
		const entry = batch.entries[seq - batch.firstSeq];
		if (!entry) break;
		let event = decodeEntry(entry, batch.peer, seq);
		const rises = compareHlc(event, hlc) > 0;
		if (rises) hlc = {ms: event.ms, counter: event.counter};
		if (event.type !== 'unreadable') {
			if (left) event = unreadable(event, 'after left');
			else if (!rises) event = unreadable(event, 'its clock does not rise');
			else if (event.type === 'joined' && seq > 1) event = unreadable(event, 'joined a second time');
			else if (event.type === 'joined') event = withIdentity(event, entry, roomTag);
			else if (event.type === 'left') left = true;
		}
		events.push(event);
	}
	return {events, course: {hlc, left}};
}
