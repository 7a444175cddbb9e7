import {describe, expect, it} from 'vitest';
import type {EphemeralEvent, Input} from '../../source/core/event.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {
	selectDelivery,
	selectHolders,
	selectPendingCount,
	selectSyncProgress,
	selectTyping,
	selectUndeliveredCount,
} from '../../source/core/select.js';
import type {State} from '../../source/core/state.js';
import {feedEvent, learn, observation, observe, peerId, posted, T0} from './make-events.js';

const [me, carol, dave] = ['01', 'ca', 'da'].map(peerId) as [ReturnType<typeof peerId>, ...ReturnType<typeof peerId>[]];
const launch = observe(observation(me, 0, {type: 'launched', version: '1'}));
const ephemeral = (event: EphemeralEvent): Input => ({type: 'ephemeral', event});
const link = (peer = carol!) => ephemeral({type: 'link-measured', peer, status: 'connected'});
const post = (seq: number, live = true) => learn(seq, [posted(me, seq, seq)], live);
const delivered = (peer: typeof me, seq: number) => ephemeral({type: 'delivered', peer, seq});
const reduce = (...inputs: Input[]): State => reduceInputs(initialState, inputs);

describe('the ephemeral state', () => {
	it('the ephemeral state contains the measurements of a link until the link closes', () => {
		const first = reduce(
			ephemeral({type: 'link-measured', peer: carol!, status: 'connected', version: '1.2.0', roundTripMs: 3}),
			ephemeral({type: 'link-measured', peer: carol!, status: 'suspect', clockOffsetMs: -40}),
		);
		expect(first.ephemeral.links).toEqual({
			[carol!]: {status: 'suspect', version: '1.2.0', roundTripMs: 3, clockOffsetMs: -40},
		});
		expect(reduceInputs(first, [ephemeral({type: 'link-closed', peer: carol!})]).ephemeral.links).toEqual({});
	});

	it('after a new launch, the ephemeral state has no links, no deliveries and no audiences (the peers that were connected when a post was written)', () => {
		const next = observe(observation(dave!, 50, {type: 'launched', version: '1'}));
		const state = reduce(launch, link(), delivered(carol!, 1), post(2), next);
		expect(state.ephemeral).toMatchObject({links: {}, delivered: {}, audiences: []});
	});

	it('the ephemeral state contains the reason for which the log cannot be saved', () => {
		const full = reduce(ephemeral({type: 'persistence', saving: false, reason: 'disk full'}));
		expect(full.ephemeral).toMatchObject({saving: false, savingReason: 'disk full'});
		expect(reduceInputs(full, [ephemeral({type: 'persistence', saving: true})]).ephemeral).not.toHaveProperty(
			'savingReason',
		);
	});

	it('the ephemeral state contains the number of guests while the window for guests is open', () => {
		const open = reduce(ephemeral({type: 'window', guests: 0}));
		expect(open.ephemeral.windowGuests).toBe(0);
		const closed = reduceInputs(open, [ephemeral({type: 'window', guests: undefined})]);
		expect(closed.ephemeral).not.toHaveProperty('windowGuests');
	});

	it('the ephemeral state says whether the node is isolated, which destinations it tried, and how many foreign nodes it heard', () => {
		const state = reduce(
			ephemeral({type: 'isolated', isolated: true, tried: ['lo']}),
			ephemeral({type: 'foreign-nodes', count: 3}),
		);
		expect(state.ephemeral).toMatchObject({isolated: true, tried: ['lo'], foreignNodes: 3});
	});

	it('the ephemeral state says that the node is no longer isolated as soon as a link opens', () => {
		const isolated = reduce(ephemeral({type: 'isolated', isolated: true, tried: ['lo']}));
		expect(reduceInputs(isolated, [link()]).ephemeral.isolated).toBe(false);
	});

	it('the ephemeral state contains the sync progress until the sync is finished', () => {
		const state = reduce(ephemeral({type: 'sync-progress', received: 5, expected: 9}));
		expect(selectSyncProgress(state)).toEqual({received: 5, expected: 9});
		const done = reduceInputs(state, [ephemeral({type: 'sync-progress', received: 9, expected: 0})]);
		expect(selectSyncProgress(done)).toBeUndefined();
	});

	it('an ephemeral event, such as a measurement, changes only the ephemeral state and leaves all other parts of the state the same objects', () => {
		const before = reduce(launch, learn(1, [posted(carol!, 2, 1)]));
		const after = reduceInputs(before, [link(), ephemeral({type: 'time-passed', now: T0 + 5})]);
		for (const part of ['timeline', 'roster', 'pending', 'launch', 'unreadable'] as const)
			expect(after[part]).toBe(before[part]);
	});
});

describe('a typing indicator', () => {
	const typing = (peer = carol!) => ephemeral({type: 'typing', peer, until: T0 + 100});

	it('a typing indicator is shown until the time that its event contains', () => {
		const state = reduce(ephemeral({type: 'time-passed', now: T0}), typing());
		expect(selectTyping(state)).toEqual([carol]);
		expect(selectTyping(reduceInputs(state, [ephemeral({type: 'time-passed', now: T0 + 100})]))).toEqual([]);
	});

	it('a typing indicator ends when the peer posts, or when the link to the peer closes', () => {
		expect(selectTyping(reduce(typing(), learn(5, [posted(carol!, 2, 5)])))).toEqual([]);
		expect(selectTyping(reduce(typing(), learn(5, [posted(dave!, 2, 5)])))).toEqual([carol]);
		expect(selectTyping(reduce(typing(), ephemeral({type: 'link-closed', peer: carol!})))).toEqual([]);
	});
});

