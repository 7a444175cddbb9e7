import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {HUE_COUNT, hueOf} from '../../source/core/name-hues.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, joined, learn, peerId} from './make-events.js';

interface Step {
	readonly type: 'join' | 'leave' | 'lose' | 'rename' | 'restart';
	readonly who: number;
	readonly name: number;
}

interface Launch {
	readonly peer: PeerId;
	readonly person: number;
	seq: number;
	readonly names: string[];
	present: boolean;
}

const NAMES = ['Ann', 'Bob', 'Cid', 'Dora', 'Eve', 'Fay', 'Gus', 'Hal', 'Ivy', 'Jo', 'Kim', 'Lea'];
const stepArbitrary: fc.Arbitrary<Step> = fc.record({
	type: fc.constantFrom('join', 'join', 'leave', 'lose', 'rename', 'restart'),
	who: fc.nat(1000),
	name: fc.nat(1000),
});

/** Plays a room with `people` people, of whom at most `most` are present at once. */
function play(steps: readonly Step[], most: number, people: number) {
	const launches: Launch[] = [];
	const events: FeedEvent[] = [];
	let ms = 0;
	const append = (launch: Launch, body: Parameters<typeof feedEvent>[3]) =>
		events.push(feedEvent(launch.peer, ++launch.seq, ++ms, body));

	function join(person: number, name: string): void {
		const peer = peerId((launches.length + 1).toString(16).padStart(4, '0'));
		const event = joined(peer, ++ms, name);
		const key = person.toString(16).padStart(64, 'e');
		if (event.type === 'joined') events.push({...event, identity: {key, fingerprint: key.slice(-8)}});
		launches.push({peer, person, seq: 1, names: [name], present: true});
	}

	for (const {type, who, name} of steps) {
		const present = launches.filter(launch => launch.present);
		const chosen = present[who % Math.max(1, present.length)];
		const person = who % people;
		if (type === 'join') {
			if (present.length < most && !present.some(launch => launch.person === person))
				join(person, NAMES[name % NAMES.length] ?? '');
		} else if (chosen && type === 'leave') {
			append(chosen, {type: 'left'});
			chosen.present = false;
		} else if (chosen && type === 'lose') {
			const reporter = present.find(launch => launch !== chosen);
			if (!reporter) continue;
			append(reporter, {type: 'lost', subject: chosen.peer, absence: 0});
			chosen.present = false;
		} else if (chosen && type === 'rename') {
			const next = NAMES[name % NAMES.length] ?? '';
			chosen.names.push(next);
			append(chosen, {type: 'renamed', name: next});
		} else if (chosen && type === 'restart') {
			append(chosen, {type: 'left'});
			chosen.present = false;
			join(chosen.person, chosen.names.at(-1) ?? '');
		}
	}
	return {launches, events};
}

const reduce = (...inputs: Input[]): State => reduceInputs(initialState, inputs);

