import {describe, expect, test} from 'vitest';
import {ALT, launch} from '../../helpers/chat-room.js';
import {createFakeChatNode, type FakeChatNode, type FakePeer, START} from '../../helpers/fake-chat-node.js';

const HOUR = 3_600_000;
const FOCUS_OUT = '\u001B[O';
const FOCUS_IN = '\u001B[I';

/**
 * A reopened log with `read` messages of Bob that the user has read, and `missed` later messages that the user has not
 * read.
 */
function reopened(read: number, missed: number, textOf = (number: number) => `missed ${number}`) {
	let bob: FakePeer | undefined;
	const chatNode = createFakeChatNode('Carol', {
		hasSecret: true,
		history(node) {
			bob = node.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
			for (let number = 1; number <= read; number++) node.say(bob, `old ${number}`, {live: false});
			for (let number = 1; number <= missed; number++) {
				const event = node.make(bob, {type: 'posted', text: textOf(number)}, node.at + HOUR + number);
				node.store.commit([{type: 'events', loggedAt: event.at, live: false, events: [event], unreadOffset: 1}]);
			}
		},
	});
	if (!bob) throw new Error('no peer');
	return {chatNode, bob};
}

const unreadCount = (chatNode: FakeChatNode) => chatNode.reading?.unread().messages.length;

describe('a reopened room', () => {
	test('a reopened room opens at the rule "new since", stays there until the first key, and counts missed mentions first', async () => {
		const {chatNode, bob} = reopened(30, 60, number => `${number % 20 === 0 ? '@Carol ' : ''}missed ${number}.`);
		const {terminal, press} = await launch({chatNode, keepsUnread: true, columns: 110});
		await terminal.see('new since');
		expect(terminal.rows()[0]).toMatch(/─ new since \d\d:\d\d ─/);
		expect(terminal.rows()[1]).toContain('missed 1.');
		await terminal.until(() => /^ 2 for you Alt\+N {2}\d+ unread Alt\+U {2}lan/.test(terminal.rows().at(-2) ?? ''));
		chatNode.say(bob, 'one more');
		await terminal.see('61 unread'.slice(2));
		await terminal.see('missed 1.');
		await press(ALT('n'));
		await terminal.see('missed 20');
		await press('\u001B[1;5F');
		await terminal.see('missed 60.');
		expect(terminal.text()).not.toContain('missed 1.');
	});

	test('a reopened room counts messages on the screen as read, and Alt+U goes to the oldest unread message', async () => {
		const {chatNode} = reopened(30, 60);
		const {terminal, press} = await launch({chatNode, keepsUnread: true});
		await terminal.see('missed 15');
		await terminal.until(() => (unreadCount(chatNode) ?? 0) <= 45);
		await press('\u001B[1;5F');
		await terminal.see('missed 60');
		const left = unreadCount(chatNode) ?? 0;
		expect(left).toBeGreaterThan(5);
		await press(ALT('u'));
		await terminal.until(() => terminal.rows().some(row => row.startsWith('▌')));
		expect(terminal.rows().find(row => row.startsWith('▌'))).toContain(`missed ${60 - 21 + 1 - left}`.slice(0, 8));
		await press('/mark\r');
		await terminal.until(() => unreadCount(chatNode) === 0);
		await terminal.seeNot('unread Alt+U');
		await terminal.seeNot('new since');
	});

	test('a reopened room shows the unread rule when history arrives after the start, and counts messages that are inserted above the rule', async () => {
		const {chatNode, bob} = reopened(40, 0);
		const {terminal, press} = await launch({chatNode, keepsUnread: true});
		await terminal.see('old 40');
		expect(terminal.text()).not.toContain('new since');
		chatNode.commit([chatNode.make(bob, {type: 'posted', text: 'late insert'}, START + 3500)], false);
		await terminal.see('1 unread Alt+U');
		chatNode.commit([chatNode.make(bob, {type: 'posted', text: 'while you were away'})], false);
		await terminal.see('new since');
		await terminal.see('while you were away');
		await press(ALT('u'));
		await terminal.see('late insert');
		await terminal.until(() => unreadCount(chatNode) === 0);
	});

	test('a reopened room follows the end of the timeline and has no unread rule when live messages arrive before the first key', async () => {
		const {chatNode, bob} = reopened(40, 0);
		const {terminal} = await launch({chatNode, keepsUnread: true});
		for (let number = 1; number <= 60; number++) chatNode.say(bob, `live ${number}.`);
		await terminal.see('live 60.');
		expect(terminal.text()).not.toContain('new since');
		await terminal.see('Ctrl+G help');
	});

	test('a reopened room without unread messages has no unread rule and no unread counts', async () => {
		const {chatNode} = reopened(5, 0);
		const {terminal} = await launch({chatNode, keepsUnread: true});
		await terminal.see('old 5');
		expect(terminal.text()).not.toMatch(/new since|unread Alt/);
	});
});

test('messages on the screen are unread while the terminal has no focus or an overlay covers them', async () => {
	const {chatNode, bob} = reopened(1, 0);
	const {terminal, press} = await launch({chatNode, keepsUnread: true, columns: 100});
	await press(FOCUS_OUT);
	chatNode.say(bob, 'in the background');
	await terminal.see('1 unread Alt+U');
	await press(FOCUS_IN);
	await terminal.until(() => unreadCount(chatNode) === 0);
	await press('/who\r');
	await terminal.see('Who is here');
	chatNode.say(bob, 'behind the overlay');
	await terminal.see('1 unread Alt+U');
	await press('\u001B');
	await terminal.see('behind the overlay');
	await terminal.until(() => unreadCount(chatNode) === 0);
});

test('messages of hidden people do not stay unread', async () => {
	const {chatNode, bob} = reopened(1, 0);
	const {press} = await launch({chatNode, keepsUnread: true});
	await press(FOCUS_OUT);
	await press('/ignore Bob\r');
	chatNode.say(bob, 'hidden');
	await press('x');
	expect(unreadCount(chatNode)).toBe(0);
});
