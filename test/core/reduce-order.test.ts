import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {FeedEvent, FeedEventBody, Input, Observation, PeerId} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {LATE_AFTER_MS, MAX_ABSENCES, MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {listPeers} from '../../source/core/roster.js';
import type {State} from '../../source/core/state.js';
import {sliceTimeline, type Timeline} from '../../source/core/timeline.js';
import {feedEvent, learn, observation, observe, peerId, posted, T0} from './make-events.js';

const own = ['01', '02', 'f3'].map(peerId);
const others = ['0a', '7f', 'aa', 'ff'].map(peerId);
const allPeers = [...own, ...others];

const time = fc.oneof(
	{weight: 12, arbitrary: fc.nat(60)},
	{weight: 1, arbitrary: fc.integer({min: MAX_HLC_AHEAD_MS - 5, max: MAX_HLC_AHEAD_MS + 40})},
	{weight: 1, arbitrary: fc.constant(-LATE_AFTER_MS - 10)},
);
const absence = fc.oneof(
	{weight: 20, arbitrary: fc.nat(2)},
	{weight: 1, arbitrary: fc.constantFrom(MAX_ABSENCES - 1, MAX_ABSENCES, MAX_ABSENCES + 1)},
);
const body: fc.Arbitrary<FeedEventBody> = fc.oneof(
	fc.record({type: fc.constant('posted' as const), text: fc.constantFrom('a', 'b')}),
	fc.record({type: fc.constant('renamed' as const), name: fc.constantFrom('Ann', 'Bob')}),
	fc.record({type: fc.constant('moved' as const), addresses: fc.constantFrom(['10.0.0.1'], ['10.0.0.2'])}),
	fc.record({type: fc.constant('left' as const)}),
	fc.record({type: fc.constant('lost' as const), subject: fc.constantFrom(...allPeers), absence}),
	fc.record({type: fc.constant('returned' as const), absence}),
	fc.record({type: fc.constant('unreadable' as const), reason: fc.constant('kind')}),
	fc.record({
		type: fc.constant('joined' as const),
		name: fc.constant('X'),
		addresses: fc.constant([]),
		version: fc.constant(''),
	}),
);
const feedInput = fc
	.record({peer: fc.constantFrom(...allPeers), seq: fc.integer({min: 2, max: 12}), ms: time, counter: fc.nat(1), body})
	.map(({peer, seq, ms, counter, body}) => feedEvent(peer, seq, ms, body, counter));
const joinedInput = fc
	.record({peer: fc.constantFrom(...allPeers), ms: time, name: fc.constantFrom('Ann', 'Bob')})
	.map(({peer, ms, name}) => feedEvent(peer, 1, ms, {type: 'joined', name, addresses: ['10.0.0.9'], version: '1'}));
/** An event with its time of arrival and its `live` flag. Both are the same in every order of the inputs. */
const eventInput = fc
	.tuple(fc.oneof({weight: 3, arbitrary: feedInput}, {weight: 1, arbitrary: joinedInput}), fc.nat(80), fc.boolean())
	.map(([event, loggedAt, live]) => learn(loggedAt, [event], live));

const ownObservation = fc.record({
	peer: fc.constantFrom(...own),
	subject: fc.constantFrom(...others),
	ms: fc.nat(60),
	address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
	kind: fc.constantFrom('connected', 'lost-contact', 'disconnected', 'notice'),
});
const ownObservationInput = ownObservation.map(({peer, subject, ms, address, kind}) => {
	if (kind === 'connected') return observation(peer, ms, {type: 'peer-connected', subject, address});
	if (kind === 'notice') return observation(peer, ms, {type: 'notice', level: 'info', code: 'c', text: 't'});
	return observation(peer, ms, {type: 'peer-disconnected', subject, reason: '', alone: kind === 'lost-contact'});
});
const launchInput = fc
	.record({peer: fc.nat(own.length - 1), ms: fc.nat(60)})
	.map(({peer, ms}) => observation(own[peer]!, ms, {type: 'launched', version: '1'}));

/**
 * Keeps one input for each event and one observation for each time, as in a real log. Each peer id of ours launches
 * once.
 */
function withoutClashes(inputs: readonly Input[]): Input[] {
	const seen = new Set<string>();
	const keyOf = (row: FeedEvent | Observation): string => {
		if (row.type === 'launched') return `launched ${row.peer}`;
		return row.seq === 0 ? `${row.ms} ${row.peer}` : `${row.seq} ${row.peer}`;
	};
	return inputs.filter(input => {
		const row = input.type === 'events' ? input.events[0] : input.type === 'observed' ? input.observation : undefined;
		const key = row ? keyOf(row) : '';
		if (seen.has(key)) return false;
		seen.add(key);
		if (row?.type === 'launched') seen.add(`${row.ms} ${row.peer}`);
		return true;
	});
}

const scenario = fc
	.array(
		fc.oneof(
			{weight: 6, arbitrary: eventInput},
			{weight: 3, arbitrary: ownObservationInput.map(observe)},
			{weight: 1, arbitrary: launchInput.map(observe)},
		),
		{maxLength: 40, minLength: 4},
	)
	.map(withoutClashes);

const all = (timeline: Timeline) => sliceTimeline(timeline, 0, timeline.length);

/**
 * Parts of a state that must not depend on the order of inputs. `recordCount` is not among them, because it counts duplicates
 * too.
 */
function orderIndependent({timeline, roster, pending, unreadable, launch, launches, loggedAt}: State) {
	const peers = listPeers(roster)
		.map(peer => ({...peer, contactedPeers: peer.contactedPeers.toSorted()}))
		.sort((a, b) => (a.peer < b.peer ? -1 : 1));
	return {
		timeline: all(timeline),
		pending: all(pending),
		unreadable: all(unreadable),
		peers,
		launch,
		launches,
		loggedAt,
	};
}

/** Reduces the inputs in several calls. `sizes`: numbers of inputs per call, used in turn. */
function reduceInParts(inputs: readonly Input[], sizes: readonly number[]): State {
	let state = initialState;
	let done = 0;
	for (let call = 0; done < inputs.length; call++) {
		const size = sizes[call % sizes.length] ?? 1;
		state = reduceInputs(state, inputs.slice(done, done + size));
		done += size;
	}
	return state;
}

const shuffled = scenario.chain(inputs =>
	fc.tuple(
		fc.constant(inputs),
		fc.shuffledSubarray(inputs, {minLength: inputs.length}),
		fc.array(fc.integer({min: 1, max: 9}), {minLength: 1, maxLength: 4}),
	),
);

describe('reduceInputs', () => {
	it('reduceInputs gives the same timeline and roster for every order of the inputs and every division into calls', () => {
		fc.assert(
			fc.property(shuffled, ([inputs, order, sizes]) => {
				expect(orderIndependent(reduceInParts(order, sizes))).toEqual(
					orderIndependent(reduceInputs(initialState, inputs)),
				);
			}),
			{numRuns: 1500},
		);
	});

	it('reduceInputs gives the same state if inputs arrive twice', () => {
		fc.assert(
			fc.property(shuffled, ([inputs, order, sizes]) => {
				const twice = [...inputs, ...order];
				expect(orderIndependent(reduceInParts(twice, sizes))).toEqual(
					orderIndependent(reduceInputs(initialState, inputs)),
				);
			}),
			{numRuns: 500},
		);
	});

	it('reduceInputs gives the same state if the events of one input arrive as several inputs', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(feedInput, joinedInput), {maxLength: 30}), fc.nat(30), (drawn, cut) => {
				const events = [...new Map(drawn.map(event => [`${event.peer} ${event.seq}`, event])).values()];
				const whole = reduceInputs(initialState, [learn(0, events)]);
				const parts = reduceInputs(initialState, [learn(0, events.slice(0, cut)), learn(0, events.slice(cut))]);
				expect(orderIndependent(parts)).toEqual(orderIndependent(whole));
			}),
			{numRuns: 300},
		);
	});

	it('reduceInputs keeps the timeline sorted, and each post exactly once in either the timeline or the pending rows', () => {
		fc.assert(
			fc.property(shuffled, ([inputs, order, sizes]) => {
				const state = reduceInParts(order, sizes);
				const shown = all(state.timeline);
				for (const [index, row] of shown.entries()) {
					if (index > 0) expect(compareOrder(shown[index - 1]!, row)).toBeLessThan(0);
				}
				const isPost = (row: {type: string}) => row.type === 'posted';
				const posts = inputs.flatMap(input => (input.type === 'events' ? input.events.filter(isPost) : []));
				expect([...shown, ...all(state.pending)].filter(isPost).length).toBe(posts.length);
			}),
			{numRuns: 300},
		);
	});

	it('reduceInputs does not change the state that it receives', () => {
		fc.assert(
			fc.property(scenario, scenario, (first, second) => {
				const state = reduceInputs(initialState, first);
				const before = structuredClone(orderIndependent(state));
				reduceInputs(state, second);
				expect(orderIndependent(state)).toEqual(before);
			}),
			{numRuns: 100},
		);
	});
});