describe('hues of names', () => {
	it('hues differ between all people present, in 1,000 random rooms of 2 to 10 people', () => {
		fc.assert(
			fc.property(
				fc.array(stepArbitrary, {minLength: 2, maxLength: 60}),
				fc.integer({min: 2, max: HUE_COUNT}),
				(steps, people) => {
					const {launches, events} = play(steps, people, people);
					const state = reduce(learn(0, events));
					const present = launches.filter(launch => launch.present);
					expect(new Set(present.map(({peer}) => hueOf(state, peer))).size).toBe(present.length);
				},
			),
			{numRuns: 1000},
		);
	});

	it('hues differ between all people present in rooms where many more come and go', () => {
		fc.assert(
			fc.property(fc.array(stepArbitrary, {minLength: 20, maxLength: 200}), steps => {
				const {launches, events} = play(steps, HUE_COUNT, 40);
				const state = reduce(learn(0, events));
				const present = launches.filter(launch => launch.present);
				expect(new Set(present.map(({peer}) => hueOf(state, peer))).size).toBe(present.length);
			}),
			{numRuns: 300},
		);
	});

	it('hues differ between people who have or had equal names, even if one of them has left', () => {
		const present = 4;
		// Each name belongs to three people.
		const people = 3 * NAMES.length;
		const withoutRenames = fc.array(stepArbitrary, {minLength: 60, maxLength: 200});
		fc.assert(
			fc.property(withoutRenames, steps => {
				const fixed = steps.map(
					(step): Step => ({...step, type: step.type === 'rename' ? 'join' : step.type, name: step.who % people}),
				);
				const {launches, events} = play(fixed, present, people);
				const state = reduce(learn(0, events));
				for (const name of NAMES) {
					const called = launches.filter(launch => launch.names[0] === name);
					const hues = new Map(called.map(launch => [launch.person, hueOf(state, launch.peer)]));
					expect(new Set(hues.values()).size).toBe(hues.size);
				}
			}),
			{numRuns: 300},
		);
	});

	it('after a rename to the name of somebody else, the hues of the two people differ', () => {
		for (let person = 0; person < 100; person++) {
			const ids = Array.from({length: 40}, (_, index) =>
				peerId((1 + person * 40 + index).toString(16).padStart(4, '0')),
			);
			const events = ids.flatMap((peer, index) => [
				joined(peer, index * 2, `name ${index}`),
				...(index > 30 ? [] : [feedEvent(peer, 2, index * 2 + 1, {type: 'left'})]),
			]);
			const [earliest, latest] = [ids[0], ids.at(-1)];
			if (!earliest || !latest) throw new Error('nobody is there');
			const renamed = reduce(learn(0, [...events, feedEvent(latest, 2, 1000, {type: 'renamed', name: 'name 0'})]));
			expect(hueOf(renamed, latest)).not.toBe(hueOf(renamed, earliest));
		}
	});

	it('the hue of a name does not depend on the order in which the events arrive', () => {
		fc.assert(
			fc.property(
				fc.array(stepArbitrary, {minLength: 2, maxLength: 60}),
				fc.infiniteStream(fc.nat()),
				(steps, order) => {
					const {launches, events} = play(steps, HUE_COUNT, 20);
					const shuffled = events.map(event => ({event, at: order.next().value ?? 0})).sort((a, b) => a.at - b.at);
					const whole = reduce(learn(0, events));
					const parts = reduce(...shuffled.map(({event}) => learn(0, [event])));
					for (const {peer} of launches) expect(hueOf(parts, peer)).toBe(hueOf(whole, peer));
				},
			),
			{numRuns: 200},
		);
	});

	it('the hues of people present do not change when somebody joins or leaves', () => {
		const {launches, events} = play(
			Array.from(
				{length: 60},
				(_, index): Step => ({type: index % 3 === 2 ? 'leave' : 'join', who: index * 7, name: index}),
			),
			HUE_COUNT,
			40,
		);
		let state = initialState;
		for (const event of events) {
			const before = state;
			state = reduceInputs(before, [learn(0, [event])]);
			for (const {peer} of launches) {
				if (hueOf(before, peer) !== hueOf(state, peer)) expect(event.type === 'joined' && event.peer).toBe(peer);
			}
		}
	});
});

function withIdentity(event: FeedEvent, key: string): FeedEvent {
	return event.type === 'joined' ? {...event, identity: {key: key.repeat(64), fingerprint: key.repeat(8)}} : event;
}

describe('a person', () => {
	const [first, second, third] = [peerId('a1'), peerId('a2'), peerId('b1')];

	it('a person keeps the hue in the next launch, and in two launches at once', () => {
		const state = reduce(
			learn(0, [
				withIdentity(joined(first, 1, 'Dave'), 'd'),
				withIdentity(joined(third, 2, 'Eve'), 'e'),
				withIdentity(joined(second, 3, 'Dave'), 'd'),
			]),
		);
		expect(hueOf(state, second)).toBe(hueOf(state, first));
		expect(hueOf(state, third)).not.toBe(hueOf(state, first));
	});

	it('two present launches of one identity with different names have different hues, because two people may share a copied identity', () => {
		const state = reduce(
			learn(0, [withIdentity(joined(first, 1, 'Dave'), 'd'), withIdentity(joined(second, 2, 'Mallory'), 'd')]),
		);
		expect(hueOf(state, second)).not.toBe(hueOf(state, first));
	});

	it('a person keeps the hue after a rename to a name that nobody else uses', () => {
		const before = reduce(learn(0, [joined(first, 1, 'Dave'), joined(second, 2, 'Eve')]));
		const after = reduceInputs(before, [learn(3, [feedEvent(first, 2, 3, {type: 'renamed', name: 'David'})])]);
		expect(hueOf(after, first)).toBe(hueOf(before, first));
	});
});
