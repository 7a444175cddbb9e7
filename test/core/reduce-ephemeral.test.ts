import {describe, expect, it} from 'vitest';
import type {EphemeralEvent, Input} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectDelivery, selectPendingCount, selectSyncProgress, selectTyping} from '../../source/core/select.js';
import type {State} from '../../source/core/state.js';
import {learn, observation, observe, peerId, posted, T0} from './make-events.js';

const [me, carol, dave] = ['01', 'ca', 'da'].map(peerId) as [ReturnType<typeof peerId>, ...ReturnType<typeof peerId>[]];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const pass = (event: EphemeralEvent): Input => ({type: 'ephemeral', event});
const link = (peer = carol!) => pass({type: 'link-measured', peer, status: 'connected'});
const say = (seq: number, live = true) => learn(seq, [posted(me, seq, seq)], live);
const delivered = (peer: typeof me, seq: number) => pass({type: 'delivered', peer, seq});
const reduce = (...inputs: Input[]): State => reduceInputs(initialState, inputs);

describe('passing facts', () => {
	it('remember what was measured of a link until it closes', () => {
		const first = reduce(
			pass({type: 'link-measured', peer: carol!, status: 'connected', version: '1.2.0', roundTripMs: 3}),
			pass({type: 'link-measured', peer: carol!, status: 'suspect', clockOffsetMs: -40}),
		);
		expect(first.ephemeral.links).toEqual({
			[carol!]: {status: 'suspect', version: '1.2.0', roundTripMs: 3, clockOffsetMs: -40},
		});
		expect(reduceInputs(first, [pass({type: 'link-closed', peer: carol!})]).ephemeral.links).toEqual({});
	});

	it('end with the launch they belong to', () => {
		const next = observe(observation(dave!, 50, {type: 'launched', version: '1'}));
		const state = reduce(launch, link(), delivered(carol!, 1), say(2), next);
		expect(state.ephemeral).toMatchObject({links: {}, delivered: {}, audiences: []});
	});

	it('tell why nothing is saved, and that it is again', () => {
		const full = reduce(pass({type: 'persistence', saving: false, reason: 'disk full'}));
		expect(full.ephemeral).toMatchObject({saving: false, savingReason: 'disk full'});
		expect(reduceInputs(full, [pass({type: 'persistence', saving: true})]).ephemeral).not.toHaveProperty(
			'savingReason',
		);
	});

	it('tell that we are alone, what was tried, and who else is near', () => {
		const state = reduce(
			pass({type: 'isolated', isolated: true, tried: ['lo']}),
			pass({type: 'foreign-nodes', count: 3}),
		);
		expect(state.ephemeral).toMatchObject({isolated: true, tried: ['lo'], foreignNodes: 3});
	});

	it('call nobody alone from the first link on', () => {
		const alone = reduce(pass({type: 'isolated', isolated: true, tried: ['lo']}));
		expect(reduceInputs(alone, [link()]).ephemeral.isolated).toBe(false);
	});

	it('tell how far history has come in until it is all there', () => {
		const state = reduce(pass({type: 'sync-progress', received: 5, expected: 9}));
		expect(selectSyncProgress(state)).toEqual({received: 5, expected: 9});
		const done = reduceInputs(state, [pass({type: 'sync-progress', received: 9, expected: 0})]);
		expect(selectSyncProgress(done)).toBeUndefined();
	});

	it('leave the rest of the state as it is', () => {
		const before = reduce(launch, learn(1, [posted(carol!, 2, 1)]));
		const after = reduceInputs(before, [link(), pass({type: 'time-passed', now: T0 + 5})]);
		for (const part of ['timeline', 'roster', 'pending', 'launch', 'unreadable'] as const)
			expect(after[part]).toBe(before[part]);
	});
});

describe('typing', () => {
	const typing = (peer = carol!) => pass({type: 'typing', peer, until: T0 + 100});

	it('ends when its time is over', () => {
		const state = reduce(pass({type: 'time-passed', now: T0}), typing());
		expect(selectTyping(state)).toEqual([carol]);
		expect(selectTyping(reduceInputs(state, [pass({type: 'time-passed', now: T0 + 100})]))).toEqual([]);
	});

	it('ends when the peer has said it, and when its link closes', () => {
		expect(selectTyping(reduce(typing(), learn(5, [posted(carol!, 2, 5)])))).toEqual([]);
		expect(selectTyping(reduce(typing(), learn(5, [posted(dave!, 2, 5)])))).toEqual([carol]);
		expect(selectTyping(reduce(typing(), pass({type: 'link-closed', peer: carol!})))).toEqual([]);
	});
});

describe('delivery', () => {
	it('counts who holds it of those connected when it was posted', () => {
		const state = reduce(launch, link(), link(dave), say(2), delivered(carol!, 2));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 2});
		expect(selectDelivery(reduceInputs(state, [delivered(dave!, 3)]), 2)).toEqual({delivered: 2, of: 2});
	});

	it('does not count who came later, nor take back what was held when a peer goes', () => {
		const state = reduce(launch, link(), say(2), delivered(carol!, 2), link(dave), say(3), delivered(dave!, 3));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 1});
		expect(selectDelivery(state, 3)).toEqual({delivered: 1, of: 2});
		const gone = reduceInputs(state, [pass({type: 'link-closed', peer: carol!}), say(4)]);
		expect(selectDelivery(gone, 2)).toEqual({delivered: 1, of: 1});
		expect(selectDelivery(gone, 4)).toEqual({delivered: 0, of: 1});
	});

	it('notes an audience only when it changes', () => {
		expect(reduce(launch, link(), say(2), say(3), say(4)).ephemeral.audiences).toEqual([{fromSeq: 2, peers: [carol]}]);
	});

	it('counts who has come since where nobody was there', () => {
		const state = reduce(launch, say(2), link(), link(dave), delivered(carol!, 2), delivered(dave!, 1));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 0});
	});

	it('is of nobody while we are alone, and unknown for what was said before', () => {
		expect(selectDelivery(reduce(launch, say(2)), 2)).toEqual({delivered: 0, of: 0});
		expect(selectDelivery(reduce(launch, link(), say(2, false), say(3)), 2)).toBeUndefined();
	});

	it('never goes back', () => {
		const state = reduce(launch, link(), say(2), say(3), delivered(carol!, 3), delivered(carol!, 2));
		expect(selectDelivery(state, 3)).toEqual({delivered: 1, of: 1});
	});
});

describe('selectPendingCount', () => {
	it('counts rows that wait for their time', () => {
		expect(selectPendingCount(reduce(learn(0, [posted(carol!, 2, 1e9), posted(carol!, 3, 1e9 + 1)])))).toBe(2);
	});
});
