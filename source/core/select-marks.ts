/** Selects the reactions to one message: one summary for each word (for example an emoji) with which people react. */

import {effectsOn} from './effect-index.js';
import type {EffectEvent, EventRef, PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_MARKS_COUNTED, MAX_MARKS_PER_FEED, MAX_WORDS_PER_FEED} from './limits.js';
import {memoiseByKey} from './memoise.js';
import {isOurs} from './own-sessions.js';
import {findPeer} from './roster.js';
import type {State} from './state.js';

/** A word (for example an emoji) with which people react to a message, and the people who react with it. */
export interface MarkSummary {
	/** Word as it was received. A caller that shows the word must sanitise it. */
	readonly word: string;
	/** The people who react with this word, each by one of their peer ids, in the order of their reactions. */
	readonly people: readonly PeerId[];
	/** Whether this user is one of `people`. */
	readonly isOwn: boolean;
	/** Position in timeline order of the latest reaction with this word. */
	readonly latest: OrderKey;
}

type Mark = EffectEvent & {readonly type: 'marked'};

export interface MarkOptions {
	/** Reactions after this position in timeline order are ignored. */
	readonly position?: OrderKey | undefined;
	/** Returns true for peers whose reactions are left out, because the user ignores the person. */
	readonly isIgnored?: ((peer: PeerId) => boolean) | undefined;
}

const NO_MARKS: readonly MarkSummary[] = [];

/**
 * Reactions to an event, ordered by the first reaction with each word. Of each feed, only the first
 * MAX_MARKS_PER_FEED reactions in the order of seq have an effect, and of these only the first MAX_WORDS_PER_FEED
 * distinct words. All launches of one identity are one person. For each word, the last reaction of a person in
 * timeline order decides whether the person reacts with it.
 */
export function selectMarks(state: State, target: EventRef, options: MarkOptions = {}): readonly MarkSummary[] {
	const {marks, until, isIgnored} = state.effects;
	if (marks.length === 0) return NO_MARKS;
	const position = options.position ?? until;
	const ignores = options.isIgnored ?? isIgnored;
	const parts = [marks, state.roster, state.launches, position, ignores];
	return cachedMarks(target, parts, () => countMarks(state, target, {position, isIgnored: ignores}));
}

/**
 * Cache of the reactions to an event. The cache key is the object that represents the event: its row of the timeline.
 */
const cachedMarks = memoiseByKey<EventRef, readonly MarkSummary[]>();

function countMarks(state: State, target: EventRef, {position, isIgnored}: MarkOptions): readonly MarkSummary[] {
	let author: PeerId | undefined;
	let ignored = false;
	const isLeftOut = (mark: OrderKey) => {
		if (mark.peer !== author) {
			author = mark.peer;
			ignored = isIgnored?.(author) ?? false;
		}
		return ignored ? true : position !== undefined && compareOrder(mark, position) > 0;
	};
	const limits = {max: MAX_MARKS_COUNTED, maxPerAuthor: MAX_MARKS_PER_FEED, isLeftOut};
	const marks = effectsOn(state.effects.marks, target, limits).filter(isMark);
	if (marks.length === 0) return NO_MARKS;
	const last = new Map<string, Mark>();
	for (const mark of countedMarks(marks)) {
		const key = `${personKey(state, mark.peer)} ${mark.word}`;
		const before = last.get(key);
		if (!before || compareOrder(before, mark) < 0) last.set(key, mark);
	}
	return summarize(state, [...last.values()].filter(({on}) => on).sort(compareOrder));
}

function isMark(effect: EffectEvent): effect is Mark {
	return effect.type === 'marked';
}

/**
 * The reactions whose word is among the first MAX_WORDS_PER_FEED distinct words of their author. `marks` must be
 * sorted by author and seq.
 */
function countedMarks(marks: readonly Mark[]): Mark[] {
	let author: PeerId | undefined;
	let words = new Set<string>();
	return marks.filter(mark => {
		if (mark.peer !== author) {
			author = mark.peer;
			words = new Set();
		}
		if (words.size < MAX_WORDS_PER_FEED) words.add(mark.word);
		return words.has(mark.word);
	});
}

function summarize(state: State, marks: readonly Mark[]): MarkSummary[] {
	const byWord = new Map<string, Mark[]>();
	for (const mark of marks) {
		const known = byWord.get(mark.word);
		if (known) known.push(mark);
		else byWord.set(mark.word, [mark]);
	}
	return [...byWord].flatMap(([word, group]) => {
		const latest = group.at(-1);
		const isOwn = group.some(mark => isOurs(state, mark.peer));
		return latest ? [{word, people: group.map(mark => mark.peer), isOwn, latest}] : [];
	});
}

function personKey({roster}: State, peer: PeerId): string {
	return findPeer(roster, peer)?.identity?.key ?? peer;
}
