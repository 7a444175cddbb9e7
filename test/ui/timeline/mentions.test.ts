import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {type Attention, noNotifications, updateNotifications} from '../../../source/ui/notifications.js';
import {isMentionOfUs} from '../../../source/ui/timeline/mentions.js';
import {createFakeChatNode, type FakeChatNode, START} from '../../helpers/fake-chat-node.js';

/** Of everything posted so far, in order, whether it speaks to us. */
function marks({store}: FakeChatNode): boolean[] {
	const state = store.getState();
	return sliceTimeline(state.timeline, 0, state.timeline.length)
		.filter(entry => entry.type === 'posted')
		.map(entry => isMentionOfUs(state, entry));
}

function setUp(name: string) {
	const session = createFakeChatNode(name);
	const bob = session.join('Bob', '192.168.1.9');
	return {session, bob, say: (text: string) => session.say(bob, text)};
}

describe('a mention by the first words of our name', () => {
	test('counts behind @ while nobody else can be meant', () => {
		const {session, say} = setUp('Dave 日本');
		for (const text of ['hi @Dave', 'hi @dave!', '@Dave 日本', 'hi @davey', 'Dave: hi', 'hi Dave']) say(text);
		expect(marks(session)).toEqual([true, true, true, false, false, false]);
	});

	test('takes as many words as there are, never a part of one', () => {
		const {session, say} = setUp('Mary Ann Lee');
		for (const text of ['@Mary Ann: hi', '@mary', '@Mary Annette', '@Ann', '@Mary-Ann']) say(text);
		expect(marks(session)).toEqual([true, true, true, false, false]);
	});

	test('is for who is called exactly that, or for nobody when two share the words, while they are there', () => {
		const {session, say} = setUp('Dave 日本');
		say('@Dave 1');
		const dave = session.join('dave', '192.168.1.10');
		say('@Dave 2');
		session.tell(dave, {type: 'left'});
		say('@Dave 3');
		session.join('Dave Smith', '192.168.1.11');
		say('@Dave 4');
		say('@Dave 日本 5');
		expect(marks(session)).toEqual([true, false, true, false, true]);
	});

	test('does not come back for what was said to somebody who is gone', () => {
		const {session, say} = setUp('Dave 日本');
		const smith = session.join('Dave Smith', '192.168.1.11');
		say('@Dave who?');
		session.tell(smith, {type: 'left'});
		say('@Dave Smith has left');
		say('@Dave is here');
		expect(marks(session)).toEqual([false, false, true]);
	});

	test('is for both where two bear the same whole name', () => {
		const {session, say} = setUp('Dave 日本');
		session.join('Dave 日本', '192.168.1.10');
		say('@Dave hi');
		expect(marks(session)).toEqual([true]);
	});

	test('follows a new name of somebody else', () => {
		const {session, say} = setUp('Dave 日本');
		const eve = session.join('Eve', '192.168.1.10');
		say('@Dave 1');
		expect(marks(session)).toEqual([true]);
		session.tell(eve, {type: 'renamed', name: 'Dave'});
		say('@Dave 2');
		expect(marks(session).at(-1)).toBe(false);
	});

	test('rings too', () => {
		const {session, bob} = setUp('Dave 日本');
		const away: Attention = {focused: false, lastKeyAt: START, now: START, bell: 'mentions', ignored: [], room: 'lan'};
		const rings = (text: string) => {
			const events = [session.make(bob, {type: 'posted', text})];
			const input = {type: 'events', loggedAt: START, live: true, events} as const;
			return updateNotifications(noNotifications, session.store.getState(), [input], away).ring !== undefined;
		};
		expect(rings('@Dave look')).toBe(true);
		session.join('Dave', '192.168.1.10');
		expect(rings('@Dave look')).toBe(false);
	});
});
