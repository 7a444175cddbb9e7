/**
 * What guests see of the room: rows, people and pinned messages. Guests never see addresses, notices or observations of
 * this node.
 */
import {findFirstIndex} from '../core/binary-search.js';
import {eventId, type PeerId} from '../core/event.js';
import {toSortableString} from '../core/event-order.js';
import {MAX_WINDOW_ANSWER_UNITS, MAX_WINDOW_ROWS_PER_ANSWER} from '../core/limits.js';
import {hueOf} from '../core/name-hues.js';
import {isPresent} from '../core/select-peers.js';
import {selectPeople} from '../core/select-people.js';
import {selectPins} from '../core/select-pins.js';
import type {State} from '../core/state.js';
import {stateIgnoring} from '../core/text-of.js';
import {entryAt, type TimelineEntry} from '../core/timeline.js';
import {createPageNames} from '../page/page-names.js';
import type {PagePerson, PageRow} from '../page/page-row.js';
import {type PageRowOptions, pageRowOf} from '../page/page-rows.js';

export interface WindowRows {
	/** The row of an entry; undefined if guests do not see it. */
	row(state: State, entry: TimelineEntry): PageRow | undefined;
	/**
	 * The newest rows before the sort key `order`, in timeline order; without `order`, the newest of all rows. `more`: whether
	 * there are older rows.
	 */
	rowsBefore(state: State, order: string | undefined): {readonly rows: readonly PageRow[]; readonly more: boolean};
	/** People who are present. */
	people(state: State): readonly PagePerson[];
	/** Pinned messages, the most recently pinned one first, as many as fit into one answer. */
	pins(state: State): readonly PageRow[];
}

/**
 * Maximum number of entries that are examined for one answer. Guests do not see all entries, so many entries may have
 * to be examined for a few rows.
 */
const MAX_ENTRIES_PER_ANSWER = 4096;

/**
 * Creates the functions. `initial`: the state of the room when the window opens. Two people can use one name. Then the
 * page shows the name of the person who used it first as `Bob`, and that of the other person as `Bob (2)`.
 */
export function createWindowRows(isIgnored: (peer: PeerId) => boolean, initial: State): WindowRows {
	const options: PageRowOptions = {
		names: createPageNames(false, initial),
		withAddresses: false,
		withObservations: false,
		idOf: (_, {peer, seq}) => eventId(peer, seq),
	};

	function row(state: State, entry: TimelineEntry): PageRow | undefined {
		if (isIgnored(entry.peer)) return undefined;
		const found = pageRowOf(stateIgnoring(state, isIgnored), entry, options);
		return found && {...found, order: toSortableString(entry)};
	}

	return {
		row,
		rowsBefore(state, order) {
			const {timeline} = state;
			const end =
				order === undefined
					? timeline.length
					: findFirstIndex(0, timeline.length, index => {
							const entry = entryAt(timeline, index);
							return entry !== undefined && toSortableString(entry) >= order;
						});
			const rows: PageRow[] = [];
			const hasRoom = createAnswerSize();
			let index = end - 1;
			const stop = Math.max(-1, end - 1 - MAX_ENTRIES_PER_ANSWER);
			for (; index > stop && rows.length < MAX_WINDOW_ROWS_PER_ANSWER; index--) {
				const entry = entryAt(timeline, index);
				const found = entry && row(state, entry);
				if (!found) continue;
				if (!hasRoom(found)) break;
				rows.push(found);
			}
			return {rows: rows.reverse(), more: index >= 0};
		},
		people: state =>
			selectPeople(state)
				.filter(({status}) => isPresent(status))
				.map(({peer}) => ({name: options.names(state, peer), hue: hueOf(state, peer)})),
		pins(state) {
			const hasRoom = createAnswerSize();
			const pins = selectPins(stateIgnoring(state, isIgnored)).flatMap(({message}) => row(state, message) ?? []);
			const first = pins.findIndex(pin => !hasRoom(pin));
			return first < 0 ? pins : pins.slice(0, first);
		},
	};
}

/**
 * Returns a function that must be called with each row of one answer. It adds up the sizes of these rows, and returns
 * whether the given row still fits. The first row always fits.
 */
function createAnswerSize(): (row: PageRow) => boolean {
	let size = 0;
	return row => {
		const isFirst = size === 0;
		size += JSON.stringify(row).length;
		return isFirst || size <= MAX_WINDOW_ANSWER_UNITS;
	};
}
