import {describe, expect, test} from 'vitest';
import type {EventRef, FeedEvent} from '../../../source/core/event.js';
import {launch, room} from '../../helpers/chat-room.js';
import {createFakeChatNode, START} from '../../helpers/fake-chat-node.js';
import {liveClock} from '../../helpers/launch-chat.js';

const UP = '\u001B[A';
const ESCAPE = '\u001B';
const refOf = ({peer, seq}: FeedEvent): EventRef => ({peer, seq});

/** A chat in which Bob said "lunch?" last. */
function lunchRoom() {
	const {chatNode, bob, dave} = room();
	const message = chatNode.tell(bob, {type: 'posted', text: 'lunch?'});
	return {chatNode, bob, dave, target: refOf(message)};
}

/**
 * A monotonic clock that the test advances. Without a pause after `r` or `e`, the screen treats the next letter as
 * typed text.
 */
function handClock() {
	let passed = 0;
	const wait = (ms: number) => {
		passed += ms;
	};
	return {wait, hooks: {clock: {...liveClock, monotonic: () => passed}}};
}

describe('what a user does with a message', () => {
	test('the key r starts a reply to the selected message, and the sent reply has the quoted line above it', async () => {
		const {chatNode} = lunchRoom();
		const {wait, hooks} = handClock();
		const {terminal, press} = await launch({chatNode, hooks});
		await press('\t', 'r');
		await terminal.see('Reply to Bob: lunch?');
		wait(200);
		await press('at noon\r');
		await terminal.see('┌ Bob: lunch?');
		await terminal.seeNot('Reply to');
		const rows = terminal.rows();
		const quoted = rows.findIndex(row => row.includes('┌ Bob: lunch?'));
		expect(rows[quoted + 1]).toContain('at noon');
	});

	test('Enter on a reply selects the answered message, Enter on the answered message returns to the reply, and Enter on any other message shows details', async () => {
		const {chatNode, bob, dave, target} = lunchRoom();
		for (let number = 1; number <= 40; number++) chatNode.say(bob, `later ${number}`);
		chatNode.tell(dave, {type: 'posted', text: 'at noon', replyTo: target});
		const {terminal, press} = await launch({chatNode});
		await terminal.see('┌ Bob: lunch?');
		await press('\t', '\r');
		await terminal.see(/^▌.*Bob lunch\?/);
		await press('\r');
		await terminal.see(/^▌.*Dave at noon/);
		await press('k', '\r');
		await terminal.see('Details');
	});

	test('Esc turns the draft of a reply into the draft of an ordinary message with the same text', async () => {
		const {chatNode} = lunchRoom();
		const {terminal, press} = await launch({chatNode});
		await press('\t', 'r', 'hello');
		await press(ESCAPE);
		await terminal.seeNot('Reply to');
		await press('\r');
		await terminal.see('hello');
		expect(terminal.text()).not.toContain('┌');
	});

	test('+ and a digit react to a message, the same keys again take the reaction back, and an emoji can be typed', async () => {
		const {chatNode, dave, target} = lunchRoom();
		chatNode.tell(dave, {type: 'marked', target, word: '👍', on: true});
		const {terminal, press} = await launch({chatNode});
		await terminal.see('👍 1');
		await press('\t', '+');
		await terminal.see('React: 1 👍');
		await press('1');
		await terminal.see('👍 2');
		await press('+', '1');
		await terminal.see('👍 1');
		await press('+', '🦆');
		await terminal.see('🦆 1');
		await press('+', 'q');
		await terminal.see('React:');
		await press('\u001B');
		await terminal.seeNot('React:');
		await press('d');
		await terminal.see('reaction 👍');
		await terminal.see('Dave');
	});

	test('↑ in an empty input corrects the last own message; the details of the message show both versions', async () => {
		const {chatNode} = lunchRoom();
		const {terminal, press} = await launch({chatNode});
		await press('teh end\r');
		await terminal.see('teh end');
		await press(UP);
		await terminal.see('Enter: correct your message');
		await press('\u0015', 'the end\r');
		await terminal.see('the end (edited)');
		await terminal.seeNot('teh end');
		expect(chatNode.posted).toHaveLength(1);
		await press('\t', 'd');
		await terminal.see('first version');
		await terminal.see('teh end');
	});

	test('↑ in an empty input without a history corrects the newest own message of an earlier launch', async () => {
		const chatNode = createFakeChatNode('Carol', {identity: 'c0ffee00', notYetJoined: true});
		const earlier = chatNode.join('Carol', '192.168.1.5', {identity: 'c0ffee00', at: START - 5000, connect: false});
		chatNode.say(earlier, 'teh old text', {at: START - 4000});
		chatNode.tell(chatNode.own, {
			type: 'joined',
			name: 'Carol',
			addresses: ['192.168.1.5'],
			version: '1.0.0',
			identity: {key: 'c0ffee00'.padEnd(64, '0'), fingerprint: 'c0ffee00'.padEnd(16, '0')},
		});
		const {terminal, press} = await launch({chatNode});
		await press(UP);
		await terminal.see('Enter: correct your message');
		await press('\u0015', 'the old text\r');
		await terminal.see('the old text (edited)');
	});

	test('↑ in an empty input without a history corrects a /me, and skips a withdrawn message', async () => {
		const {chatNode} = lunchRoom();
		chatNode.post('teh old text');
		chatNode.tell(chatNode.own, {type: 'posted', text: 'wavs', action: true});
		chatNode.post('withdrawn');
		chatNode.withdraw({peer: chatNode.own.peer, seq: chatNode.own.seq});
		const {terminal, press} = await launch({chatNode});
		await press(UP);
		await terminal.see('Enter: correct your message');
		await press('\u0015', 'waves\r');
		await terminal.see('waves (edited)');
	});

	test('↑ and Enter without a change send the text as a new message, and ↑ pressed twice brings back an older text for a new message', async () => {
		const {chatNode} = lunchRoom();
		const {terminal, press} = await launch({chatNode});
		await press('one\r', 'two\r');
		await press(UP);
		await terminal.see('Enter: correct');
		await press('\r');
		expect(chatNode.posted.map(({text}) => text)).toEqual(['one', 'two', 'two']);
		await press(UP, UP);
		await terminal.seeNot('Enter: correct');
		await press('!\r');
		expect(chatNode.posted.map(({text}) => text)).toEqual(['one', 'two', 'two', 'one!']);
	});

	test('the key e corrects only an own message, and a slash at the start of the corrected text does not make a command', async () => {
		const {chatNode} = lunchRoom();
		const {wait, hooks} = handClock();
		const {terminal, press} = await launch({chatNode, hooks});
		await press('\t', 'e');
		await terminal.see('Only your own messages can be changed');
		await press(ESCAPE, '//etc\r');
		await terminal.see('/etc');
		await press('\t', 'e');
		wait(600);
		await press('/hosts\r');
		await terminal.see('/etc/hosts (edited)');
	});

	test('the key x withdraws an own message after a question, which says that the message is not erased', async () => {
		const {chatNode} = lunchRoom();
		const {terminal, press} = await launch({chatNode});
		await press('secret\r');
		await terminal.see('secret');
		await press('\t', 'x');
		await terminal.see('hidden for everybody, not erased');
		await press('n');
		await terminal.see('secret');
		await press('x', 'y');
		await terminal.see('(withdrawn)');
		await terminal.seeNot('secret');
	});

	test('the key * pins a message for everybody, in one line above the timeline; /pins lists all pins, and * again unpins the message', async () => {
		const {chatNode} = lunchRoom();
		const {terminal, press} = await launch({chatNode});
		await press('\t', '*');
		await terminal.see('Pin this message for everybody?');
		await press('y');
		await terminal.until(() => terminal.rows()[0]?.includes('Pinned: Bob: lunch?') ?? false);
		await press(ESCAPE, '/pins\r');
		await terminal.see('pinned by Carol');
		await press(ESCAPE, '\t', '*', 'n', '*', 'y');
		await terminal.until(() => !terminal.rows()[0]?.includes('Pinned'));
	});

	test('the key t shows the message with all direct and indirect answers', async () => {
		const {chatNode, bob, dave, target} = lunchRoom();
		const answer = chatNode.tell(dave, {type: 'posted', text: 'where?', replyTo: target});
		chatNode.say(dave, 'unrelated');
		chatNode.tell(bob, {type: 'posted', text: 'canteen', replyTo: refOf(answer)});
		const {terminal, press} = await launch({chatNode});
		await press('\t', 't');
		await terminal.see('Thread');
		for (const text of ['Bob: lunch?', 'Dave: where?', 'Bob: canteen']) await terminal.see(text);
		expect(terminal.text()).not.toContain('unrelated');
	});

	test('a correction, reaction or pin by another person adds no row and does not move the reading position', async () => {
		const {chatNode, bob, dave, target} = lunchRoom();
		const before = chatNode.store.getState().timeline;
		chatNode.tell(bob, {type: 'corrected', target, text: 'dinner?'});
		chatNode.tell(dave, {type: 'pinned', target, on: true});
		expect(chatNode.store.getState().timeline).toBe(before);
	});
});
