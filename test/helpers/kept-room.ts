/**
 * A keeper in a room on the memory network, to which screens attach over a real socket. The end of each test closes
 * everything.
 */
import {connect, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {afterEach} from 'vitest';
import {createAttachedNode, readKeptState} from '../../source/cli/attach/attached-node.js';
import type {AttachRequest, KeeperMessage, OpenedMessage} from '../../source/cli/keep/keeper-messages.js';
import {startKeeperSession} from '../../source/cli/keep/keeper-session.js';
import {createLineChannel} from '../../source/cli/keep/line-channel.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import type {ChatNode} from '../../source/node/chat-node.js';
import {openFileLog} from '../../source/storage/file-log.js';
import type {ScreenNotes} from '../../source/ui/screen-contract.js';
import {makeHome} from './data-home.js';
import type {FakeChatNode} from './fake-chat-node.js';
import {type Chat, launchChat, liveClock} from './launch-chat.js';
import {createMemoryRoom, type MemoryRoomNode} from './memory-room.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A room with a keeper whose log is a file. */
export async function setUp() {
	const room = await createMemoryRoom();
	cleanups.push(() => room.stop());
	const keys = await deriveRoomKeys({room: 'room'});
	const path = join(makeHome(), 'kept.p2plog');
	const openedLog = openFileLog(path, {
		create: {version: '0', roomTag: keys.tag, roomName: 'room', created: 0},
	});
	const keeper = await room.launch('Ann', {openedLog, isKeeper: true, tracksReading: true});
	const notes: {current: ScreenNotes} = {current: {draft: '', ignored: []}};
	return {room, keeper, socket: join(makeHome(), 's'), notes};
}

export type Kept = Awaited<ReturnType<typeof setUp>>;

/** Lets screens attach to the keeper at its socket. The handshake is left out. */
export async function serve({keeper, socket, notes}: Kept): Promise<Server> {
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

/** Attaches a node to the keeper. `refusals`: texts with which the keeper refused requests. */
export async function attach(
	{socket}: Kept,
	onRefused?: (text: string, draft?: string) => void,
): Promise<{chatNode: ChatNode; opened: OpenedMessage; refusals: string[]; drafts: (string | undefined)[]}> {
	const refusals: string[] = [];
	const drafts: (string | undefined)[] = [];
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
		onRefused(text, draft) {
			refusals.push(text);
			drafts.push(draft);
			onRefused?.(text, draft);
		},
		detach: channel.end,
	});
	for (const message of early) node.receive(message);
	receive = node.receive;
	node.chatNode.readWhispers();
	return {chatNode: node.chatNode, opened, refusals, drafts};
}

/** Opens a chat screen on a node. */
export async function open(chatNode: ChatNode, self: MemoryRoomNode['self']): Promise<Chat> {
	const chat = await launchChat({chatNode: {...chatNode, self} as FakeChatNode, keepsUnread: true, columns: 100});
	cleanups.push(() => chat.close());
	return chat;
}
