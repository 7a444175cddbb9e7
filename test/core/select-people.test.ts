import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {
	countSessions,
	describeSharedIdentity,
	findPerson,
	namesOfIdentity,
	selectConnectedCount,
	selectKnownCount,
	selectLongGone,
	selectPeople,
	selectSessionCount,
} from '../../source/core/select-people.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, joined, learn, observation, observe, peerId} from './make-events.js';

const me = peerId('01');
const [first, second, third, other] = [peerId('a1'), peerId('a2'), peerId('a3'), peerId('b1')];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const connect = (subject: PeerId, ms: number) =>
	observe(observation(me, ms, {type: 'peer-connected', subject, address: '10.0.0.2'}));
const leave = (peer: PeerId, ms: number) => learn(ms, [feedEvent(peer, 9, ms, {type: 'left'})]);

function join(peer: PeerId, name: string, ms: number, key = 'e'): Input {
	const event: FeedEvent = joined(peer, ms, name);
	if (event.type !== 'joined') throw new Error('not a joined event');
	return learn(ms, [{...event, identity: {key: key.repeat(64), fingerprint: key.repeat(8)}}]);
}

function never(): never {
	throw new Error('missing');
}

const reduce = (...inputs: Input[]) => reduceInputs(initialState, [launch, join(me, 'Carol', 1, 'c'), ...inputs]);
const named = (state: State) => selectPeople(state).map(({peer, status}) => `${peer.slice(0, 2)} ${status}`);
const counts = (state: State) => [selectConnectedCount(state), selectKnownCount(state)];

