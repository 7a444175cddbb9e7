/**
 * An attached screen and a screen in the process of the keeper, on two terminals. The attached screen is connected over
 * a real socket.
 */
import {expect, it, vi} from 'vitest';
import type {EventRef} from '../../../source/core/event.js';
import {entryAt} from '../../../source/core/timeline.js';
import type {ChatNode} from '../../../source/node/chat-node.js';
import {shareTypedFile} from '../../../source/node/commands/typed-files.js';
import {parseTypedPath} from '../../../source/node/commands/typed-path.js';
import {attach, open, serve, setUp} from '../../helpers/kept-room.js';
import type {Chat} from '../../helpers/launch-chat.js';
import type {MemoryRoomNode} from '../../helpers/memory-room.js';

it('an attached screen shows the same as a screen in the process of the keeper, at every step of a conversation', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const {clock} = room;
	await clock.advance(2000);
	const bob = await room.launch('Bob');
	await clock.advance(3000);
	for (let number = 1; number <= 30; number++) bob.chatNode.post(`earlier ${number}`);
	await clock.advance(1000);
	await serve(kept);
	const own = await open(keeper.chatNode, keeper.self);
	const attached = await attach(kept);
	const screen = await open(attached.chatNode, attached.opened.self);

	const refTo = (text: string): EventRef => {
		const {timeline} = bob.chatNode.store.getState();
		for (let index = 0; index < timeline.length; index++) {
			const entry = entryAt(timeline, index);
			if (entry?.type === 'posted' && entry.text === text) return {peer: entry.peer, seq: entry.seq};
		}
		throw new Error(`no message ${text}`);
	};
	let dave: MemoryRoomNode | undefined;
	const steps: readonly (readonly [string, string, () => unknown])[] = [
		['message', 'hello Ann', () => bob.chatNode.post('hello Ann')],
		['own message', 'hello Bob', () => keeper.chatNode.post('hello Bob')],
		['message of the attached screen', 'from afar', () => screen.press('from afar\r')],
		['reply', 'an answer', () => bob.chatNode.post('an answer', {replyTo: refTo('hello Bob')})],
		['reaction', '👍', () => bob.chatNode.mark(refTo('from afar'), '👍', true)],
		['correction', 'good day Ann', () => bob.chatNode.correct(refTo('hello Ann'), 'good day Ann')],
		['pin', 'good day Ann', () => bob.chatNode.pin(refTo('hello Ann'), true)],
		[
			'newcomer',
			'Dave',
			async () => {
				dave = await room.launch('Dave');
			},
		],
		['his message', 'here I am', () => dave?.chatNode.post('here I am')],
		['withdrawal', 'withdrawn', () => dave?.chatNode.withdraw(refTo('here I am'))],
		['name', 'David', () => dave?.chatNode.rename('David')],
		['departure', 'left', () => void dave?.chatNode.stop()],
		['name of the attached screen', 'Anna', () => screen.press('/name Anna\r')],
		['mention', 'are you there', () => bob.chatNode.post('@Anna are you there?')],
		['typing', 'typing', () => bob.chatNode.notifyTyping()],
	];
	for (const [name, text, step] of steps) {
		await step();
		await clock.advance(1500);
		// Both screens are read at the same moment, because each of them can still change.
		const compare = () => {
			const shown = own.terminal.text();
			expect(shown, name).toContain(text);
			expect(screen.terminal.text(), name).toBe(shown);
		};
		await vi.waitFor(compare, {timeout: 20_000});
	}
	// The states are equal too, not only what the two screens show of them.
	const view = ({timeline, effects, ephemeral, launch}: ReturnType<typeof keeper.chatNode.store.getState>) =>
		JSON.parse(JSON.stringify({timeline, effects, ephemeral, launch}));
	await vi.waitFor(() =>
		expect(view(attached.chatNode.store.getState())).toEqual(view(keeper.chatNode.store.getState())),
	);
}, 60_000);

