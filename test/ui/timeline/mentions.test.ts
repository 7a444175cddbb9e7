import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {type Attention, noNotifications, updateNotifications} from '../../../source/ui/notifications.js';
import {isMentionOfUs} from '../../../source/ui/timeline/mentions.js';
import {createFakeChatNode, type FakeChatNode, START} from '../../helpers/fake-chat-node.js';

/** Whether each message mentions this user, in timeline order. */
function mentions({store}: FakeChatNode): boolean[] {
	const state = store.getState();
	return sliceTimeline(state.timeline, 0, state.timeline.length)
		.filter(entry => entry.type === 'posted')
		.map(entry => isMentionOfUs(state, entry));
}

function setUp(name: string) {
	const chatNode = createFakeChatNode(name);
	const bob = chatNode.join('Bob', '192.168.1.9');
	return {chatNode, bob, say: (text: string) => chatNode.say(bob, text)};
}

describe('a mention by the first words of the own name', () => {
	test('a mention by the first words of the own name is recognized after @ if no other name begins with the same words', () => {
		const {chatNode, say} = setUp('Dave 日本');
		for (const text of ['hi @Dave', 'hi @dave!', '@Dave 日本', 'hi @davey', 'Dave: hi', 'hi Dave']) say(text);
		expect(mentions(chatNode)).toEqual([true, true, true, false, false, false]);
	});

	test('a mention by the first words of the own name matches any number of whole words', () => {
		const {chatNode, say} = setUp('Mary Ann Lee');
		for (const text of ['@Mary Ann: hi', '@mary', '@Mary Annette', '@Ann', '@Mary-Ann']) say(text);
		expect(mentions(chatNode)).toEqual([true, true, true, false, false]);
	});

	test('a mention by the first words of the own name refers to a present peer with exactly that name, and to nobody if two names begin with the same words', () => {
		const {chatNode, say} = setUp('Dave 日本');
		say('@Dave 1');
		const dave = chatNode.join('dave', '192.168.1.10');
		say('@Dave 2');
		chatNode.tell(dave, {type: 'left'});
		say('@Dave 3');
		chatNode.join('Dave Smith', '192.168.1.11');
		say('@Dave 4');
		say('@Dave 日本 5');
		expect(mentions(chatNode)).toEqual([true, false, true, false, true]);
	});

	test('if two names begin with the same word, a mention of one peer by this word does not become a mention of the other peer when the first one leaves', () => {
		const {chatNode, say} = setUp('Dave 日本');
		const smith = chatNode.join('Dave Smith', '192.168.1.11');
		say('@Dave who?');
		chatNode.tell(smith, {type: 'left'});
		say('@Dave Smith has left');
		say('@Dave is here');
		expect(mentions(chatNode)).toEqual([false, false, true]);
	});

	test('if two users have the same full name, a mention by the first words of this name refers to both', () => {
		const {chatNode, say} = setUp('Dave 日本');
		chatNode.join('Dave 日本', '192.168.1.10');
		say('@Dave hi');
		expect(mentions(chatNode)).toEqual([true]);
	});

	test('a mention by the first words of the own name is no longer recognized when another peer has taken these words as its name', () => {
		const {chatNode, say} = setUp('Dave 日本');
		const eve = chatNode.join('Eve', '192.168.1.10');
		say('@Dave 1');
		expect(mentions(chatNode)).toEqual([true]);
		chatNode.tell(eve, {type: 'renamed', name: 'Dave'});
		say('@Dave 2');
		expect(mentions(chatNode).at(-1)).toBe(false);
	});

	test('a mention by the first words of the own name triggers a notification', () => {
		const {chatNode, bob} = setUp('Dave 日本');
		const away: Attention = {focused: false, lastKeyAt: START, now: START, bell: 'mentions', ignored: [], room: 'lan'};
		const rings = (text: string) => {
			const events = [chatNode.make(bob, {type: 'posted', text})];
			const input = {type: 'events', loggedAt: START, live: true, events} as const;
			return updateNotifications(noNotifications, chatNode.store.getState(), [input], away).ring !== undefined;
		};
		expect(rings('@Dave look')).toBe(true);
		chatNode.join('Dave', '192.168.1.10');
		expect(rings('@Dave look')).toBe(false);
	});
});
