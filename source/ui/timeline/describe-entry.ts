/** Descriptions of timeline entries as text parts, so that a caller can colour the names. */
import type {PeerId} from '../../core/event.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import {nameSeqOf} from '../../core/select-peers.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {describeEffect} from './describe-effect.js';
import {displayAddress, displayName, personKey} from './display-name.js';
import {messageText} from './message-text.js';
import {joinParts, type TextPart} from './text-parts.js';

/** The description of one entry. That of a post is the author's name and the text. */
export function describeEntry(state: State, entry: TimelineEntry): TextPart[] {
	const isOwn = state.launches[entry.peer] !== undefined;
	const nameOf = (peer: PeerId, seq?: number): TextPart => ({name: displayName(state, peer, seq), peer});
	const nameAndAddress = (peer: PeerId, seq?: number): TextPart[] => {
		if (state.launches[peer]) return ['you'];
		const address = displayAddress(state, peer);
		return [nameOf(peer, seq), ...(address ? [` (${address})`] : [])];
	};
	const subjectOf = (peer: PeerId): TextPart[] => nameAndAddress(peer, nameSeqOf(state, peer, entry));

	switch (entry.type) {
		case 'posted':
			return [nameOf(entry.peer, entry.seq), ` ${messageText(state, entry)}`];
		case 'joined':
			return isOwn
				? ['you joined as ', {name: shownName(cleanLine(entry.name)), peer: entry.peer}]
				: [...nameAndAddress(entry.peer, entry.seq), ' joined'];
		case 'renamed':
			return [nameOf(entry.peer, entry.seq - 1), ' is now called ', nameOf(entry.peer, entry.seq)];
		case 'moved':
			return [...nameAndAddress(entry.peer, entry.seq), ` moved to ${entry.addresses.map(cleanLine).join(', ')}`];
		case 'left':
			return [...nameAndAddress(entry.peer, entry.seq), ' left'];
		case 'lost':
			if (isOwn) return ['lost contact with ', ...subjectOf(entry.subject)];
			return state.launches[entry.subject]
				? ['you were disconnected (reported by ', nameOf(entry.peer, entry.seq), ')']
				: [...nameAndAddress(entry.peer, entry.seq), ' lost contact with ', ...subjectOf(entry.subject)];
		case 'returned':
			return [...nameAndAddress(entry.peer, entry.seq), ' reconnected'];
		case 'unreadable':
			return [...nameAndAddress(entry.peer, entry.seq), ' sent an event that this version cannot read'];
		case 'launched':
			return [`p2pchat-ink ${cleanLine(entry.version)} started`];
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? ['found ', ...subjectOf(entry.subject)]
				: ['reconnected to ', ...subjectOf(entry.subject)];
		case 'peer-disconnected':
			return ['you lost contact with ', ...subjectOf(entry.subject)];
		case 'notice':
			return [cleanLine(entry.text)];
		case 'marked':
		case 'corrected':
		case 'withdrawn':
		case 'pinned':
			return describeEffect(state, entry) ?? [];
	}
}

/** Text for the clipboard and the details: the message of a post, the description of any other entry. */
export function entryText(state: State, entry: TimelineEntry): string {
	return entry.type === 'posted' ? messageText(state, entry) : joinParts(describeEntry(state, entry));
}

/** Maximum number of names in front of one phrase. Further people are only counted. */
const MAX_NAMES = 4;

/**
 * The description of a presence group on one line: `Dave, Erin and 3 more joined · Bob reconnected twice, then left`.
 * It names people, not launches, in the order of their latest change.
 */
export function describePresenceGroup(state: State, entries: readonly TimelineEntry[]): TextPart[] {
	const peopleByPhrase = new Map<string, PersonSummary[]>();
	for (const person of summarizeByPerson(state, entries)) {
		const phrase = presencePhrase(person);
		const people = peopleByPhrase.get(phrase) ?? [];
		// Deleting first moves the phrase to the end of the insertion order.
		peopleByPhrase.delete(phrase);
		peopleByPhrase.set(phrase, [...people, person]);
	}
	const parts: TextPart[] = [];
	for (const [phrase, people] of peopleByPhrase) {
		if (parts.length > 0) parts.push(' · ');
		parts.push(...listNames(people), ` ${phrase}`);
	}
	return parts;
}

interface PresenceStep {
	readonly isArrival: boolean;
	readonly verb: string;
}

/** Presence changes of one person within a group, in the order of time. */
interface PersonSummary {
	readonly peer: PeerId;
	readonly name: string;
	readonly steps: readonly PresenceStep[];
}

function presenceStepOf(state: State, entry: TimelineEntry): (PresenceStep & {readonly peer: PeerId}) | undefined {
	switch (entry.type) {
		case 'joined':
			return {peer: entry.peer, isArrival: true, verb: 'joined'};
		case 'returned':
			return {peer: entry.peer, isArrival: true, verb: 'reconnected'};
		case 'peer-connected': {
			const isFirst = isFirstContact(findPeer(state.roster, entry.subject), entry);
			return {peer: entry.subject, isArrival: true, verb: isFirst ? 'connected' : 'reconnected'};
		}
		case 'left':
			return {peer: entry.peer, isArrival: false, verb: 'left'};
		case 'lost': {
			const isOwn = state.launches[entry.subject] !== undefined;
			return {peer: entry.subject, isArrival: false, verb: isOwn ? 'were disconnected' : 'disconnected'};
		}
		default:
			return undefined;
	}
}

/** One summary for each person, ordered by the latest change of each. */
function summarizeByPerson(state: State, entries: readonly TimelineEntry[]): PersonSummary[] {
	const own = state.launch?.peer;
	const summaries = new Map<string, PersonSummary>();
	for (const entry of entries) {
		const step = presenceStepOf(state, entry);
		if (!step) continue;
		const {peer, isArrival, verb} = step;
		const isOwn = state.launches[peer] !== undefined;
		const name = isOwn ? 'you' : displayName(state, peer, nameSeqOf(state, peer, entry));
		const key = isOwn ? 'you' : `${personKey(state, peer)} ${name}`;
		const steps = summaries.get(key)?.steps ?? [];
		summaries.delete(key);
		summaries.set(key, {peer: isOwn && own ? own : peer, name, steps: [...steps, {isArrival, verb}]});
	}
	return [...summaries.values()];
}

/** Formats `joined`, `reconnected twice`, or `joined, reconnected 3 times, then left`. */
function presencePhrase({steps}: PersonSummary): string {
	const transitions = steps.filter(({isArrival}, index) => isArrival !== steps[index - 1]?.isArrival);
	const first = transitions[0];
	const last = transitions.at(-1);
	const phrases: string[] = [];
	const isFirstArrival = first?.isArrival === true && first.verb !== 'reconnected';
	if (isFirstArrival) phrases.push(first.verb);
	const reconnections = transitions.filter(({isArrival}) => isArrival).length - (isFirstArrival ? 1 : 0);
	if (reconnections > 0) phrases.push(`reconnected${timesText(reconnections)}`);
	if (last && !last.isArrival) phrases.push(last.verb);
	return phrases.length < 2 ? phrases.join('') : `${phrases.slice(0, -1).join(', ')}, then ${phrases.at(-1)}`;
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
