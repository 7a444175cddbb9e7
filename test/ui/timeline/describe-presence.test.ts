import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {FeedEvent, PeerId} from '../../../source/core/event.js';
import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import type {State} from '../../../source/core/state.js';
import type {TimelineEntry} from '../../../source/core/timeline.js';
import {describeEntry} from '../../../source/ui/timeline/describe-entry.js';
import {describePresenceGroup} from '../../../source/ui/timeline/describe-presence.js';
import {joinParts} from '../../../source/ui/timeline/text-parts.js';
import {itemAfter, itemAt, type TimelineItem, viewAll} from '../../../source/ui/timeline/timeline-view.js';
import {feedEvent, joined, learn, observation, observe, peerId} from '../../core/make-events.js';

const OWN = peerId('0a');
const REPORTER = peerId('0b');

interface Session {
	readonly peer: PeerId;
	seq: number;
	absences: number;
	status: 'here' | 'lost' | 'left';
}

interface Person {
	readonly key: string;
	name: string;
	readonly sessions: Session[];
}

type Action = 'start' | 'crash' | 'report' | 'return' | 'leave' | 'rename' | 'say';

/**
 * Simulates people who start, crash, leave and rename, and a node that reports crashes. Returns the state of our node,
 * which receives all events in order.
 */
function play(actions: readonly (readonly [Action, number])[]) {
	const people: Person[] = [0, 1, 2].map(index => ({key: `${index}`.repeat(64), name: `P${index}N0`, sessions: []}));
	const events: FeedEvent[] = [
		joined(OWN, 1, 'Own'),
		joined(REPORTER, 2, 'Reporter'),
		feedEvent(OWN, 2, 3, {type: 'posted', text: 'hi'}),
	];
	let [ms, reports, names, peers] = [10, 1, 0, 16];
	const crashed: {person: Person; session: Session}[] = [];
	const append = (session: Session, body: Parameters<typeof feedEvent>[3]) =>
		events.push(feedEvent(session.peer, ++session.seq, ++ms, body));
	for (const [action, who] of actions) {
		const person = people[who % people.length];
		if (!person) continue;
		const session = person.sessions.at(-1);
		const isHere = session?.status === 'here' && !crashed.some(one => one.session === session);
		if (action === 'start' && !isHere) {
			const next: Session = {peer: peerId((++peers).toString(16)), seq: 1, absences: 0, status: 'here'};
			const event = joined(next.peer, ++ms, person.name);
			if (event.type === 'joined')
				events.push({...event, identity: {key: person.key, fingerprint: person.key.slice(0, 8)}});
			person.sessions.push(next);
		} else if (action === 'crash' && session && isHere) {
			crashed.push({person, session});
		} else if (action === 'report') {
			const lost = crashed.shift();
			if (!lost) continue;
			events.push(
				feedEvent(REPORTER, ++reports, ++ms, {
					type: 'lost',
					subject: lost.session.peer,
					absence: lost.session.absences,
				}),
			);
			lost.session.status = 'lost';
		} else if (action === 'return' && session?.status === 'lost') {
			append(session, {type: 'returned', absence: session.absences++});
			session.status = 'here';
		} else if (session && isHere && action === 'leave') {
			append(session, {type: 'left'});
			session.status = 'left';
		} else if (session && isHere && action === 'rename') {
			person.name = `P${who % people.length}N${++names}`;
			append(session, {type: 'renamed', name: person.name});
		} else if (session && isHere && action === 'say') {
			append(session, {type: 'posted', text: 'hm'});
		}
	}
	const launch = observe(observation(OWN, 0, {type: 'launched', version: '1'}));
	return reduceInputs(initialState, [launch, learn(ms, events)]);
}

function itemsOf(state: State): TimelineItem[] {
	const view = viewAll(state.timeline);
	const items: TimelineItem[] = [];
	for (let item = itemAt(view, 0); item; item = itemAfter(view, item)) items.push(item);
	return items;
}

interface Telling {
	left: number;
	disconnected: number;
}

/**
 * Expected counts: for each name that a person had at one of the entries, the number of entries `left` and `lost` about
 * the person under this name.
 */
function tellPlainly(all: readonly TimelineEntry[], entries: readonly TimelineEntry[]): Map<string, Telling> {
	const tellings = new Map<string, Telling>();
	for (const entry of entries) {
		const peer = entry.type === 'lost' ? entry.subject : entry.peer;
		const named = all
			.slice(0, all.indexOf(entry) + 1)
			.findLast(other => other.peer === peer && (other.type === 'joined' || other.type === 'renamed'));
		const name = named && 'name' in named ? named.name : '';
		const telling = tellings.get(name) ?? {left: 0, disconnected: 0};
		if (entry.type === 'left') telling.left++;
		if (entry.type === 'lost') telling.disconnected++;
		tellings.set(name, telling);
	}
	return tellings;
}

