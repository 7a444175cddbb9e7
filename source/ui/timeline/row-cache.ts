/** Rows are laid out when they are looked at, and kept until something they show changes. */
import type {PeerId} from '../../core/ids.js';
import type {State, TimelineEntry} from '../../core/state.js';
import type {Row} from '../layout/paint-row.js';
import {formatItem, type RowOptions} from './format-item.js';
import type {Item} from './items.js';
import {shownAddress, shownName} from './people.js';

export type RowsOf = (state: State, item: Item, options: RowOptions) => readonly Row[];

interface Kept {
	readonly signature: string;
	readonly options: RowOptions;
	readonly rows: readonly Row[];
}

/** One a screen. Keyed by the entry itself: it is frozen and replaced when it changes. */
export function createRowCache(): RowsOf {
	const kept = new WeakMap<TimelineEntry, Kept>();

	return (state, item, options) => {
		const [entry] = item.entries;
		if (!entry) return [];
		const signature = signatureOf(state, item, entry);
		const known = kept.get(entry);
		if (known?.signature === signature && sameOptions(known.options, options)) return known.rows;
		const rows = formatItem(state, item, options);
		kept.set(entry, {signature, options, rows});
		return rows;
	};
}

function sameOptions(a: RowOptions, b: RowOptions): boolean {
	return a === b || (a.width === b.width && a.times === b.times && a.theme === b.theme && a.search === b.search);
}

const numbers = new WeakMap<State['roster'], number>();
let newest = 0;

/** A run names many: whatever is learnt of anybody lays it out again. */
function numberOf(roster: State['roster']): number {
	const number = numbers.get(roster) ?? ++newest;
	numbers.set(roster, number);
	return number;
}

/** Everything of the state that the rows show and that may change while the entry stays. */
function signatureOf(state: State, item: Item, entry: TimelineEntry): string {
	const person = (peer: PeerId, seq?: number) => `${shownName(state, peer, seq)}\n${shownAddress(state, peer)}`;
	const own = state.launch?.peer ?? '';
	if (item.entries.length > 1) {
		const last = item.entries.at(-1);
		return `${own}\n${item.entries.length}\n${last?.ms}\n${last?.counter}\n${numberOf(state.roster)}`;
	}
	const subject = 'subject' in entry ? person(entry.subject) : '';
	return `${own}\n${person(entry.peer, entry.seq)}\n${subject}`;
}
