import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {describePresenceGroup} from '../../../source/ui/timeline/describe-entry.js';
import {createFakeChatNode, type FakeChatNode} from '../../helpers/fake-chat-node.js';

function told(session: FakeChatNode, from = 0): string {
	const state = session.store.getState();
	const parts = describePresenceGroup(state, sliceTimeline(state.timeline, from, state.timeline.length));
	return parts.map(part => (typeof part === 'string' ? part : part.name)).join('');
}

describe('a run of comings and goings is told', () => {
	test('by person: each launch of the same identity is the same one', () => {
		const session = createFakeChatNode();
		for (let launch = 0; launch < 6; launch++) {
			const eve = session.join('Eve', '10.0.0.9', {identity: 'e0e0e0e0', connect: false});
			session.tell(eve, {type: 'left'});
		}
		session.join('Dave', '10.0.0.8', {identity: 'd0d0d0d0', connect: false});
		expect(told(session, 1)).toBe('Eve joined and left 6 times · Dave joined');
		session.join('Eve', '10.0.0.9', {identity: 'e0e0e0e0', connect: false});
		expect(told(session, 1)).toBe('Dave joined · Eve joined, left and came back 6 times');
	});

	test('in the order of time, by what each did last', () => {
		const session = createFakeChatNode();
		const eve = session.join('Eve', '10.0.0.9', {connect: false});
		const bob = session.join('Bob', '10.0.0.7', {connect: false});
		session.tell(eve, {type: 'left'});
		session.join('Dave', '10.0.0.8', {connect: false});
		session.tell(bob, {type: 'left'});
		session.tell(bob, {type: 'returned', absence: 0});
		expect(told(session, 1)).toBe('Eve joined and left · Dave joined · Bob joined, left and came back');
	});

	test('with a fingerprint where names clash, and two of one name as two', () => {
		const session = createFakeChatNode();
		for (const identity of ['a0a0a0a0', 'b0b0b0b0']) session.join('Tim', '10.0.0.9', {identity, connect: false});
		expect(told(session, 1)).toBe('Tim#a0a0a0a0 and Tim#b0b0b0b0 joined');
	});

	test('our own earlier launches are ourselves', () => {
		const session = createFakeChatNode();
		const {peer} = session.join('Carol', '10.0.0.5', {at: session.at - 90_000, connect: false});
		session.store.commit([
			{
				type: 'observed',
				loggedAt: session.at - 91_000,
				observation: {peer, seq: 0, at: 0, ms: 0, counter: 0, type: 'launched', version: '1'},
			},
		]);
		expect(told(session)).toBe('you joined');
	});
});
