/**
 * How fast one author may write live, and all who write more than people do together: keys cost nothing, so one machine
 * may be many authors. Past it pushes are left, and what was missed is fetched no faster than the limit, on average
 * (protocol.md, Limits). Pure but for what it remembers.
 */
import type {PeerId} from '../../core/event.js';
import {
	LIVE_AUTHORS_AT_FULL_PACE,
	LIVE_BURST_SECONDS,
	LIVE_FREE_SECONDS,
	LIVE_SHARED_BURST_SECONDS,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_LIVE_EVENTS_PER_SECOND,
} from '../../core/limits.js';

export interface AuthorRateLimiter {
	/** Live events of this author were taken. `now`: monotonic, ms. */
	record(author: PeerId, events: number, bytes: number, now: number): void;
	/** From when on more may be taken of it, monotonic ms; `now` or before: now. */
	readyAt(author: PeerId, now: number): number;
}

interface UsageLevel {
	/** Seconds' worth of what is allowed, draining by one a second. */
	readonly seconds: number;
	readonly at: number;
}

const MAX_AUTHORS = 4096;

export function createAuthorRateLimiter(): AuthorRateLimiter {
	const levels = new Map<PeerId, UsageLevel>();
	/** Of all authors, what is above what is free, as if of one. */
	let aggregate: UsageLevel = {seconds: 0, at: 0};

	const drain = ({seconds, at}: UsageLevel, now: number) => Math.max(0, seconds - (now - at) / 1000);

	function drained(author: PeerId, now: number): number {
		const level = levels.get(author);
		return level ? drain(level, now) : 0;
	}

	function makeRoom(now: number): void {
		for (const author of levels.keys()) if (drained(author, now) === 0) levels.delete(author);
		const [oldest] = levels.keys();
		if (oldest !== undefined && levels.size >= MAX_AUTHORS) levels.delete(oldest);
	}

	return {
		record(author, events, bytes, now) {
			if (levels.size >= MAX_AUTHORS && !levels.has(author)) makeRoom(now);
			const more = Math.max(events / MAX_LIVE_EVENTS_PER_SECOND, bytes / MAX_LIVE_BYTES_PER_SECOND);
			const before = drained(author, now);
			levels.set(author, {seconds: before + more, at: now});
			const shared = Math.max(0, before + more - Math.max(before, LIVE_FREE_SECONDS));
			aggregate = {seconds: drain(aggregate, now) + shared / LIVE_AUTHORS_AT_FULL_PACE, at: now};
		},
		readyAt(author, now) {
			const own = drained(author, now);
			const all = own > LIVE_FREE_SECONDS ? drain(aggregate, now) : 0;
			return now + Math.max(own - LIVE_BURST_SECONDS, all - LIVE_SHARED_BURST_SECONDS) * 1000;
		},
	};
}
