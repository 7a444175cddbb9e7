/**
 * The timeline as frozen pages of at most PAGE_SIZE entries in total order (lessons.md: one flat array of 100,000 costs
 * 8 ms a push, pages 0.05 ms). Opaque to Immer: it is replaced, never drafted.
 */
import type {OrderKey} from './order.js';
import type {TimelineEntry} from './state.js';

export const PAGE_SIZE = 512;

export interface Timeline {
	readonly pages: readonly (readonly TimelineEntry[])[];
	/** `ends[i]`: entries up to and including page i. */
	readonly ends: Float64Array;
	readonly length: number;
}

export declare const emptyTimeline: Timeline;
/** Inserts entries given in rising order; an entry whose key is already there is left out. O(entries + touched pages). */
export declare function insertEntries(timeline: Timeline, entries: readonly TimelineEntry[]): Timeline;
/** Without the entry of exactly this key, or the same timeline. */
export declare function removeEntry(timeline: Timeline, key: OrderKey): Timeline;
/** The entry at a position from 0, or undefined. O(log pages). */
export declare function entryAt(timeline: Timeline, index: number): TimelineEntry | undefined;
/** Position of the first entry not before `key` (length if none). O(log n). */
export declare function positionOf(timeline: Timeline, key: OrderKey): number;
/** Entries `from` (inclusive) to `to` (exclusive), clamped. */
export declare function sliceTimeline(timeline: Timeline, from: number, to: number): TimelineEntry[];
