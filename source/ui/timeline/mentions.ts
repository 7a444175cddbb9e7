/** What speaks to us: by any name that we bear or bore, so that a new name takes no mark away. Pure. */
import {memoise, memoiseByKey} from '../../core/memoise.js';
import {collectShortNames, isMention, isMentionedByShortName, type ShortNames} from '../../core/mention.js';
import {findPeer, listPeers} from '../../core/roster.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';

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

/** With a key that changes only when they do: the roster changes with everybody who comes or goes. */
const shortNames = memoise<State, ShortNames & {readonly key: string}>(
	state => [ownNames(state), state.roster, state.launches],
	state => {
		const found = collectShortNames(state, ownNames(state));
		return {...found, key: JSON.stringify(found)};
	},
);

/** `ms`: when it was said (HLC). */
export function mentionsUs(state: State, {text, ms}: {readonly text: string; readonly ms: number}): boolean {
	return ownNames(state).some(name => isMention(text, name)) || isMentionedByShortName(text, ms, shortNames(state));
}

const mentionMemo = memoiseByKey<TimelineEntry, boolean>();

/** A message of somebody else that speaks to us. */
export function isMentionOfUs(state: State, entry: TimelineEntry): boolean {
	if (entry.type !== 'posted' || !state.launch || state.launches[entry.peer]) return false;
	return mentionMemo(entry, [ownNames(state), shortNames(state).key], () => mentionsUs(state, entry));
}