describe('events that are too far ahead of our clock', () => {
	const ahead = (peer: PeerId, over: number) => posted(peer, 2, MAX_HLC_AHEAD_MS + over);
	const [me, bob] = [own[0]!, others[0]!];

	it('events that are too far ahead of our clock become visible when a clock tick or a later record reaches their time', () => {
		const state = reduceInputs(initialState, [learn(0, [ahead(bob, 100)])]);
		expect([state.timeline.length, state.pending.length]).toEqual([0, 1]);
		const tick = (now: number): Input => ({type: 'ephemeral', event: {type: 'time-passed', now: T0 + now}});
		expect(reduceInputs(state, [tick(99)]).timeline.length).toBe(0);
		expect(reduceInputs(state, [tick(100)])).toMatchObject({timeline: {length: 1}, pending: {length: 0}});
		expect(reduceInputs(state, [learn(100, [posted(me, 2, 5)])]).timeline.length).toBe(2);
	});

	it('events that are too far ahead of our clock are visible immediately if they are our own, of this launch or an earlier one', () => {
		const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
		expect(reduceInputs(initialState, [launch, learn(0, [ahead(me, 100)])]).timeline.length).toBe(1);
		const next = observe(observation(own[1]!, 50, {type: 'launched', version: '1'}));
		expect(reduceInputs(initialState, [learn(0, [ahead(me, 100)]), launch, next]).timeline.length).toBe(1);
	});

	it('events that are too far ahead of our clock become visible one by one, each at its own time', () => {
		const events = Array.from({length: 1200}, (_, index) => posted(bob, index + 2, MAX_HLC_AHEAD_MS + index));
		let state = reduceInputs(initialState, [learn(-1, events)]);
		expect([state.timeline.length, state.pending.length]).toEqual([0, 1200]);
		for (const now of [0, 1, 600, 1198, 1199]) {
			state = reduceInputs(state, [{type: 'ephemeral', event: {type: 'time-passed', now: T0 + now}}]);
			expect([state.timeline.length, state.pending.length]).toEqual([now + 1, 1199 - now]);
		}
	});
});