describe('selectPeople lists people instead of launches:', () => {
	it('a person who restarted after a crash is listed once', () => {
		const crashed = reduce(join(first, 'Eve', 2));
		expect([named(crashed), counts(crashed)]).toEqual([
			['01 self', 'a1 unreachable'],
			[0, 1],
		]);
		const returned = reduceInputs(crashed, [join(second, 'Eve', 3), connect(second, 3)]);
		expect([named(returned), counts(returned)]).toEqual([
			['01 self', 'a2 connected'],
			[1, 1],
		]);
		expect(selectPeers(returned).map(({peer}) => peer)).toEqual([me, second, first]);
	});

	it('a person who left several times is listed once: as present if a launch is connected, otherwise as the newest launch', () => {
		const departed = reduce(
			join(first, 'Eve', 2),
			leave(first, 3),
			join(second, 'Eve', 4),
			join(third, 'Eve', 5),
			leave(third, 6),
		);
		expect([named(departed), counts(departed)]).toEqual([
			['01 self', 'a3 left'],
			[0, 0],
		]);
		const returned = reduceInputs(departed, [connect(second, 7)]);
		expect(named(returned)).toEqual(['01 self', 'a2 connected']);
	});

	it('selectPeople lists people instead of launches: departed launches without an identity are listed once for each name', () => {
		const launches = Array.from({length: 20}, (_, index) => peerId(`f${(index + 10).toString(16)}`));
		const state = reduce(
			...launches.flatMap((peer, index) => [
				learn(index + 2, [joined(peer, index + 2, 'Backup')]),
				leave(peer, index + 3),
			]),
		);
		expect(named(state)).toHaveLength(2);
	});

	it('a person with two present launches is one row with two sessions, which shows the newest launch', () => {
		const state = reduce(join(first, 'Eve', 2), join(second, 'eve', 3), connect(first, 3), connect(second, 3));
		expect([named(state), counts(state)]).toEqual([
			['01 self', 'a2 connected'],
			[1, 1],
		]);
		const [, eve] = selectPeople(state);
		expect(eve).toMatchObject({sessions: [second, first], hasOurIdentity: false, sharesIdentityWith: []});
		expect(findPerson(selectPeople(state), first)).toBe(eve);
		expect([countSessions(state, first), countSessions(state, second)]).toEqual([2, 2]);
		expect(selectSessionCount(state)).toBe(2);
	});

	it('an identity that is present under two names has two rows, and each row also tells the other name', () => {
		const state = reduce(join(first, 'Eve', 2), join(second, 'Dave', 3), connect(first, 3), connect(second, 3));
		expect([named(state), counts(state)]).toEqual([
			['01 self', 'a2 connected', 'a1 connected'],
			[2, 2],
		]);
		expect(selectPeople(state).map(({sharesIdentityWith}) => sharesIdentityWith)).toEqual([[], ['Eve'], ['Dave']]);
		expect(namesOfIdentity(state, first)).toEqual(['Eve', 'Dave']);
		expect(describeSharedIdentity(selectPeople(state)[1] ?? never())).toBe('same identity as Eve');
	});

	it('an absent launch under another name counts as the same person as a present launch of the same identity', () => {
		const state = reduce(
			join(first, 'Eve', 2),
			join(second, 'Dave', 3),
			join(other, 'Eve', 4, 'b'),
			connect(second, 4),
		);
		expect(named(state)).toEqual(['01 self', 'a2 connected', 'b1 unreachable']);
		expect([counts(state), countSessions(state, first)]).toEqual([[1, 2], 0]);
	});

	it('an identity whose launches have all left is one row, whatever names they had', () => {
		const launches = ['Jay', 'Pia', 'Pipe'].map((name, index) => [peerId(`d${index}`), name] as const);
		const state = reduce(
			...launches.flatMap(([peer, name], index) => [join(peer, name, index + 2), leave(peer, index + 2.5)]),
		);
		expect(named(state)).toEqual(['01 self', 'd2 left']);
	});

	it('twenty launches without an identity that are present at once are twenty rows, because they may be different people', () => {
		const launches = Array.from({length: 20}, (_, index) => peerId(`f${(index + 10).toString(16)}`));
		const state = reduce(
			...launches.flatMap((peer, index) => [
				learn(index + 2, [joined(peer, index + 2, 'Backup')]),
				connect(peer, index + 3),
			]),
		);
		expect(counts(state)).toEqual([20, 20]);
	});

	it('another session of ours with our name is a session of our own row, and no other person', () => {
		const state = reduce(join(second, 'carol', 5, 'c'), connect(second, 6));
		expect([named(state), counts(state), selectSessionCount(state)]).toEqual([['01 self'], [0, 0], 1]);
		expect(selectPeople(state)[0]).toMatchObject({sessions: [me, second], hasOurIdentity: false});
	});

	it('another session with our identity and another name has a row of its own, because another person may use our identity', () => {
		const state = reduce(join(second, 'Dave', 5, 'c'), connect(second, 6));
		expect([named(state), counts(state)]).toEqual([
			['01 self', 'a2 connected'],
			[1, 1],
		]);
		expect(selectPeople(state)[1]).toMatchObject({hasOurIdentity: true, sharesIdentityWith: ['Carol']});
	});

	it('selectLongGone returns the people who left more than ten minutes ago', () => {
		const state = reduce(join(first, 'Eve', 2), leave(first, 3), join(other, 'Bob', 4, 'b'), leave(other, 700_000));
		expect([...selectLongGone(state)]).toEqual([first]);
	});

	it('selectPeople does not list our own earlier launches', () => {
		const again = observe(observation(second, 20, {type: 'launched', version: '1'}));
		expect(named(reduce(leave(me, 10), again, join(second, 'Caro', 21, 'c')))).toEqual(['a2 self']);
	});

	it('measurements of a connection and changes of one peer give the views of other absent people no new objects, so that thousands cost little', () => {
		const state = reduce(
			join(other, 'Bob', 2, 'b'),
			join(second, 'Dan', 2, 'd'),
			leave(second, 3),
			join(first, 'Eve', 4),
			connect(first, 5),
		);
		const settled = (now: State) => selectPeople(now).slice(2);
		const before = settled(state);
		const measured = reduceInputs(state, [
			{type: 'ephemeral', event: {type: 'link-measured', peer: first, status: 'connected', roundTripMs: 7}},
		]);
		const inMeasured = settled(measured);
		const renamed = reduceInputs(measured, [learn(6, [feedEvent(first, 2, 6, {type: 'renamed', name: 'Eva'})])]);
		expect(selectPeople(measured)[1]).toMatchObject({name: 'Eve', roundTripMs: 7});
		expect(named(renamed)).toEqual(['01 self', 'a1 connected', 'b1 unreachable', 'a2 left']);
		for (const [index, person] of before.entries()) {
			expect(inMeasured[index]).toBe(person);
			expect(settled(renamed)[index]).toBe(person);
		}
	});
});
