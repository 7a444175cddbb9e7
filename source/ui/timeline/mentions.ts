/**
 * Mentions of this user, by any name that the user has now or had earlier, so that earlier mentions stay marked after a
 * rename. The rules for one name are in core/mention.ts.
 */
import {isWritten} from '../../core/event.js';
import {findFolded, foldText} from '../../core/fold-text.js';
import {MAX_NAME_BYTES} from '../../core/limits.js';
import {memoise, memoiseByKey} from '../../core/memoise.js';
import {
	ALL,
	beginsMention,
	collectShortNames,
	endsWord,
	isMention,
	isMentionedByShortName,
	isMentionOfAll,
	type ShortNames,
} from '../../core/mention.js';
import {hueOf} from '../../core/name-hues.js';
import {isOurs} from '../../core/own-sessions.js';
import {listPeers} from '../../core/roster.js';
import {isPresent} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {textOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Theme} from '../theme.js';
import type {StyledRange} from './text-segments.js';

const collectOwnNames = memoise<State, readonly string[]>(
	state => [state.roster, state.launch, state.launches],
	state => [
		...new Set(
			listPeers(state.roster)
				.filter(({peer}) => isOurs(state, peer))
				.flatMap(({names}) => names.map(({name}) => foldText(name))),
		),
	],
);

/**
 * All names that this user has had, normalised by foldText (case is ignored). Returns the same array until the names
 * change.
 */
const ownNames = memoise<State, readonly string[]>(state => [collectOwnNames(state).join('\n')], collectOwnNames);

/**
 * The short names of this user, with a cache key that changes only when the short names change. The roster cannot be
 * the cache key, because it changes with every arrival and departure.
 */
const shortNames = memoise<State, ShortNames & {readonly key: string}>(
	state => [ownNames(state), state.roster, state.launches],
	state => {
		const found = collectShortNames(state, ownNames(state));
		return {...found, key: JSON.stringify(found)};
	},
);

/**
 * Whether a text mentions this user. `ms` is the hybrid clock time of the message. Whether a short name (`@Mary` for
 * Mary Ann) means this user depends on who was present at that time.
 */
export function mentionsUs(state: State, {text, ms}: {readonly text: string; readonly ms: number}): boolean {
	return ownNames(state).some(name => isMention(text, name)) || isMentionedByShortName(text, ms, shortNames(state));
}

const mentionMemo = memoiseByKey<TimelineEntry, boolean>();

/**
 * Whether an entry is a message of another user that mentions this user or everybody (`@all`). A whisper to this user
 * counts as a mention.
 */
export function isMentionOfUs(state: State, entry: TimelineEntry): boolean {
	if (entry.type === 'whisper') return !entry.own;
	if (!isWritten(entry) || !state.launch || isOurs(state, entry.peer)) return false;
	const text = textOf(state, entry);
	return mentionMemo(
		entry,
		[ownNames(state), shortNames(state).key, text],
		() => mentionsUs(state, {text, ms: entry.ms}) || isMentionOfAll(text),
	);
}

/**
 * Maximum number of `@` in one message whose names are looked up. The rest is ignored, so that a hostile text costs
 * little time.
 */
const MAX_MENTIONS = 32;

/** The parts of a text that mention a person who is here, or everybody, each in the colour of the person. */
export function mentionRanges(state: State, text: string, theme: Theme): StyledRange[] {
	if (!text.includes('@')) return [];
	const people = selectPeople(state)
		.filter(({status}) => isPresent(status))
		.map(({peer, name}) => ({name: foldText(name), style: {...theme.nameStyle(hueOf(state, peer)), ...theme.ownName}}));
	const names = [{name: ALL, style: theme.ownName}, ...people].sort((a, b) => b.name.length - a.name.length);
	const found = [...text.matchAll(/@/g)].filter(({index}) => beginsMention(text, index)).slice(0, MAX_MENTIONS);
	return found.flatMap(({index}) => {
		const rest = text.slice(index + 1, index + 1 + MAX_NAME_BYTES);
		const folded = foldText(rest);
		for (const {name, style} of names) {
			const length = folded.startsWith(name) ? findFolded(rest, name)[0]?.end : undefined;
			if (length !== undefined && endsWord(rest, length)) return [{start: index, end: index + 1 + length, style}];
		}
		return [];
	});
}
