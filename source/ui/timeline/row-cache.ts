/**
 * Cache of formatted rows. Each frame draws all visible rows again, and formatting a row takes longer than drawing it.
 */
import {isWritten, type PeerId} from '../../core/event.js';
import {LruMap} from '../../core/lru-map.js';
import {hueOf} from '../../core/name-hues.js';
import {isOurs} from '../../core/own-sessions.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Row} from '../panes/paint-row.js';
import type {Theme} from '../theme.js';
import {displayAddress, displayName} from './display-name.js';
import {effectSignature} from './format-effects.js';
import {transferSignature} from './format-file.js';
import {continuesGroup, formatItem, type RowOptions} from './format-item.js';
import {isMentionOfUs} from './mentions.js';
import type {TimelineItem} from './timeline-view.js';

/** Formats an item, or returns its cached rows while nothing that they show has changed. */
export type RowsOf = (state: State, item: TimelineItem, options: RowOptions) => readonly Row[];

interface CachedRows {
	readonly signature: string;
	readonly options: RowOptions;
	readonly rows: readonly Row[];
}

/** Returns the same options object until a value changes, so that the row cache can compare options by identity. */
export function createRowOptions(theme: Theme): (settings: Omit<RowOptions, 'theme'>) => RowOptions {
	let options: RowOptions | undefined;
	return settings => {
		const next = {...settings, theme};
		if (!options || !sameOptions(options, next)) options = next;
		return options;
	};
}

/**
 * Maximum number of entries whose rows are kept: enough for several screens, for scrolling back and forth. The rows of
 * one entry take about 3 kB, ten times as much as the entry itself, so rows are not kept for the whole history.
 */
export const MAX_CACHED_ENTRIES = 1024;

/**
 * Cache of formatted rows, one per screen. The key is the entry object: an entry is never modified, but replaced by a
 * new object.
 */
export function createRowCache(): RowsOf {
	const cache = new LruMap<TimelineEntry, CachedRows>(MAX_CACHED_ENTRIES, {touchOnGet: true});

	return (state, item, options) => {
		const [entry] = item.entries;
		if (!entry) return [];
		const signature = signatureOf(state, item, entry);
		const cached = cache.get(entry);
		if (cached?.signature === signature && sameOptions(cached.options, options)) return cached.rows;
		const rows = formatItem(state, item, options);
		cache.set(entry, {signature, options, rows});
		return rows;
	};
}

function sameOptions(a: RowOptions, b: RowOptions): boolean {
	if (a === b) return true;
	if (a.width !== b.width || a.times !== b.times || a.addresses !== b.addresses) return false;
	if (a.isLive !== b.isLive) return false;
	return a.theme === b.theme && a.search === b.search;
}

const rosterVersions = new WeakMap<State['roster'], number>();
let lastRosterVersion = 0;

/**
 * Number of a roster, for cache keys: a new roster has a new number. A presence group (a line about several arrivals
 * and departures) names many peers, so it is formatted again after every change of the roster.
 */
function rosterVersionOf(roster: State['roster']): number {
	const version = rosterVersions.get(roster) ?? ++lastRosterVersion;
	rosterVersions.set(roster, version);
	return version;
}

/** Cache key of the rows of an entry: everything in them that can change without a new entry object. */
function signatureOf(state: State, item: TimelineItem, entry: TimelineEntry): string {
	const person = (peer: PeerId, seq?: number) =>
		`${displayName(state, peer, seq)}\n${displayAddress(state, peer)}\n${hueOf(state, peer)}\n${isOurs(state, peer)}`;
	const own = state.launch?.peer ?? '';
	if (item.entries.length > 1) {
		const last = item.entries.at(-1);
		return `${own}\n${item.entries.length}\n${last?.ms}\n${last?.counter}\n${rosterVersionOf(state.roster)}`;
	}
	const effects = isWritten(entry) ? effectSignature(state, entry) : '';
	const transfer = entry.type === 'shared' ? transferSignature(state, entry) : '';
	// The text depends on whether the subject has another session, which any peer can be. So the key contains the
	// number of the roster.
	const subject = 'subject' in entry ? `${person(entry.subject)}\n${rosterVersionOf(state.roster)}` : '';
	// A mentioned name is coloured only while a person with this name is here.
	const mentions = `${entry.type === 'posted' ? entry.text : ''}${effects}`.includes('@')
		? rosterVersionOf(state.roster)
		: '';
	const look = `${mentions}\n${isMentionOfUs(state, entry)}`;
	return `${own}\n${continuesGroup(state, item)}\n${person(entry.peer, entry.seq)}\n${subject}\n${effects}\n${transfer}\n${look}`;
}
