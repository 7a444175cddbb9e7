/**
 * Finds a message or a shared file by author and seq. The timeline is sorted by time and has no index by seq, which
 * would cost memory for every event. A search reads the pages of the timeline from the last to the first. When the
 * same message is searched again, only pages that have changed are read.
 */
import {type EventRef, eventId, isWritten, type WrittenEvent} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {LruMap} from './lru-map.js';
import {entryAt, positionOf, type Timeline, type TimelineEntry} from './timeline.js';

type Page = Timeline['pages'][number];

interface Search {
	/**
	 * Position in timeline order at which an earlier search found the message. The current timeline may no longer
	 * contain it.
	 */
	key: OrderKey | undefined;
	/** Pages of the timeline that are known not to contain the message. */
	readonly searchedPages: WeakSet<Page>;
	/** Timeline that was searched last, if it does not contain the message. */
	missingIn: Timeline | undefined;
}

/**
 * Maximum number of searches whose results are remembered. A screen shows fewer messages, so all their searches are
 * remembered.
 */
const MAX_SEARCHES = 1024;
const searches = new LruMap<string, Search>(MAX_SEARCHES, {touchOnGet: true});

/** The message or shared file to which `ref` refers; undefined if the timeline does not contain it. */
export function findPosted(timeline: Timeline, ref: EventRef): (WrittenEvent & TimelineEntry) | undefined {
	const id = eventId(ref.peer, ref.seq);
	const search = searches.get(id) ?? {key: undefined, searchedPages: new WeakSet(), missingIn: undefined};
	searches.set(id, search);
	if (search.missingIn === timeline) return undefined;
	const known = search.key && entryAt(timeline, positionOf(timeline, search.key));
	if (known && search.key && compareOrder(known, search.key) === 0) return isWritten(known) ? known : undefined;
	for (let number = timeline.pages.length - 1; number >= 0; number--) {
		const page = timeline.pages[number] ?? [];
		if (search.searchedPages.has(page) || !mayContain(page, ref)) continue;
		const found = page.find(({seq, peer}) => seq === ref.seq && peer === ref.peer);
		if (found && isWritten(found)) {
			const {ms, counter, peer, seq} = found;
			search.key = {ms, counter, peer, seq};
			return found;
		}
		search.searchedPages.add(page);
	}
	search.missingIn = timeline;
	return undefined;
}

/**
 * Number of bits in the Bloom filter of a timeline page. With 512 rows in a page, the filter wrongly reports about
 * one in twenty absent rows as possibly present.
 */
const FILTER_BITS = 4096;
const filters = new WeakMap<Page, Uint32Array>();

/**
 * Whether a timeline page may contain the event with this author and seq, according to a Bloom filter with two bits
 * for each row. If false, the page certainly does not contain the event.
 */
function mayContain(page: Page, ref: EventRef): boolean {
	let filter = filters.get(page);
	if (!filter) {
		filter = new Uint32Array(FILTER_BITS / 32);
		for (const row of page)
			for (const bit of filterBits(row)) filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
		filters.set(page, filter);
	}
	for (const bit of filterBits(ref)) if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
	return true;
}

function filterBits({peer, seq}: EventRef): [number, number] {
	const hash = Math.imul(Number.parseInt(peer.slice(0, 8), 16) ^ Math.imul(seq, 0x9e3779b1), 0x85ebca6b) >>> 0;
	return [hash % FILTER_BITS, (hash >>> 16) % FILTER_BITS];
}
