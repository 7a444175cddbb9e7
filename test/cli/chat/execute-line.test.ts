import {describe, expect, test} from 'vitest';
import {executePlainLine, parseJsonInput} from '../../../source/cli/chat/execute-line.js';
import {commandRows} from '../../../source/node/commands/command-table.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

function execute(text: string, atTerminal = true) {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '10.0.0.2');
	chatNode.say(bob, 'the needle');
	const result = executePlainLine(text, {chatNode, self: chatNode.self, ignored: [], now: chatNode.at}, atTerminal);
	return {...result, posted: chatNode.posted.map(({text}) => text)};
}

describe('a plain line', () => {
	test('that comes from a pipe is posted unchanged, even if it starts with a slash', () => {
		expect(execute('/who', false)).toMatchObject({posted: ['/who']});
	});

	test('that is typed and starts with a slash is a command, and /help lists exactly the commands that plain mode has', () => {
		const {replyLines = [], error} = execute('/help');
		expect(error).toBe(undefined);
		const listed = replyLines.flatMap(line => /^\/(\w+)/.exec(line)?.[1] ?? []);
		expect(listed).toContain('who');
		for (const {name, choices} of commandRows) {
			const argument =
				{search: 'x', goto: '-1m', mention: choices?.[0], name: 'Cat', me: 'waves'}[name as 'me'] ?? 'Bob';
			const takesNoArgument = [
				'help',
				'who',
				'net',
				'log',
				'doctor',
				'quit',
				'mark',
				'unread',
				'copy',
				'times',
				'addresses',
			].includes(name);
			const result = execute(takesNoArgument ? `/${name}` : `/${name} ${choices?.[0] ?? argument}`);
			expect([name, result.error?.code === 'needs-screen']).toEqual([name, !listed.includes(name)]);
		}
	});

	test('that is typed can be /search or /net, whose results are printed', () => {
		expect(execute('/search needle').replyLines?.join()).toContain('Bob: the needle');
		expect(execute('/net').replyLines?.join()).toContain('Network interfaces');
	});
});

describe('a line of JSON', () => {
	test.each([
		['{"type":"post","text":"a\\nb","ref":"7"}', {type: 'post', text: 'a\nb', ref: '7'}],
		['{"type":"post","text":"x","ref":7,"more":[]}', {type: 'post', text: 'x', ref: 7}],
		['{"type":"post","text":"x","ref":null}', {type: 'post', text: 'x'}],
		['{"type":"command","text":"/name Bob"}', {type: 'command', text: '/name Bob'}],
	])('%s is accepted', (line, expected) => {
		expect(parseJsonInput(line)).toEqual(expected);
	});

	test.each([
		'',
		'{',
		'null',
		'7',
		'[]',
		'{}',
		'{"type":"post"}',
		'{"type":"post","text":7}',
		'{"text":"x"}',
		'{"type":"x","text":"x"}',
		'{"type":"post","text":"x","ref":{}}',
		`{"type":"post","text":"x","ref":"${'r'.repeat(257)}"}`,
	])('%s is rejected with an example of a valid line', line => {
		expect(parseJsonInput(line)).toMatchObject({type: 'invalid', text: expect.stringContaining('{"type":"post"')});
	});
});
