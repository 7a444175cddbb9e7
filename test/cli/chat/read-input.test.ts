import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {readInput} from '../../../source/cli/chat/read-input.js';
import {createErrorOutput} from '../../../source/cli/standard-output.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {liveClock} from '../../helpers/launch-chat.js';

/** Runs `readInput` in plain mode. */
function readPlainLines(context: object, chatNode: ReturnType<typeof createFakeChatNode>) {
	return readInput({
		context: context as never,
		chatNode,
		self: chatNode.self,
		reporter: {} as never,
		jsonFormatter: undefined,
		quit() {},
	});
}

/** What the plain mode prints to standard error for these input lines. */
async function errorOutputFor(lines: string, isTTY: boolean): Promise<string> {
	const chatNode = createFakeChatNode();
	const [stdin, stderr] = [Object.assign(new PassThrough(), {isTTY}), new PassThrough()];
	const {printError, printAnswer} = createErrorOutput(stderr);
	const context = {options: {waitMs: 0}, clock: liveClock, debug: () => {}, stdin, printError, printAnswer};
	stdin.end(lines);
	await readPlainLines(context, chatNode);
	return String(stderr.read() ?? '');
}

test('plain mode at a terminal prints the name of the program before errors, but not before answers to typed commands', async () => {
	expect(await errorOutputFor('/pins\n', true)).toBe('No message is pinned.\n');
	expect(await errorOutputFor('/pin 1\n', true)).toMatch(/^p2pchat-ink: No message has the number 1\./);
});

test('plain mode in a pipe names the number of a line that it refuses', async () => {
	expect(await errorOutputFor('first\n/msg Bob hi\n', false)).toMatch(/^p2pchat-ink: Line 2: /);
});

/** Runs `readInput` on a fake clock for a node that has written 600 events, with a connected peer that acknowledges none. */
function createMuteRoom() {
	const clock = createFakeClock();
	const chatNode = createFakeChatNode();
	const mute = chatNode.join('Mute', '10.0.0.2');
	for (let index = 0; index < 600; index++) chatNode.post(`before ${index}`);
	chatNode.posted.length = 0;
	const stdin = Object.assign(new PassThrough(), {isTTY: false});
	const {printError, printAnswer} = createErrorOutput(new PassThrough());
	const context = {options: {waitMs: 0}, clock, debug: () => {}, stdin, printError, printAnswer};
	const done = readPlainLines(context, chatNode);
	return {clock, chatNode, mute, stdin, done};
}

test('if a connected peer acknowledges none of many events, the program pauses once before it reads more input, and not again before that peer has caught up', async () => {
	const {clock, chatNode, mute, stdin, done} = createMuteRoom();
	for (let index = 0; index < 20; index++) stdin.write(`line ${index}\n`);
	await clock.advance(1);
	expect(chatNode.posted).toHaveLength(1);
	await clock.advance(2000);
	expect(chatNode.posted).toHaveLength(20);
	chatNode.publish({type: 'delivered', peer: mute.peer, seq: chatNode.own.seq});
	for (let index = 0; index < 600; index++) stdin.write(`more ${index}\n`);
	await clock.advance(1);
	expect(chatNode.posted.length).toBeLessThan(600);
	await clock.advance(2000);
	expect(chatNode.posted).toHaveLength(620);
	stdin.end();
	await done;
});
