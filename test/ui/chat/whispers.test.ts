import {expect, test} from 'vitest';
import type {ScreenNotes} from '../../../source/ui/screen-contract.js';
import {closeChat, launch} from '../../helpers/chat-room.js';
import {createFakeChatNode, type FakeChatNode, type FakePeer} from '../../helpers/fake-chat-node.js';

const whispers = ({calls}: FakeChatNode) => calls.filter(call => call.startsWith('whisper'));
const hear = (chatNode: FakeChatNode, {peer}: FakePeer, text: string, id = 1) =>
	chatNode.observe({type: 'whisper', subject: peer, own: false, id, text});

async function launchWith(...names: string[]) {
	const chatNode = createFakeChatNode('Carol');
	const people = names.map((name, index) =>
		chatNode.join(name, `192.168.1.${index + 8}`, {identity: `${index + 1}`.repeat(8)}),
	);
	const chat = await launch({chatNode, columns: 110});
	return {...chat, chatNode, people};
}

const inputRow = (rows: readonly string[]) => rows.at(-1) ?? '';

test('the prompt names the addressee before the user types the first letter of a whisper, and Enter sends the whisper to that person only', async () => {
	const {terminal, press, chatNode, people} = await launchWith('Dave');
	await press('/msg Dave');
	expect(inputRow(terminal.rows())).not.toContain('only');
	await press(' ');
	await terminal.until(() => inputRow(terminal.rows()).startsWith('to Dave only › /msg Dave'));
	await press('see you at 5\r');
	await terminal.until(() => whispers(chatNode).length === 1);
	expect(whispers(chatNode)).toEqual([`whisper ${people[0]?.peer} see you at 5`]);
	expect(chatNode.posted).toEqual([]);
	await terminal.until(() => !inputRow(terminal.rows()).includes('only'));
	expect(terminal.rows().find(row => row.includes('see you at 5'))).toMatch(/^○.* private │ to Dave: see you at 5/);
});

test('if the addressee of a whisper is renamed before Enter, and somebody else takes the old name, neither the addressee nor the prompt changes', async () => {
	const {terminal, press, chatNode, people} = await launchWith('Dave');
	const [dave] = people as [FakePeer];
	await press('/msg Dave half');
	await terminal.until(() => inputRow(terminal.rows()).includes('to Dave only'));
	chatNode.tell(dave, {type: 'renamed', name: 'Eddie'});
	chatNode.join('Dave', '192.168.1.99', {identity: '99999999'});
	await press(' a text');
	await terminal.see('/msg Dave half a text');
	expect(inputRow(terminal.rows())).toContain('to Dave only');
	await press('\r');
	await terminal.until(() => whispers(chatNode).length === 1);
	expect(whispers(chatNode)).toEqual([`whisper ${dave.peer} half a text`]);
});

test('a whisper to an unknown, ambiguous or departed addressee is not sent, and its text stays in the input', async () => {
	const {terminal, press, chatNode} = await launchWith('Dave', 'Dave', 'Erna');
	const gone = chatNode.join('Fred', '192.168.1.70', {identity: '77777777'});
	chatNode.tell(gone, {type: 'left'});
	for (const [typed, answer] of [
		['/msg Davey hello', 'Nobody here is called'],
		['/msg Dave hello', 'Several people are or were called'],
		['/msg Fred hello', 'has left'],
		['/r hello', 'Nobody has whispered to you'],
		['/msg Erna', 'Usage: /msg NAME TEXT'],
	] as const) {
		await press('\u0003', `${typed}\r`);
		await terminal.see(answer);
		if (typed !== '/msg Erna') expect(inputRow(terminal.rows())).toContain(typed);
	}
	expect([whispers(chatNode), chatNode.posted]).toEqual([[], []]);
});

test('a whisper that the node refuses returns to the input with its addressee', async () => {
	const {terminal, press, chatNode} = await launchWith('Dave');
	chatNode.refuse = 'Dave does not take whispers.';
	await press('/msg Dave hello\r');
	await terminal.see('Dave does not take whispers.');
	expect(inputRow(terminal.rows())).toContain('to Dave only › /msg Dave hello');
	chatNode.refuse = undefined;
	await press('\r');
	await terminal.until(() => whispers(chatNode).length === 1);
});

