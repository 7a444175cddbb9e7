/** A run of comings and goings in one line: `Dave, Erin and 3 more joined · Bob left and came back`. By person, not by launch. */
import type {PeerId} from '../../core/ids.js';
import {findPeer} from '../../core/roster.js';
import {isFirstContact} from '../../core/roster-peer.js';
import type {State, TimelineEntry} from '../../core/state.js';
import type {Part} from './describe-entry.js';
import {personKey, shownName} from './people.js';

const MAX_NAMES = 4;

const COMING = {joined: 'joined', returned: 'back', 'peer-connected': 'found'} as const;
const GOING = {left: 'left', lost: 'lost'} as const;

/** What one person did during the run, in the order of time. */
interface Story {
	readonly peer: PeerId;
	readonly name: string;
	readonly steps: readonly {readonly comes: boolean; readonly verb: string}[];
}

function stepOf(state: State, entry: TimelineEntry): {subject: PeerId; comes: boolean; verb: string} | undefined {
	switch (entry.type) {
		case 'joined':
		case 'returned':
			return {subject: entry.peer, comes: true, verb: COMING[entry.type]};
		case 'peer-connected':
			return {
				subject: entry.subject,
				comes: true,
				verb: COMING[isFirstContact(findPeer(state.roster, entry.subject), entry) ? entry.type : 'returned'],
			};
		case 'left':
			return {subject: entry.peer, comes: false, verb: GOING.left};
		case 'lost':
			return {subject: entry.subject, comes: false, verb: GOING.lost};
		default:
			return undefined;
	}
}

/** In the order in which each of them did the last thing. */
function storiesOf(state: State, entries: readonly TimelineEntry[]): Story[] {
	const own = state.launch?.peer;
	const stories = new Map<string, Story>();
	for (const entry of entries) {
		const step = stepOf(state, entry);
		if (!step) continue;
		const {subject: peer} = step;
		const ours = state.launches[peer] !== undefined;
		const name = ours ? 'you' : shownName(state, peer);
		const key = ours ? 'you' : `${personKey(state, peer)} ${name}`;
		const steps = stories.get(key)?.steps ?? [];
		stories.delete(key);
		stories.set(key, {peer: ours && own ? own : peer, name, steps: [...steps, step]});
	}
	return [...stories.values()];
}

/** `joined`, `left and came back`, `joined and left 3 times`. */
function tell({steps}: Story): string {
	const turns = steps.filter(({comes}, index) => comes !== steps[index - 1]?.comes);
	const first = turns[0];
	const last = turns.at(-1);
	if (!first || !last) return '';
	if (turns.length === 1) return first.verb;
	const times = Math.floor(turns.length / 2);
	const often = times > 1 ? ` ${times} times` : '';
	if (last.comes) return `${first.comes ? 'joined, ' : ''}left and came back${often}`;
	return `${first.comes ? first.verb : 'came back'} and ${last.verb}${often}`;
}

export function describeRun(state: State, entries: readonly TimelineEntry[]): Part[] {
	const groups = new Map<string, Story[]>();
	for (const story of storiesOf(state, entries)) {
		const told = tell(story);
		const group = groups.get(told) ?? [];
		groups.delete(told);
		groups.set(told, [...group, story]);
	}
	const parts: Part[] = [];
	for (const [told, group] of groups) {
		if (parts.length > 0) parts.push(' · ');
		parts.push(...listNames(group), ` ${told}`);
	}
	return parts;
}

function listNames(stories: readonly Story[]): Part[] {
	const shown = stories.slice(0, stories.length > MAX_NAMES ? MAX_NAMES - 1 : MAX_NAMES);
	const more = stories.length - shown.length;
	const parts: Part[] = [];
	for (const [index, {peer, name}] of shown.entries()) {
		if (index > 0) parts.push(index === shown.length - 1 && more === 0 ? ' and ' : ', ');
		parts.push({name, peer});
	}
	if (more > 0) parts.push(` and ${more} more`);
	return parts;
}
