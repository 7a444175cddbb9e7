/**
 * Finds a message by author and seq. The timeline is sorted by time and has no index by seq, which would cost memory for
 * every event. A search reads the pages from the end backwards. It is repeated only for pages that changed.
 */
import {type EventRef, eventId, type PostedEvent} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {LruMap} from './lru-map.js';
import {entryAt, positionOf, type Timeline, type TimelineEntry} from './timeline.js';

type Page = Timeline['pages'][number];

interface Search {
	/** Position at which the message was found. Another timeline may not contain the message at this position. */
	key: OrderKey | undefined;
	/** Pages that do not have the message. */
	readonly searchedPages: WeakSet<Page>;
	/** Timeline that does not have the message. */
	missingIn: Timeline | undefined;
}

/** Number of messages that are remembered. More than a screen shows. */
const MAX_SEARCHES = 1024;
const searches = new LruMap<string, Search>(MAX_SEARCHES, {touchOnGet: true});

/** The message of a reference, or undefined if the timeline has no such message. */
export function findPosted(timeline: Timeline, ref: EventRef): (PostedEvent & TimelineEntry) | undefined {
	const id = eventId(ref.peer, ref.seq);
	const search = searches.get(id) ?? {key: undefined, searchedPages: new WeakSet(), missingIn: undefined};
	searches.set(id, search);
	if (search.missingIn === timeline) return undefined;
	const known = search.key && entryAt(timeline, positionOf(timeline, search.key));
	if (known && search.key && compareOrder(known, search.key) === 0) return known.type === 'posted' ? known : undefined;
	for (let number = timeline.pages.length - 1; number >= 0; number--) {
		const page = timeline.pages[number] ?? [];
		if (search.searchedPages.has(page)) continue;
		const found = page.find(({seq, peer}) => seq === ref.seq && peer === ref.peer);
		if (found?.type === 'posted') {
			const {ms, counter, peer, seq} = found;
			search.key = {ms, counter, peer, seq};
			return found;
		}
		search.searchedPages.add(page);
	}
	search.missingIn = timeline;
	return undefined;
}
