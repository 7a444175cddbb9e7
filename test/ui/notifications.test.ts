import {describe, expect, test} from 'vitest';
import type {Input} from '../../source/core/event.js';
import {type Attention, noNotifications, updateNotifications, windowTitle} from '../../source/ui/notifications.js';
import {notification} from '../../source/ui/terminal/escape-sequences.js';
import {createFakeChatNode, START} from '../helpers/fake-chat-node.js';

const away: Attention = {focused: false, lastKeyAt: START, now: START, bell: 'mentions', ignored: [], room: 'lan'};

function setUp() {
	const session = createFakeChatNode();
	const bob = session.join('Bob', '192.168.1.9');
	const said = (text: string, live = true): Input => ({
		type: 'events',
		loggedAt: START,
		live,
		events: [session.make(bob, {type: 'posted', text})],
	});
	return {session, bob, state: session.store.getState(), said};
}

describe('notifications', () => {
	test('ring for mentions, for all, or never', () => {
		const {state, said} = setUp();
		const rings = (bell: Attention['bell'], text: string) =>
			updateNotifications(noNotifications, state, [said(text)], {...away, bell}).ring !== undefined;
		expect([rings('mentions', 'Carol: hi'), rings('mentions', 'hi all')]).toEqual([true, false]);
		expect([rings('all', 'Carol: hi'), rings('all', 'hi all')]).toEqual([true, true]);
		expect([rings('off', 'Carol: hi'), rings('off', 'hi all')]).toEqual([false, false]);
	});

	test('not while looking; without focus reports a key within a minute counts as looking', () => {
		const {state, said} = setUp();
		const rings = (attention: Partial<Attention>) =>
			updateNotifications(noNotifications, state, [said('Carol: hi')], {...away, ...attention}).ring !== undefined;
		expect(rings({focused: true, lastKeyAt: 0})).toBe(false);
		expect(rings({focused: undefined, lastKeyAt: START - 59_000})).toBe(false);
		expect(rings({focused: undefined, lastKeyAt: START - 61_000})).toBe(true);
	});

	test('at most one in five seconds, but all are counted', () => {
		const {state, said} = setUp();
		const first = updateNotifications(noNotifications, state, [said('Carol: 1')], away);
		const second = updateNotifications(first.notices, state, [said('Carol: 2')], {...away, now: START + 4999});
		const third = updateNotifications(second.notices, state, [said('talk')], {...away, now: START + 5000});
		const fourth = updateNotifications(third.notices, state, [said('@carol 4')], {...away, now: START + 5001});
		expect([first, second, third, fourth].map(result => result.ring !== undefined)).toEqual([true, false, false, true]);
		expect(fourth.notices).toMatchObject({unread: 4, mentions: 3});
		expect(windowTitle(fourth.notices, 'lan')).toBe('(@4) lan - p2pchat-ink');
	});

	test('history that comes in, own messages and hidden people are no news', () => {
		const {session, bob, state, said} = setUp();
		const own: Input = {
			type: 'events',
			loggedAt: START,
			live: true,
			events: [session.make(session.own, {type: 'posted', text: 'Carol: me'})],
		};
		expect(updateNotifications(noNotifications, state, [said('Carol: old', false), own], away).notices.unread).toBe(0);
		expect(
			updateNotifications(noNotifications, state, [said('Carol: hi')], {...away, ignored: [bob.peer]}).notices.unread,
		).toBe(0);
	});

	test('the sequence goes by what the terminal is; multiplexers get the bell', () => {
		const sent = (environment: Record<string, string>) => notification('Bob; x', 'hi; there', environment);
		expect(sent({TERM: 'xterm-256color'})).toBe('\u0007');
		expect(sent({TERM: 'tmux-256color', TERM_PROGRAM: 'tmux'})).toBe('\u0007');
		expect(sent({TERM: 'xterm-kitty', TMUX: '/tmp/x'})).toBe('\u0007');
		expect(sent({TERM: 'xterm-ghostty'})).toBe('\u001B]9;Bob; x: hi; there\u001B\\\u0007');
		expect(sent({TERM: 'foot'})).toBe('\u001B]777;notify;Bob, x;hi, there\u0007\u0007');
	});
});
