import {describe, expect, it} from 'vitest';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectPeers} from '../../source/core/select-peers.js';
import {selectConnectedCount, selectKnownCount, selectPeople} from '../../source/core/select-people.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, joined, learn, observation, observe, peerId} from './make-events.js';

const me = peerId('01');
const [one, two, three, other] = [peerId('a1'), peerId('a2'), peerId('a3'), peerId('b1')];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const connect = (subject: PeerId, ms: number) =>
	observe(observation(me, ms, {type: 'peer-connected', subject, address: '10.0.0.2'}));
const leave = (peer: PeerId, ms: number) => learn(ms, [feedEvent(peer, 9, ms, {type: 'left'})]);

function join(peer: PeerId, name: string, ms: number, key = 'e'): Input {
	const event: FeedEvent = joined(peer, ms, name);
	if (event.type !== 'joined') throw new Error('no joined');
	return learn(ms, [{...event, identity: {key: key.repeat(64), fingerprint: key.repeat(8)}}]);
}

const reduce = (...inputs: Input[]) => reduceInputs(initialState, [launch, join(me, 'Carol', 1, 'c'), ...inputs]);
const named = (state: State) => selectPeople(state).map(({peer, status}) => `${peer.slice(0, 2)} ${status}`);
const counts = (state: State) => [selectConnectedCount(state), selectKnownCount(state)];

describe('people, not launches, are listed and counted', () => {
	it('who crashed and is back is not shown as lost beside', () => {
		const crashed = reduce(join(one, 'Eve', 2));
		expect([named(crashed), counts(crashed)]).toEqual([
			['01 self', 'a1 unreachable'],
			[0, 1],
		]);
		const back = reduceInputs(crashed, [join(two, 'Eve', 3), connect(two, 3)]);
		expect([named(back), counts(back)]).toEqual([
			['01 self', 'a2 connected'],
			[1, 1],
		]);
		expect(selectPeers(back).map(({peer}) => peer)).toEqual([me, two, one]);
	});

	it('who left many times is gone once, by the newest launch, and not gone at all when back', () => {
		const gone = reduce(
			join(one, 'Eve', 2),
			leave(one, 3),
			join(two, 'Eve', 4),
			join(three, 'Eve', 5),
			leave(three, 6),
		);
		expect([named(gone), counts(gone)]).toEqual([
			['01 self', 'a3 left'],
			[0, 0],
		]);
		const back = reduceInputs(gone, [connect(two, 7)]);
		expect(named(back)).toEqual(['01 self', 'a2 connected']);
	});

	it('who is here twice is listed twice', () => {
		const state = reduce(join(one, 'Eve', 2), join(two, 'Eve', 3), connect(one, 3), connect(two, 3));
		expect([named(state), counts(state)]).toEqual([
			['01 self', 'a1 connected', 'a2 connected'],
			[2, 2],
		]);
	});

	it('another name of the same identity, or another identity of the same name, is another person', () => {
		const state = reduce(join(one, 'Eve', 2), join(two, 'Dave', 3), join(other, 'Eve', 4, 'b'), connect(two, 4));
		expect(named(state)).toEqual(['01 self', 'a2 connected', 'a1 unreachable', 'b1 unreachable']);
		expect(counts(state)).toEqual([1, 3]);
	});

	it('our own earlier launches are ourselves', () => {
		const again = observe(observation(two, 20, {type: 'launched', version: '1'}));
		expect(named(reduce(leave(me, 10), again, join(two, 'Caro', 21, 'c')))).toEqual(['a2 self']);
	});
});