it('a message that the user reads on one attached screen becomes read on the keeper and on every other screen', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const bob = await room.launch('Bob');
	await room.clock.advance(3000);
	await serve(kept);
	bob.chatNode.post('before');
	await room.clock.advance(1000);
	const [one, two] = [await attach(kept), await attach(kept)];
	const unreadOf = (node: {chatNode: ChatNode}) => node.chatNode.reading?.unread().messages.length;
	const all = () => [unreadOf(keeper), unreadOf(one), unreadOf(two)];
	expect(all()).toEqual([1, 1, 1]);
	bob.chatNode.post('after');
	await room.clock.advance(1000);
	await expect.poll(all).toEqual([2, 2, 2]);
	const {timeline} = one.chatNode.store.getState();
	const last = entryAt(timeline, timeline.length - 1);
	one.chatNode.reading?.markRead(last ? [last] : []);
	await expect.poll(all).toEqual([1, 1, 1]);
	two.chatNode.reading?.markAllRead();
	await expect.poll(all).toEqual([0, 0, 0]);
});

it('an attached node refuses the same texts and names as any node, and reports the refusals of the keeper', async () => {
	const kept = await setUp();
	const bob = await kept.room.launch('Bob');
	await kept.room.clock.advance(3000);
	bob.chatNode.post('mine');
	await kept.room.clock.advance(1000);
	await serve(kept);
	const {chatNode, refusals} = await attach(kept);
	const {timeline} = chatNode.store.getState();
	const theirs = entryAt(timeline, timeline.length - 1);
	if (theirs?.type !== 'posted') throw new Error('no message');
	expect(chatNode.post(' ')).toEqual({refused: 'The text is empty.'});
	expect(chatNode.post('x'.repeat(20_000))).toMatchObject({refused: expect.stringContaining('Too long')});
	expect(chatNode.rename('Bob#a1b2c3d4')).toHaveProperty('refused');
	expect(chatNode.correct(theirs, 'not mine')).toHaveProperty('refused');
	chatNode.dropPeer('10.9.9.9');
	await expect.poll(() => refusals).toEqual([expect.stringContaining('10.9.9.9')]);
	void kept.keeper.chatNode.stop();
	await kept.room.clock.advance(2000);
	chatNode.post('too late');
	await expect.poll(() => refusals).toHaveLength(2);
});

it('a whisper that the keeper refuses returns to the input of the attached screen with its addressee', async () => {
	const kept = await setUp();
	const {room, keeper} = kept;
	const bob = await room.launch('Bob Lee', {takesWhispers: false});
	await room.clock.advance(3000);
	await serve(kept);
	let screen: Chat | undefined;
	const attached = await attach(kept, (text, draft) => screen?.screen.showMessage(text, draft));
	screen = await open(attached.chatNode, attached.opened.self);
	await screen.press('/msg "Bob Lee" for you only\r');
	await screen.terminal.see('does not take whispers');
	const input = () => screen?.terminal.rows().at(-1) ?? '';
	const fingerprint = bob.self.peer.slice(0, 8);
	await screen.terminal.until(() => input().startsWith(`to Bob Lee only › /msg "Bob Lee"#${fingerprint} for you only`));
	// A draft that the user has begun in the meantime is kept.
	await screen.press('\u0003', '/msg "Bob Lee" second');
	screen.screen.showMessage('Refused.', '/msg "Bob Lee" first');
	await screen.terminal.see('Refused.');
	expect(input()).toContain('/msg "Bob Lee" second');
	expect(keeper.texts()).toEqual([]);
});

it('/share in an attached screen accepts a path with spaces, and its error names the path and says what to do', async () => {
	const kept = await setUp();
	await kept.room.clock.advance(3000);
	await serve(kept);
	const {chatNode} = await attach(kept);
	kept.keeper.files.disk.set('/home/ann/my plan.pdf', new Uint8Array(10));
	expect(await shareTypedFile(chatNode, parseTypedPath('/home/ann/my plan.pdf'))).toMatchObject({type: 'done'});
	expect(await shareTypedFile(chatNode, parseTypedPath('/home/ann/gone.pdf'))).toEqual({
		type: 'error',
		text: '/home/ann/gone.pdf: cannot read the file: no such file or folder. Check the path.',
	});
});