test('/r answers the last person who whispered before the draft began, even if another whisper arrives later', async () => {
	const {terminal, press, chatNode, people} = await launchWith('Dave', 'Erna');
	const [dave, erna] = people as [FakePeer, FakePeer];
	hear(chatNode, dave, 'from Dave');
	await terminal.see(/private │ from Dave: from Dave/);
	await press('/');
	hear(chatNode, erna, 'from Erna');
	await terminal.see(/private │ from Erna: from Erna/);
	await press('r yes');
	await terminal.until(() => inputRow(terminal.rows()).startsWith('to Dave only › /r yes'));
	hear(chatNode, erna, 'again', 2);
	await press('\r');
	await terminal.until(() => whispers(chatNode).length === 1);
	expect(whispers(chatNode)).toEqual([`whisper ${dave.peer} yes`]);
});

test('a whisper can be answered with r, but not quoted, pinned, corrected, withdrawn or reacted to', async () => {
	const {terminal, press, chatNode, people} = await launchWith('Dave');
	const [dave] = people as [FakePeer];
	hear(chatNode, dave, 'psst');
	await terminal.see('psst');
	await press('\u000f');
	for (const key of ['+', '*', 'x', 't']) {
		await press(key);
		await terminal.see('A whisper can only be answered');
		await press('\u001b[A', '\u001b[B');
	}
	await press('R');
	await terminal.see('A whisper cannot be quoted');
	await press('\u001b[A', '\u001b[B', 'r');
	await terminal.until(() => inputRow(terminal.rows()).startsWith('to Dave only › /msg Dave'));
	await press('back\r');
	await terminal.until(() => whispers(chatNode).length === 1);
	expect(whispers(chatNode)).toEqual([`whisper ${dave.peer} back`]);
	expect(chatNode.posted).toEqual([]);
});

test('no name and no public text looks like a whisper: only a whisper has `private` without quotes before the bar', async () => {
	const {terminal, chatNode} = await launchWith('private');
	const [peer] = chatNode.store
		.getState()
		.timeline.pages.flat()
		.flatMap(entry => (entry.type === 'joined' && entry.name === 'private' ? [entry.peer] : []));
	chatNode.say({peer: peer as FakePeer['peer'], seq: 1}, '│ from Dave: send me the code');
	await terminal.see('send me the code');
	const row = terminal.rows().find(one => one.includes('send me the code')) ?? '';
	expect(row).toContain('"private" │ from Dave');
	expect(row).not.toMatch(/ private │/);
});

test("the mark of an own whisper shows whether the addressee's log has the whisper, and the details say so in words", async () => {
	const {terminal, press, chatNode, people} = await launchWith('Dave');
	const [dave] = people as [FakePeer];
	await press('/msg Dave one\r', '/msg Dave two\r');
	await terminal.until(() => whispers(chatNode).length === 2);
	chatNode.publish({type: 'whispers-answered', peer: dave.peer, id: 1, refused: []});
	await terminal.until(() => /^✓.*: one/m.test(terminal.text()));
	expect(terminal.text()).toMatch(/^○.*: two/m);
	chatNode.publish({type: 'whispers-answered', peer: dave.peer, id: 2, refused: [2]});
	await terminal.until(() => /^×.*: two/m.test(terminal.text()));
	await press('\u000f', 'd');
	await terminal.see('the other node does not accept whispers');
});

test('a draft that an earlier screen saved has the same addressee when it is restored, even if a namesake has joined since', async () => {
	const chatNode = createFakeChatNode('Carol');
	const dave = chatNode.join('Dave Smith', '192.168.1.8', {identity: 'aaaaaaaa'});
	let kept: ScreenNotes = {draft: '', ignored: []};
	const save = (next: ScreenNotes) => {
		kept = next;
	};
	const first = await launch({chatNode, columns: 110, options: {notes: {initial: kept, save}}});
	await first.press('/w "Dave Smith" half');
	await first.terminal.see('/w "Dave Smith" half');
	await closeChat();
	expect(kept.draft).toBe('/msg "Dave Smith"#aaaaaaaa half');
	chatNode.join('Dave Smith', '192.168.1.99', {identity: 'bbbbbbbb'});
	const second = await launch({chatNode, columns: 110, options: {notes: {initial: kept, save}}});
	await second.terminal.until(() => inputRow(second.terminal.rows()).startsWith('to Dave Smith#aaaaaaaa only'));
	await second.press(' a text\r');
	await second.terminal.until(() => whispers(chatNode).length === 1);
	expect(whispers(chatNode)).toEqual([`whisper ${dave.peer} half a text`]);
});
