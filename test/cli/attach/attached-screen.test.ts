/** An attached screen and the screen of the node itself, on two terminals, over a real socket. */
import {connect, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {afterEach, expect, it, vi} from 'vitest';
import {createAttachedNode, readKeptState} from '../../../source/cli/attach/attached-node.js';
import type {AttachRequest, KeeperMessage, OpenedMessage} from '../../../source/cli/keep/keeper-messages.js';
import {startKeeperSession} from '../../../source/cli/keep/keeper-session.js';
import {createLineChannel} from '../../../source/cli/keep/line-channel.js';
import type {EventRef} from '../../../source/core/event.js';
import {entryAt} from '../../../source/core/timeline.js';
import {deriveRoomKeys} from '../../../source/feed/room-keys.js';
import type {ChatNode} from '../../../source/node/chat-node.js';
import {openFileLog} from '../../../source/storage/file-log.js';
import {makeHome} from '../../helpers/data-home.js';
import type {FakeChatNode} from '../../helpers/fake-chat-node.js';
import {type Chat, launchChat, liveClock} from '../../helpers/launch-chat.js';
import {createMemoryRoom, type MemoryRoomNode} from '../../helpers/memory-room.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function setUp() {
	const room = await createMemoryRoom();
	cleanups.push(() => room.stop());
	const keys = await deriveRoomKeys({room: 'room'});
	const path = join(makeHome(), 'kept.p2plog');
	const openedLog = openFileLog(path, {
		create: {version: '0', roomTag: keys.tag, roomName: 'room', created: 0},
	});
	const keeper = await room.launch('Ann', {openedLog, isKeeper: true, tracksReading: true});
	return {room, keeper, socket: join(makeHome(), 's'), notes: {current: {draft: '', ignored: []}}};
}

type Kept = Awaited<ReturnType<typeof setUp>>;

/** Serves sessions at the socket, without a handshake. */
async function serve({keeper, socket, notes}: Kept): Promise<Server> {
	const server = createServer(connection => {
		const channel = createLineChannel(connection, {
			onLine: line => session?.handle(JSON.parse(line) as AttachRequest),
			onClosed: () => session?.stop(),
		});
		channel.trust();
		const send = (message: KeeperMessage) => channel.send(JSON.stringify(message));
		const session = startKeeperSession({...keeper, clock: liveClock, notes, send});
	});
	await new Promise<void>(resolve => server.listen(socket, resolve));
	cleanups.push(() => new Promise(resolve => server.close(resolve)));
	return server;
}

async function attach({socket}: Kept): Promise<{chatNode: ChatNode; opened: OpenedMessage; refusals: string[]}> {
	const refusals: string[] = [];
	const early: KeeperMessage[] = [];
	let receive: (message: KeeperMessage) => void = message => void early.push(message);
	let onOpened: (message: OpenedMessage) => void = () => {};
	const first = new Promise<OpenedMessage>(resolve => {
		onOpened = resolve;
	});
	const connection = connect(socket);
	const channel = createLineChannel(connection, {
		onLine(line) {
			const message = JSON.parse(line) as KeeperMessage;
			if (message.type === 'opened') onOpened(message);
			else receive(message);
		},
		onClosed() {},
	});
	channel.trust();
	cleanups.push(() => connection.destroy());
	const opened = await first;
	const node = createAttachedNode(await readKeptState(opened), {
		opened,
		clock: liveClock,
		send: request => channel.send(JSON.stringify(request)),
		onRefused: text => refusals.push(text),
		detach: channel.end,
	});
	for (const message of early) node.receive(message);
	receive = node.receive;
	return {chatNode: node.chatNode, opened, refusals};
}

async function open(chatNode: ChatNode, self: MemoryRoomNode['self']): Promise<Chat> {
	const chat = await launchChat({chatNode: {...chatNode, self} as FakeChatNode, keepsUnread: true, columns: 100});
	cleanups.push(() => chat.close());
	return chat;
}

it('an attached screen shows the same as the screen of the node itself, at every step of a conversation', async () => {
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
		// Both are read at one moment, because either of them can still change.
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

it('what one attached screen reads is read for the keeper and for the other screen', async () => {
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

it('the attached node refuses what the node would refuse, and says what the keeper refuses', async () => {
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
