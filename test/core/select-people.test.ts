import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {selectConnectedCount, selectKnownCount, selectPeople} from '../../source/core/select-people.js';
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

	it('a person who left several times is listed once, as the newest launch or as present', () => {
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

	it('a person with two present launches is listed twice', () => {
		const state = reduce(join(first, 'Eve', 2), join(second, 'Eve', 3), connect(first, 3), connect(second, 3));
		expect([named(state), counts(state)]).toEqual([
			['01 self', 'a1 connected', 'a2 connected'],
			[2, 2],
		]);
	});

	it('another name of one identity, or another identity with one name, counts as another person', () => {
		const state = reduce(
			join(first, 'Eve', 2),
			join(second, 'Dave', 3),
			join(other, 'Eve', 4, 'b'),
			connect(second, 4),
		);
		expect(named(state)).toEqual(['01 self', 'a2 connected', 'a1 unreachable', 'b1 unreachable']);
		expect(counts(state)).toEqual([1, 3]);
	});

	it('our own earlier launches are not listed', () => {
		const again = observe(observation(second, 20, {type: 'launched', version: '1'}));
		expect(named(reduce(leave(me, 10), again, join(second, 'Caro', 21, 'c')))).toEqual(['a2 self']);
	});
});
