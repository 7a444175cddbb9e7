/** What an entry says in words: names are marked so that they can be coloured. */
import type {PeerId} from '../../core/event.js';
import {findPeer, isFirstContact} from '../../core/roster.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {displayAddress, displayName, personKey} from './display-name.js';

export type TextPart = string | {readonly name: string; readonly peer: PeerId};

/** A fact as a quiet line. Posts have a form of their own. */
export function describeEntry(state: State, entry: TimelineEntry): TextPart[] {
	const who = (peer: PeerId, seq?: number): TextPart[] => {
		if (peer === state.launch?.peer) return ['you'];
		const address = displayAddress(state, peer);
		return [{name: displayName(state, peer, seq), peer}, ...(address ? [` (${address})`] : [])];
	};
	const self = entry.peer === state.launch?.peer;

	switch (entry.type) {
		case 'posted':
			return [{name: displayName(state, entry.peer, entry.seq), peer: entry.peer}, ` ${cleanForScreen(entry.text)}`];
		case 'joined':
			return self
				? ['you joined as ', {name: cleanLine(entry.name), peer: entry.peer}]
				: [...who(entry.peer, entry.seq), ' joined'];
		case 'renamed': {
			const before: TextPart = {name: displayName(state, entry.peer, entry.seq - 1), peer: entry.peer};
			return [before, ' is now called ', {name: displayName(state, entry.peer, entry.seq), peer: entry.peer}];
		}
		case 'moved':
			return [...who(entry.peer, entry.seq), ` moved to ${entry.addresses.map(cleanLine).join(', ')}`];
		case 'left':
			return [...who(entry.peer, entry.seq), ' left'];
		case 'lost':
			return self
				? ['lost contact with ', ...who(entry.subject)]
				: [...who(entry.peer, entry.seq), ' lost contact with ', ...who(entry.subject)];
		case 'returned':
			return [...who(entry.peer, entry.seq), self ? ' are back' : ' is back'];
		case 'unreadable':
			return [...who(entry.peer, entry.seq), ' wrote something this version cannot read'];
		case 'launched':
			return [`p2pchat-ink ${cleanLine(entry.version)} started`];
		case 'peer-connected':
			return isFirstContact(findPeer(state.roster, entry.subject), entry)
				? ['found ', ...who(entry.subject)]
				: ['contact with ', ...who(entry.subject), ' is back'];
		case 'peer-disconnected':
			return ['you lost contact with ', ...who(entry.subject)];
		case 'notice':
			return [cleanLine(entry.text)];
	}
}

/** The parts as plain text. */
export function joinParts(parts: readonly TextPart[]): string {
	return parts.map(part => (typeof part === 'string' ? part : part.name)).join('');
}

/** Text for the clipboard and the details: the message of a post, the description of any other entry. */
export function entryText(state: State, entry: TimelineEntry): string {
	return entry.type === 'posted' ? cleanForScreen(entry.text) : joinParts(describeEntry(state, entry));
}

/** A run of comings and goings in one line: `Dave, Erin and 3 more joined · Bob left and came back`. By person, not by launch. */

const MAX_NAMES = 4;

const ARRIVAL_VERBS = {joined: 'joined', returned: 'back', 'peer-connected': 'found'} as const;
const DEPARTURE_VERBS = {left: 'left', lost: 'lost'} as const;

/** What one person did during the run, in the order of time. */
interface PersonSummary {
	readonly peer: PeerId;
	readonly name: string;
	readonly steps: readonly {readonly comes: boolean; readonly verb: string}[];
}

function presenceStepOf(
	state: State,
	entry: TimelineEntry,
): {subject: PeerId; comes: boolean; verb: string} | undefined {
	switch (entry.type) {
		case 'joined':
		case 'returned':
			return {subject: entry.peer, comes: true, verb: ARRIVAL_VERBS[entry.type]};
		case 'peer-connected':
			return {
				subject: entry.subject,
				comes: true,
				verb: ARRIVAL_VERBS[isFirstContact(findPeer(state.roster, entry.subject), entry) ? entry.type : 'returned'],
			};
		case 'left':
			return {subject: entry.peer, comes: false, verb: DEPARTURE_VERBS.left};
		case 'lost':
			return {subject: entry.subject, comes: false, verb: DEPARTURE_VERBS.lost};
		default:
			return undefined;
	}
}

/** In the order in which each of them did the last thing. */
function summarizeByPerson(state: State, entries: readonly TimelineEntry[]): PersonSummary[] {
	const own = state.launch?.peer;
	const stories = new Map<string, PersonSummary>();
	for (const entry of entries) {
		const step = presenceStepOf(state, entry);
		if (!step) continue;
		const {subject: peer} = step;
		const ours = state.launches[peer] !== undefined;
		const name = ours ? 'you' : displayName(state, peer);
		const key = ours ? 'you' : `${personKey(state, peer)} ${name}`;
		const steps = stories.get(key)?.steps ?? [];
		stories.delete(key);
		stories.set(key, {peer: ours && own ? own : peer, name, steps: [...steps, step]});
	}
	return [...stories.values()];
}

/** `joined`, `left and came back`, `joined and left 3 times`. */
function presencePhrase({steps}: PersonSummary): string {
	const transitions = steps.filter(({comes}, index) => comes !== steps[index - 1]?.comes);
	const first = transitions[0];
	const last = transitions.at(-1);
	if (!first || !last) return '';
	if (transitions.length === 1) return first.verb;
	const times = Math.floor(transitions.length / 2);
	const often = times > 1 ? ` ${times} times` : '';
	if (last.comes) return `${first.comes ? 'joined, ' : ''}left and came back${often}`;
	return `${first.comes ? first.verb : 'came back'} and ${last.verb}${often}`;
}

export function describePresenceGroup(state: State, entries: readonly TimelineEntry[]): TextPart[] {
	const groups = new Map<string, PersonSummary[]>();
	for (const story of summarizeByPerson(state, entries)) {
		const told = presencePhrase(story);
		const group = groups.get(told) ?? [];
		groups.delete(told);
		groups.set(told, [...group, story]);
	}
	const parts: TextPart[] = [];
	for (const [told, group] of groups) {
		if (parts.length > 0) parts.push(' · ');
		parts.push(...listNames(group), ` ${told}`);
	}
	return parts;
}

function listNames(stories: readonly PersonSummary[]): TextPart[] {
	const shown = stories.slice(0, stories.length > MAX_NAMES ? MAX_NAMES - 1 : MAX_NAMES);
	const more = stories.length - shown.length;
	const parts: TextPart[] = [];
	for (const [index, {peer, name}] of shown.entries()) {
		if (index > 0) parts.push(index === shown.length - 1 && more === 0 ? ' and ' : ', ');
		parts.push({name, peer});
	}
	if (more > 0) parts.push(` and ${more} more`);
	return parts;
}
