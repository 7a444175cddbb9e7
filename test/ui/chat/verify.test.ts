import {expect, test} from 'vitest';
import {ESC, launch, room} from '../../helpers/chat-room.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

const contacts = [{key: 'b0b0b0b0'.padEnd(64, '0'), name: 'Bob', verified: 1}];

test('/verify shows the safety number while the user types its last five digits, and Enter confirms these digits', async () => {
	const chatNode = createFakeChatNode();
	const {peer} = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const {terminal, press} = await launch({chatNode});
	await press('/verify Bob\r');
	await terminal.see('01234 56789');
	await press('54x39');
	await terminal.see('5439_');
	expect(terminal.text()).toContain('01234 56789');
	await press('\r');
	expect(chatNode.calls.some(call => call.startsWith('confirm'))).toBe(false);
	await press('\u007f\u007f321');
	await terminal.see('54321');
	await press('\r');
	await terminal.see('Bob#b0b0b0b0 is verified');
	expect(chatNode.calls).toContain(`confirm ${peer} 54321`);
	expect(terminal.text()).not.toContain('01234 56789');
});

test('wrong digits cause an error, Esc cancels the verification, and neither leaves text in the draft', async () => {
	const chatNode = createFakeChatNode();
	chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const {terminal, press} = await launch({chatNode});
	await press('/verify Bob\r');
	await terminal.see('_____');
	await press('11111\r');
	await terminal.see('wrong digits');
	await press('/verify Bob\r');
	await terminal.see('_____');
	await press('123');
	await press(ESC);
	await terminal.seeNot('01234 56789');
	await press('hello\r');
	await terminal.see('hello');
	expect(chatNode.posted).toEqual([{text: 'hello', action: false}]);
});

test('verified people, and unverified people who use the same names, are marked in columns that no name reaches', async () => {
	const {chatNode} = room(0);
	const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const other = chatNode.join('Bob', '192.168.1.10', {identity: 'c0c0c0c0'});
	chatNode.publish({type: 'contacts', contacts});
	chatNode.say(bob, 'from Bob');
	chatNode.say(other, 'from somebody else');
	const {terminal} = await launch({columns: 120, rows: 30, chatNode});
	await terminal.see('from somebody else');
	expect(terminal.rows().find(row => row.includes('from somebody else'))).toMatch(/^! /);
	expect(terminal.rows().find(row => row.includes('from Bob'))).toMatch(/^ {2}/);
	expect(terminal.text()).toMatch(/●✓Bob#b0b0b0b0/);
	expect(terminal.text()).toMatch(/●!Bob#c0c0c0c0/);
});
