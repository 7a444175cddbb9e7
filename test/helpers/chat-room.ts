/** A chat screen for the tests of one file: at most one is open, and it is closed after each test. */
import {afterEach} from 'vitest';
import {createFakeChatNode, type FakeChatNode, type FakePeer} from './fake-chat-node.js';
import {type Chat, type LaunchOptions, launchChat} from './launch-chat.js';

let chat: Chat | undefined;

export async function launch(options: LaunchOptions = {}): Promise<Chat> {
	chat = await launchChat(options);
	return chat;
}

/** Closes the open chat before the end of a test. */
export async function closeChat(): Promise<void> {
	await chat?.close();
	chat = undefined;
}

afterEach(closeChat);

/** A chat of Carol with the peers Bob and Dave, and `count` numbered messages of Bob. */
export function room(count = 0): {chatNode: FakeChatNode; bob: FakePeer; dave: FakePeer} {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const dave = chatNode.join('Dave', '192.168.1.20', {identity: 'da7eda7e'});
	for (let number = 1; number <= count; number++) chatNode.say(bob, `message ${number}`);
	return {chatNode, bob, dave};
}

/** Text that a terminal sends when one of these keys is pressed. */
export const CTRL = (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96);
export const ALT = (letter: string) => `\u001B${letter}`;
export const PAGE_UP = '\u001B[5~';
export const PAGE_DOWN = '\u001B[6~';
export const ESC = '\u001B';
