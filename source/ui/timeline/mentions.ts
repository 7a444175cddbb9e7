/** What speaks to us: by any name that we bear or bore, so that a new name takes no mark away. Pure. */
import {memoise, memoiseEach} from '../../core/memoise.js';
import {isMention} from '../../core/mention.js';
import {findPeer, listPeers} from '../../core/roster.js';
import type {State, TimelineEntry} from '../../core/state.js';

const ownNames = memoise<State, readonly string[]>(
	state => [state.launches, state.launch && findPeer(state.roster, state.launch.peer)?.names],
	({roster, launches}) => [
		...new Set(
			listPeers(roster)
				.filter(({peer}) => launches[peer])
				.flatMap(({names}) => names.map(({name}) => name.toLowerCase())),
		),
	],
);

export function speaksToUs(state: State, text: string): boolean {
	return ownNames(state).some(name => isMention(text, name));
}

const known = memoiseEach<TimelineEntry, boolean>();

/** A message of somebody else that speaks to us. */
export function isMentionOfUs(state: State, entry: TimelineEntry): boolean {
	if (entry.type !== 'posted' || !state.launch || state.launches[entry.peer]) return false;
	return known(entry, [ownNames(state)], () => speaksToUs(state, entry.text));
}