describe('the delivery of a post', () => {
	it('the delivery of a post counts the peers that were connected when the post was written and have stored the post', () => {
		const state = reduce(launch, link(), link(dave), post(2), delivered(carol!, 2));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 2});
		expect(selectDelivery(reduceInputs(state, [delivered(dave!, 3)]), 2)).toEqual({delivered: 2, of: 2});
	});

	it('the delivery of a post ignores peers that connect later, and still counts a peer that disconnects', () => {
		const state = reduce(launch, link(), post(2), delivered(carol!, 2), link(dave), post(3), delivered(dave!, 3));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 1});
		expect(selectDelivery(state, 3)).toEqual({delivered: 1, of: 2});
		const disconnected = reduceInputs(state, [ephemeral({type: 'link-closed', peer: carol!}), post(4)]);
		expect(selectDelivery(disconnected, 2)).toEqual({delivered: 1, of: 1});
		expect(selectDelivery(disconnected, 4)).toEqual({delivered: 0, of: 1});
	});

	it('the delivery of a post includes a peer whose loss was not reported yet when the post was written, so that the post does not count as delivered to all', () => {
		const connect = (peer: typeof me, ms: number) =>
			observe(observation(me, ms, {type: 'peer-connected', subject: peer, address: '10.0.0.2'}));
		const closed = [
			ephemeral({type: 'link-closed', peer: dave!}),
			observe(observation(me, 9, {type: 'peer-disconnected', subject: dave!, reason: 'timeout', alone: false})),
		];
		const state = reduce(
			launch,
			connect(carol!, 1),
			connect(dave!, 2),
			link(),
			link(dave),
			...closed,
			post(2),
			delivered(carol!, 2),
		);
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 2});
		expect(selectHolders(state, 2)).toEqual({stored: [carol], missing: [dave]});
		const lost = learn(20, [feedEvent(carol!, 2, 20, {type: 'lost', subject: dave!, absence: 0})]);
		const after = reduceInputs(state, [lost, post(3), delivered(carol!, 3)]);
		expect(selectDelivery(after, 2)).toEqual({delivered: 1, of: 2});
		expect(selectDelivery(after, 3)).toEqual({delivered: 1, of: 1});
		expect(selectDelivery(reduceInputs(after, [delivered(dave!, 3)]), 2)).toEqual({delivered: 2, of: 2});
	});

	it('the state counts our newest posts that no other node has stored, and our whispers without an answer', () => {
		const state = reduce(launch, link(), post(2), post(3), post(4));
		expect(selectUndeliveredCount(state)).toBe(3);
		expect(selectUndeliveredCount(reduceInputs(state, [delivered(carol!, 3)]))).toBe(1);
		expect(selectUndeliveredCount(reduceInputs(state, [delivered(carol!, 4)]))).toBe(0);
		const whisper = observe(observation(me, 10, {type: 'whisper', subject: carol!, own: true, id: 1, text: 'psst'}));
		const waiting = reduceInputs(state, [delivered(carol!, 4), whisper]);
		expect(selectUndeliveredCount(waiting)).toBe(1);
		const answered = ephemeral({type: 'whispers-answered', peer: carol!, id: 1, refused: []});
		expect(selectUndeliveredCount(reduceInputs(waiting, [answered]))).toBe(0);
		const ofOthers = learn(20, [feedEvent(carol!, 9, 20, {type: 'posted', text: 'hm'})]);
		expect(selectUndeliveredCount(reduceInputs(state, [delivered(carol!, 4), ofOthers]))).toBe(0);
	});

	it('the audience of a post (the peers connected when it was written) is stored only if it differs from that of the previous post', () => {
		expect(reduce(launch, link(), post(2), post(3), post(4)).ephemeral.audiences).toEqual([
			{fromSeq: 2, peers: [carol]},
		]);
	});

	it('the delivery of a post counts peers that connect later if no peer was connected when it was written', () => {
		const state = reduce(launch, post(2), link(), link(dave), delivered(carol!, 2), delivered(dave!, 1));
		expect(selectDelivery(state, 2)).toEqual({delivered: 1, of: 0});
	});

	it('the delivery of a post is "0 of 0" if there are no peers, and unknown if the post was written before this launch noted who was connected', () => {
		expect(selectDelivery(reduce(launch, post(2)), 2)).toEqual({delivered: 0, of: 0});
		expect(selectDelivery(reduce(launch, link(), post(2, false), post(3)), 2)).toBeUndefined();
	});

	it('the delivery of a post does not decrease when an older acknowledgement arrives late', () => {
		const state = reduce(launch, link(), post(2), post(3), delivered(carol!, 3), delivered(carol!, 2));
		expect(selectDelivery(state, 3)).toEqual({delivered: 1, of: 1});
	});
});

describe('selectPendingCount', () => {
	it('selectPendingCount counts the rows that are held back because their time is too far ahead of our clock', () => {
		expect(selectPendingCount(reduce(learn(0, [posted(carol!, 2, 1e9), posted(carol!, 3, 1e9 + 1)])))).toBe(2);
	});
});