function countIn(phrase: string, verb: string): number {
	const found = new RegExp(`\\b${verb}(?: (twice|\\d+) ?(?:times)?)?`).exec(phrase);
	if (!found) return 0;
	return found[1] === undefined ? 1 : found[1] === 'twice' ? 2 : Number(found[1]);
}

const actions = fc.array(
	fc.tuple(
		fc.constantFrom<Action>('start', 'start', 'crash', 'report', 'report', 'return', 'leave', 'rename', 'say'),
		fc.nat(2),
	),
	{minLength: 3, maxLength: 60},
);

describe('a presence group', () => {
	test('a row that sums up arrivals and departures reports the same departures as separate rows would, with the name that each person had at the departure', () => {
		fc.assert(
			fc.property(actions, steps => {
				const state = play(steps);
				const items = itemsOf(state);
				const all = items.flatMap(({entries}) => entries);
				for (const {entries} of items.filter(item => item.entries.length > 1)) {
					const tellings = tellPlainly(all, entries);
					const text = joinParts(describePresenceGroup(state, entries));
					const told = new Map<string, string>();
					let visitors = 0;
					for (const segment of text.split(' · ')) {
						visitors += Number(/^(\d+) people joined, then left$/.exec(segment)?.[1] ?? 0);
						for (const [name] of segment.matchAll(/P\dN\d+/g)) told.set(name, segment);
					}
					for (const [name, {left, disconnected}] of tellings) {
						if (!/^P\dN/.test(name)) continue;
						const segment = told.get(name);
						if (segment === undefined) {
							expect([left, disconnected]).toEqual([1, 0]);
							visitors--;
							continue;
						}
						expect([name, countIn(segment, 'left'), countIn(segment, 'disconnected')]).toEqual([
							name,
							left,
							disconnected,
						]);
					}
					expect(visitors).toBe(0);
					for (const name of told.keys()) expect([...tellings.keys()]).toContain(name);
				}
			}),
			{numRuns: 1000},
		);
	});

	test('the row about a person who crashed says that contact was lost, never that they left, and shows the name that the person had at that moment', () => {
		fc.assert(
			fc.property(actions, steps => {
				const state = play(steps);
				const all = itemsOf(state).flatMap(({entries}) => entries);
				for (const entry of all.filter(({type}) => type === 'left' || type === 'lost')) {
					const text = joinParts(describeEntry(state, entry));
					const [name] = tellPlainly(all, [entry]).keys();
					if (entry.type === 'left') expect(text).toBe(`${name} left`);
					else expect(text).toMatch(new RegExp(`^Reporter lost contact with (an earlier session of )?${name}$`));
				}
			}),
			{numRuns: 300},
		);
	});

	test('a row that sums up arrivals and departures says that a person who crashed and restarted is there again, even if the crash is noticed after the restart', () => {
		const crash = play([
			['start', 0],
			['say', 0],
			['crash', 0],
			['report', 0],
			['start', 0],
		]);
		expect(lastGroup(crash)).toBe('P0N0 disconnected, then rejoined');
		const late = play([
			['start', 0],
			['say', 0],
			['crash', 0],
			['start', 0],
			['report', 0],
		]);
		expect(lastGroup(late)).toBe('P0N0 disconnected, then rejoined');
		const leave = play([
			['start', 0],
			['say', 0],
			['leave', 0],
			['start', 0],
		]);
		expect(lastGroup(leave)).toBe('P0N0 left, then rejoined');
	});

	test('a row that sums up arrivals and departures says that only an earlier session of a person was lost, if the person had restarted before the first of these events', () => {
		const state = play([
			['start', 0],
			['crash', 0],
			['start', 0],
			['say', 0],
			['report', 0],
			['start', 1],
		]);
		expect(lastGroup(state)).toContain('P0N0 disconnected in an earlier session');
	});

	test('a row that sums up arrivals and departures gives the number of people who only came and went, and not their names', () => {
		const state = play([
			['start', 2],
			['say', 2],
			['start', 0],
			['leave', 0],
			['start', 1],
			['leave', 1],
		]);
		expect(lastGroup(state)).toBe('2 people joined, then left');
	});
});

/** The description of all entries after the last post, as one group. */
function lastGroup(state: State): string {
	const view = viewAll(state.timeline);
	const entries: TimelineEntry[] = [];
	for (let index = view.length - 1; index >= 0; index--) {
		const entry = view.at(index);
		if (!entry || entry.type === 'posted') break;
		entries.unshift(entry);
	}
	return joinParts(describePresenceGroup(state, entries));
}
