import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Input} from '../../source/core/event.js';
import {cleanLine} from '../../source/core/text.js';
import {
	type Attention,
	createNotifier,
	MAX_ALL_AUTHORS,
	noNotifications,
	updateNotifications,
	windowTitle,
} from '../../source/ui/notifications.js';
import {notification} from '../../source/ui/terminal/escape-sequences.js';
import {createFakeChatNode, START} from '../helpers/fake-chat-node.js';

const away: Attention = {focused: false, lastKeyAt: START, now: START, bell: 'mentions', ignored: [], room: 'lan'};

function setUp() {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9');
	const message = (text: string, live = true): Input => ({
		type: 'events',
		loggedAt: START,
		live,
		events: [chatNode.make(bob, {type: 'posted', text})],
	});
	return {chatNode, bob, state: chatNode.store.getState(), message};
}

test('a notifier rings again five seconds after the last ring, although the wall clock was set back', () => {
	const {chatNode, bob} = setUp();
	let monotonic = 0;
	let wall = START;
	const clock = {now: () => wall, monotonic: () => monotonic, after: () => ({cancel() {}})};
	const written: string[] = [];
	const notifier = createNotifier({
		chatNode,
		self: chatNode.self,
		environment: {},
		clock,
		getUi: () => ({focused: false, lastKeyAt: 0, bell: 'all', ignored: []}),
		writeIfReading: sequence => written.push(sequence) > 0,
	});
	const rings = () => written.filter(sequence => sequence.includes('\u0007') && !sequence.startsWith('\u001B]')).length;
	chatNode.say(bob, 'one');
	monotonic += 6000;
	wall -= 3_600_000;
	chatNode.say(bob, 'two');
	expect(rings()).toBe(2);
	notifier.stop();
});

