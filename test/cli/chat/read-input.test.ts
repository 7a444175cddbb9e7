import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {readInput} from '../../../source/cli/chat/read-input.js';
import {createErrorOutput} from '../../../source/cli/standard-output.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {liveClock} from '../../helpers/launch-chat.js';

/** What the plain mode prints to standard error for these input lines. */
async function errorOutputFor(lines: string, isTTY: boolean): Promise<string> {
	const chatNode = createFakeChatNode();
	const [stdin, stderr] = [Object.assign(new PassThrough(), {isTTY}), new PassThrough()];
	const {printError, printAnswer} = createErrorOutput(stderr);
	const context = {options: {waitMs: 0}, clock: liveClock, debug: () => {}, stdin, printError, printAnswer};
	stdin.end(lines);
	await readInput({
		context: context as never,
		chatNode,
		self: chatNode.self,
		reporter: {} as never,
		jsonFormatter: undefined,
		quit() {},
	});
	return String(stderr.read() ?? '');
}

test('plain mode at a terminal prints the name of the program before errors, but not before answers to typed commands', async () => {
	expect(await errorOutputFor('/pins\n', true)).toBe('No message is pinned.\n');
	expect(await errorOutputFor('/pin 1\n', true)).toMatch(/^p2pchat-ink: No message has the number 1\./);
});

test('plain mode in a pipe names the number of a line that it refuses', async () => {
	expect(await errorOutputFor('first\n/msg Bob hi\n', false)).toMatch(/^p2pchat-ink: Line 2: /);
});
