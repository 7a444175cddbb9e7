import {describe, expect, it} from 'vitest';
import {contactOf, impersonatedContact} from '../../source/core/contacts.js';
import type {FeedEvent, Input, PeerId} from '../../source/core/event.js';
import {isOurs, ownSessionOf} from '../../source/core/own-sessions.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import {selectMarks} from '../../source/core/select-marks.js';
import {addressOf, formatFingerprintSuffix, statusOf} from '../../source/core/select-peers.js';
import type {State} from '../../source/core/state.js';
import {isMentionOfUs} from '../../source/ui/timeline/mentions.js';
import {feedEvent, joined, learn, observation, observe, peerId} from './make-events.js';

const [me, before, other, bob] = [peerId('01'), peerId('a1'), peerId('a2'), peerId('b1')];
const launch = (peer: PeerId, ms: number) => observe(observation(peer, ms, {type: 'launched', version: '1'}));
const connect = (subject: PeerId, ms: number) =>
	observe(observation(me, ms, {type: 'peer-connected', subject, address: '10.0.0.2'}));
const join = (peer: PeerId, name: string, ms: number, key?: string): Input =>
	learn(ms, [
		{
			...joined(peer, ms, name, ['10.0.0.9']),
			...(key && {identity: {key: key.repeat(64), fingerprint: key.repeat(16)}}),
		} as FeedEvent,
	]);
const reduce = (...inputs: Input[]) => reduceInputs(initialState, inputs);
const sessions = (state: State) => [me, before, other, bob].map(peer => ownSessionOf(state, peer) ?? 'nobody');

describe('our own sessions', () => {
	it('our own sessions: a launch with our identity that joined before us and was never connected is an earlier launch of ours', () => {
		const state = reduce(
			join(before, 'Caro', 1, 'c'),
			launch(me, 10),
			join(me, 'Carol', 11, 'c'),
			join(bob, 'Bob', 12, 'b'),
		);
		expect(sessions(state)).toEqual(['this', 'earlier', 'nobody', 'nobody']);
		expect([isOurs(state, before), statusOf(state, before), addressOf(state, before)]).toEqual([
			true,
			'left',
			{address: '10.0.0.9', isUnverified: false},
		]);
	});

	it('our own sessions: a launch with our identity that is connected or joined after us is another session, and counts as ours only if it has our name', () => {
		const state = reduce(
			join(before, 'carol', 1, 'c'),
			launch(me, 10),
			join(me, 'Carol', 11, 'c'),
			connect(before, 12),
			join(other, 'Dave', 13, 'c'),
		);
		expect(sessions(state)).toEqual(['this', 'elsewhere', 'elsewhere', 'nobody']);
		expect([isOurs(state, before), isOurs(state, other)]).toEqual([true, false]);
		const renamed = reduceInputs(state, [learn(20, [feedEvent(me, 2, 20, {type: 'renamed', name: 'Dave'})])]);
		expect([isOurs(renamed, before), isOurs(renamed, other)]).toEqual([false, true]);
	});

	it('our own sessions: without an identity, only the launches that our log records as launches of this node are ours', () => {
		const state = reduce(
			launch(before, 1),
			join(before, 'Carol', 2),
			launch(me, 10),
			join(me, 'Carol', 11),
			join(bob, 'Carol', 12),
		);
		expect(sessions(state)).toEqual(['this', 'earlier', 'nobody', 'nobody']);
	});

	it('our earlier launches and other sessions are shown without a fingerprint or warning, their messages never count as mentioning us, and their reactions count as ours', () => {
		const text = feedEvent(before, 2, 3, {type: 'posted', text: '@Carol note to myself'});
		const state = reduceInputs(
			reduce(
				join(before, 'Carol', 1, 'c'),
				learn(3, [text]),
				join(bob, 'Carol', 4, 'b'),
				launch(me, 10),
				join(me, 'Carol', 11, 'c'),
				learn(12, [feedEvent(bob, 2, 12, {type: 'posted', text: '@Carol hi'})]),
				learn(13, [feedEvent(before, 3, 13, {type: 'marked', target: {peer: bob, seq: 2}, word: 'ok', on: true})]),
			),
			[
				{
					type: 'ephemeral',
					event: {type: 'contacts', contacts: [{key: 'b'.repeat(64), name: 'Carol', verified: 1}]},
				},
			],
		);
		expect([formatFingerprintSuffix(state, before), formatFingerprintSuffix(state, bob)]).toEqual(['', '#bbbbbbbb']);
		expect([contactOf(state, bob)?.name, impersonatedContact(state, before)]).toEqual(['Carol', undefined]);
		const [first, second] = state.timeline.pages.flat().filter(({type}) => type === 'posted');
		expect([first, second].map(entry => entry && isMentionOfUs(state, entry))).toEqual([false, true]);
		expect(selectMarks(state, {peer: bob, seq: 2})[0]?.isOwn).toBe(true);
	});
});