describe('notifications', () => {
	test('the bell setting decides whether mentions, all messages or no messages ring', () => {
		const {state, message} = setUp();
		const rings = (bell: Attention['bell'], text: string) =>
			updateNotifications(noNotifications, state, [message(text)], {...away, bell}).ring !== undefined;
		expect([rings('mentions', 'Carol: hi'), rings('mentions', 'hi all')]).toEqual([true, false]);
		expect([rings('all', 'Carol: hi'), rings('all', 'hi all')]).toEqual([true, true]);
		expect([rings('off', 'Carol: hi'), rings('off', 'hi all')]).toEqual([false, false]);
	});

	test('@all rings if this node first connected to the author at least ten minutes ago, and at most once in five minutes for each person', () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
		const dan = chatNode.join('Dan', '192.168.1.8');
		// A second launch of Bob, and a stranger whose events claim to be old.
		const bobAgain = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0', connect: false});
		const eve = chatNode.join('Eve', '192.168.1.7', {at: START - 86_400_000, connect: false});
		const state = chatNode.store.getState();
		let notices = noNotifications;
		const tell = (peer: typeof bob, minute: number, text = 'please restart, @all!') => {
			const loggedAt = START + minute * 60_000;
			const events = [chatNode.make(peer, {type: 'posted', text})];
			const attention = {...away, now: loggedAt};
			const before = notices.mentions;
			const result = updateNotifications(notices, state, [{type: 'events', loggedAt, live: true, events}], attention);
			notices = result.notices;
			expect(notices.mentions - before).toBe(result.ring ? 1 : 0);
			return result.ring !== undefined;
		};
		expect(tell(bob, 9)).toBe(false);
		expect(tell(eve, 11)).toBe(false);
		expect(tell(bob, 12)).toBe(true);
		expect(tell(bob, 13)).toBe(false);
		expect(tell(bobAgain, 14)).toBe(false);
		expect(tell(dan, 15)).toBe(true);
		expect(tell(bobAgain, 16.9)).toBe(false);
		expect(tell(bob, 17)).toBe(true);
		expect(tell(bob, 40, 'all of you, mail@all.example')).toBe(false);
		expect(tell(bob, 41, '@carol and @ALL')).toBe(true);
		for (let second = 0; second < 600; second++) tell(dan, 60 + second / 60);
		expect(tell(bobAgain, 90)).toBe(true);
		expect(notices.mentions).toBe(4 + 2 + 1);
	});

	test('@all of one more person does not ring if the maximum number of remembered people have used @all within five minutes', () => {
		const {chatNode, bob, state} = setUp();
		const now = START + 3_600_000;
		const events = [chatNode.make(bob, {type: 'posted', text: '@all'})];
		const rings = (count: number, at: number) => {
			const lastAlls = new Map(Array.from({length: count}, (_, index) => [`person ${index}`, at]));
			const input: Input = {type: 'events', loggedAt: now, live: true, events};
			return updateNotifications({...noNotifications, lastAlls}, state, [input], {...away, now}).ring !== undefined;
		};
		expect(rings(MAX_ALL_AUTHORS, now - 1000)).toBe(false);
		expect(rings(MAX_ALL_AUTHORS - 1, now - 1000)).toBe(true);
		expect(rings(MAX_ALL_AUTHORS, now - 300_000)).toBe(true);
	});

	test('@all does not ring if the bell is off', () => {
		const {chatNode, bob, state} = setUp();
		const events = [chatNode.make(bob, {type: 'posted', text: '@all'})];
		const input: Input = {type: 'events', loggedAt: START + 3_600_000, live: true, events};
		expect(updateNotifications(noNotifications, state, [input], away).ring).toBeDefined();
		expect(updateNotifications(noNotifications, state, [input], {...away, bell: 'off'}).ring).toBe(undefined);
	});

	test('no message rings while the user is present, judged by focus reports or else by a key within the last minute', () => {
		const {state, message} = setUp();
		const rings = (attention: Partial<Attention>) =>
			updateNotifications(noNotifications, state, [message('Carol: hi')], {...away, ...attention}).ring !== undefined;
		expect(rings({focused: true, lastKeyAt: 0})).toBe(false);
		expect(rings({focused: undefined, lastKeyAt: START - 59_000})).toBe(false);
		expect(rings({focused: undefined, lastKeyAt: START - 61_000})).toBe(true);
	});

	test('notifications show corrected text, and never ring for a correction, reaction, pin or withdrawn message', () => {
		const {chatNode, bob} = setUp();
		const post = chatNode.tell(bob, {type: 'posted', text: 'Carol: helo'});
		const target = {peer: post.peer, seq: post.seq};
		const events = [
			chatNode.tell(bob, {type: 'corrected', target, text: 'Carol: hello'}),
			chatNode.tell(bob, {type: 'marked', target, word: 'x', on: true}),
			chatNode.tell(bob, {type: 'pinned', target, on: true}),
		];
		const bell = {...away, bell: 'all'} as const;
		const input = (...list: typeof events): Input[] => [{type: 'events', loggedAt: START, live: true, events: list}];
		const update = (...list: typeof events) =>
			updateNotifications(noNotifications, chatNode.store.getState(), input(...list), bell);
		expect(update(...events)).toEqual({notices: noNotifications});
		expect(update(post).ring?.body).toBe('Carol: hello');
		chatNode.tell(bob, {type: 'withdrawn', target});
		expect(update(post)).toEqual({notices: noNotifications});
	});

	test('the corrected text decides whether a message mentions this user, if the correction arrives with the message', () => {
		const {chatNode, bob} = setUp();
		const rings = (first: string, corrected: string) => {
			const post = chatNode.tell(bob, {type: 'posted', text: first});
			const correction = {type: 'corrected', target: {peer: post.peer, seq: post.seq}, text: corrected} as const;
			const events = [post, chatNode.tell(bob, correction)];
			const input: Input = {type: 'events', loggedAt: START, live: true, events};
			return updateNotifications(noNotifications, chatNode.store.getState(), [input], away).ring !== undefined;
		};
		expect(rings('Carol: lunch?', 'Dave: lunch?')).toBe(false);
		expect(rings('Dave: lunch?', 'Carol: lunch?')).toBe(true);
	});

	test('messages ring at most once in five seconds, but all are counted', () => {
		const {state, message} = setUp();
		const first = updateNotifications(noNotifications, state, [message('Carol: 1')], away);
		const second = updateNotifications(first.notices, state, [message('Carol: 2')], {...away, now: START + 4999});
		const third = updateNotifications(second.notices, state, [message('talk')], {...away, now: START + 5000});
		const fourth = updateNotifications(third.notices, state, [message('@carol 4')], {...away, now: START + 5001});
		expect([first, second, third, fourth].map(result => result.ring !== undefined)).toEqual([true, false, false, true]);
		expect(fourth.notices).toMatchObject({unread: 4, mentions: 3});
		expect(windowTitle(fourth.notices, 'lan')).toBe('(@4) lan - p2pchat-ink');
	});

	test('backfilled history, own messages and messages of hidden people do not ring', () => {
		const {chatNode, bob, state, message} = setUp();
		const own: Input = {
			type: 'events',
			loggedAt: START,
			live: true,
			events: [chatNode.make(chatNode.own, {type: 'posted', text: 'Carol: me'})],
		};
		expect(updateNotifications(noNotifications, state, [message('Carol: old', false), own], away).notices.unread).toBe(
			0,
		);
		expect(
			updateNotifications(noNotifications, state, [message('Carol: hi')], {...away, ignored: [bob.peer]}).notices
				.unread,
		).toBe(0);
	});

	test('a notification uses the escape sequence that the terminal supports, and only the bell in a multiplexer', () => {
		const sent = (environment: Record<string, string>) => notification('Bob; x', 'hi; there', environment);
		expect(sent({TERM: 'xterm-256color'})).toBe('\u0007');
		expect(sent({TERM: 'tmux-256color', TERM_PROGRAM: 'tmux'})).toBe('\u0007');
		expect(sent({TERM: 'xterm-kitty', TMUX: '/tmp/x'})).toBe('\u0007');
		expect(sent({TERM: 'xterm-ghostty'})).toBe('\u001B]9;p2pchat-ink: Bob, x: hi, there\u001B\\\u0007');
		expect(sent({TERM: 'foot'})).toBe('\u001B]777;notify;Bob, x;hi, there\u0007\u0007');
	});

	test('a name or text in a notification cannot select a command of the terminal or its parameters', () => {
		const part = fc.oneof(fc.string(), fc.constantFrom('4;1;77', '9;C:\\evil', '1;5000', '2;hacked', ' 4;3', '4'));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: a sequence consists of control characters
		const pattern = /^\u001B\](?:9;p2pchat-ink: |777;notify;[^;]*;)[^;\u0000-\u001F]*(?:\u001B\\)?\u0007+$/;
		const environments = [{TERM: 'xterm-ghostty'}, {TERM: 'x', WT_SESSION: 'x'}, {TERM: 'rxvt'}];
		fc.assert(
			fc.property(part, part, fc.constantFrom(...environments), (title, body, environment) => {
				const sequence = notification(cleanLine(title), cleanLine(body), environment);
				expect(sequence).toMatch(pattern);
			}),
		);
	});
});

test('a whisper rings like a mention, and the notification does not contain the text of the whisper', () => {
	const {chatNode, bob} = setUp();
	const inputs: Input[] = [];
	chatNode.store.subscribe((_, committed) => inputs.push(...committed));
	chatNode.observe({type: 'whisper', subject: bob.peer, own: false, id: 1, text: 'the secret text'});
	chatNode.observe({type: 'whisper', subject: bob.peer, own: true, id: 1, text: 'my own'});
	const {notices, ring} = updateNotifications(noNotifications, chatNode.store.getState(), inputs, away);
	expect(notices).toMatchObject({unread: 1, mentions: 1});
	expect(ring).toEqual({title: 'Bob in lan', body: 'whispered to you'});
	const off = updateNotifications(noNotifications, chatNode.store.getState(), inputs, {...away, bell: 'off'});
	expect(off.ring).toBeUndefined();
	const ignored = {...away, ignored: [bob.peer]};
	expect(updateNotifications(noNotifications, chatNode.store.getState(), inputs, ignored).notices.unread).toBe(0);
});
