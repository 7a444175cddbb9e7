/**
 * Description of a presence group (consecutive arrivals and departures) on one line, with one phrase for each person.
 */
import type {PeerId} from '../../core/event.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {isOurs, isOwnLaunch} from '../../core/own-sessions.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {nameSeqOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {displayName, hasOtherSession} from './display-name.js';
import type {TextPart} from './text-parts.js';

/** Maximum number of names in front of one phrase. Further people are shown as a number (`and 3 more`). */
const MAX_NAMES = 4;

/**
 * The description of a presence group on one line: `Dave, Erin and 3 more joined · Bob disconnected twice, then left`.
 * It names each person once, even if they had several sessions, in the order of their latest change. If several people
 * only joined and left, it gives their number instead of their names.
 */
export function describePresenceGroup(state: State, entries: readonly TimelineEntry[]): TextPart[] {
	const peopleByPhrase = new Map<string, PersonSummary[]>();
	for (const person of summarizeByPerson(state, entries)) {
		const phrase = presencePhrase(person);
		const people = peopleByPhrase.get(phrase) ?? [];
		// The phrase is deleted and set again, which moves it to the end of the map: the phrases are in the order of
		// the latest change.
		peopleByPhrase.delete(phrase);
		peopleByPhrase.set(phrase, [...people, person]);
	}
	const parts: TextPart[] = [];
	for (const [phrase, people] of peopleByPhrase) {
		if (parts.length > 0) parts.push(' · ');
		// These people joined and left without a message, because a group contains no messages. So their names do not
		// matter.
		const isVisit = people.length > 1 && people.every(({steps}) => steps.length === 2 && phrase === VISIT);
		if (isVisit) parts.push(`${people.length} people ${phrase}`);
		else parts.push(...listNames(people), ` ${phrase}`);
	}
	return parts;
}

const VISIT = 'joined, then left';

type Change = 'joined' | 'joined as keeper' | 'connected' | 'reconnected' | 'left' | 'disconnected';

interface PresenceStep {
	readonly peer: PeerId;
	readonly change: Change;
}

/** Presence changes of one person that share one row of the timeline, in the order of time. */
interface PersonSummary {
	readonly peer: PeerId;
	readonly name: string;
	readonly isOwn: boolean;
	readonly steps: readonly PresenceStep[];
	/**
	 * Whether another session of the person was present at the time of the last change that the row shows. The row shows
	 * no change of that session.
	 */
	readonly isElsewhere: boolean;
}

function isArrival({change}: PresenceStep): boolean {
	return change !== 'left' && change !== 'disconnected';
}

function presenceStepOf(state: State, entry: TimelineEntry): PresenceStep | undefined {
	switch (entry.type) {
		case 'joined':
			return {peer: entry.peer, change: entry.keeper ? 'joined as keeper' : 'joined'};
		case 'left':
			return {peer: entry.peer, change: entry.type};
		case 'returned':
			return {peer: entry.peer, change: 'reconnected'};
		case 'peer-connected': {
			const isFirst = isFirstContact(findPeer(state.roster, entry.subject), entry);
			return {peer: entry.subject, change: isFirst ? 'connected' : 'reconnected'};
		}
		case 'lost':
			return {peer: entry.subject, change: 'disconnected'};
		default:
			return undefined;
	}
}

/**
 * One summary for each person, ordered by the latest change. A person who has changed the name has one summary for each
 * name.
 */
function summarizeByPerson(state: State, entries: readonly TimelineEntry[]): PersonSummary[] {
	const own = state.launch?.peer;
	const summaries = new Map<string, PersonSummary>();
	for (const entry of entries) {
		const step = presenceStepOf(state, entry);
		if (!step) continue;
		const isOwn = isOwnLaunch(state, step.peer);
		const name = isOwn
			? 'you'
			: isOurs(state, step.peer)
				? 'your other session'
				: displayName(state, step.peer, nameSeqOf(state, step.peer, entry));
		const key = isOwn ? 'you' : `${personKeyOf(state, step.peer)} ${name}`;
		const steps = summaries.get(key)?.steps ?? [];
		summaries.delete(key);
		const isElsewhere = !isOwn && hasOtherSession(state, step.peer, entry);
		summaries.set(key, {peer: isOwn && own ? own : step.peer, name, isOwn, steps: [...steps, step], isElsewhere});
	}
	return [...summaries.values()];
}

/**
 * Formats `joined`, `reconnected`, `joined, then left`, `left twice, then disconnected` or `disconnected, then
 * rejoined`. Leaving and being disconnected are counted separately. The last word says whether the person is present at
 * the end of the group, in any session.
 */
function presencePhrase({steps, isOwn, isElsewhere}: PersonSummary): string {
	const first = steps[0];
	const last = steps.at(-1);
	if (!first || !last) return '';
	const sessions = new Map<PeerId, boolean>();
	let wasThere = false;
	for (const step of steps) {
		if (!sessions.has(step.peer) && !isArrival(step)) wasThere = true;
		sessions.set(step.peer, isArrival(step));
	}
	const isThere = [...sessions.values()].includes(true);
	const departures = steps.filter(step => !isArrival(step));
	const lastDeparture = departures.at(-1)?.change;
	const phrases: string[] = [];
	if (!wasThere) phrases.push(first.change);
	const kinds = (['left', 'disconnected'] as const).filter(kind => departures.some(({change}) => change === kind));
	for (const kind of kinds.sort((a, b) => Number(a === lastDeparture) - Number(b === lastDeparture))) {
		const count = departures.filter(({change}) => change === kind).length;
		phrases.push(`${isOwn && kind === 'disconnected' ? 'were disconnected' : kind}${timesText(count)}`);
	}
	const lastArrival = steps.findLast(isArrival);
	if (isThere && departures.length > 0)
		phrases.push(lastArrival?.change.startsWith('joined') ? 'rejoined' : 'reconnected');
	const text = phrases.length < 2 ? phrases.join('') : `${phrases.slice(0, -1).join(', ')}, then ${phrases.at(-1)}`;
	return !isThere && isElsewhere ? `${text} in an earlier session` : text;
}

function timesText(count: number): string {
	if (count === 1) return '';
	return count === 2 ? ' twice' : ` ${count} times`;
}

function listNames(people: readonly PersonSummary[]): TextPart[] {
	const shown = people.slice(0, people.length > MAX_NAMES ? MAX_NAMES - 1 : MAX_NAMES);
	const more = people.length - shown.length;
	const parts: TextPart[] = [];
	for (const [index, {peer, name}] of shown.entries()) {
		if (index > 0) parts.push(index === shown.length - 1 && more === 0 ? ' and ' : ', ');
		parts.push({name, peer});
	}
	if (more > 0) parts.push(` and ${more} more`);
	return parts;
}
