import {describe, expect, test} from 'vitest';
import {executeJsonLine, executePlainLine} from '../../../source/cli/chat/execute-line.js';
import {parseJsonInput} from '../../../source/cli/chat/json-input.js';
import {createJsonReportFormatter} from '../../../source/cli/output/report-formats.js';
import {commandRows} from '../../../source/node/commands/command-table.js';
import {createMessageNumbers} from '../../../source/node/commands/message-numbers.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

const ID = `${'ab'.repeat(32)}:2`;
const TARGET = {peer: 'ab'.repeat(32), seq: 2};

function execute(text: string, atTerminal = true) {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '10.0.0.2');
	chatNode.say(bob, 'the needle');
	const result = executePlainLine(
		text,
		{chatNode, self: chatNode.self, ignored: [], numbers: createMessageNumbers(), now: chatNode.at},
		atTerminal,
	);
	return {...result, posted: chatNode.posted.map(({text}) => text)};
}

describe('a plain line', () => {
	test('a plain line that comes from a pipe is posted unchanged, even if it starts with a slash', () => {
		expect(execute('/who', false)).toMatchObject({posted: ['/who']});
	});

	test('with --plain, a line from a terminal that starts with a slash is a command, and /help lists exactly the commands that exist with --plain', () => {
		const {replyLines = [], error} = execute('/help');
		expect(error).toBe(undefined);
		const listed = replyLines.flatMap(line => /^\/(\w+)/.exec(line)?.[1] ?? []);
		expect(listed).toContain('who');
		for (const {name, choices, argument: kind} of commandRows) {
			const argument =
				{search: 'x', goto: '-1m', mention: choices?.[0], name: 'Cat', me: 'waves'}[name as 'me'] ??
				{message: '1', 'message-text': '1 x'}[kind as 'message'] ??
				'Bob';
			const takesNoArgument = [
				'help',
				'messages',
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

	test('a plain line that is typed can reply, react, correct, withdraw and pin by the numbers that /messages prints', () => {
		const chatNode = createFakeChatNode();
		chatNode.say(chatNode.join('Bob', '10.0.0.2'), 'is it done?');
		const numbers = createMessageNumbers();
		const type = (text: string) =>
			executePlainLine(text, {chatNode, self: chatNode.self, ignored: [], numbers, now: chatNode.at}, true);
		expect(type('/messages').replyLines?.[0]).toMatch(/^1\. Bob: is it done\?/);
		for (const text of ['/reply 1 yes', '/correct last no', '/react 1 :+1:', '/pin 1', '/unpin 1', '/withdraw last'])
			expect([text, type(text).seq]).toEqual([text, chatNode.own.seq]);
		expect(type('/thread 1').replyLines?.slice(0, 2)).toEqual([
			expect.stringMatching(/^1\. Bob: is it done/),
			expect.stringMatching(/^2\. You: .*withdrawn.*in reply to Bob/),
		]);
	});

	test('the commands /search and /net work in a plain line that is typed, and their results are printed', () => {
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
		[`{"type":"post","text":"x","replyTo":"${ID}"}`, {type: 'post', text: 'x', replyTo: TARGET}],
		[`{"type":"mark","target":"${ID}","word":"👍"}`, {type: 'mark', target: TARGET, word: '👍', on: true}],
		[
			`{"type":"mark","target":"${ID}","word":"x","on":false,"ref":1}`,
			{type: 'mark', target: TARGET, word: 'x', on: false, ref: 1},
		],
		[`{"type":"correct","target":"${ID}","text":"y"}`, {type: 'correct', target: TARGET, text: 'y'}],
		[`{"type":"withdraw","target":"${ID}"}`, {type: 'withdraw', target: TARGET}],
		[`{"type":"pin","target":"${ID}","on":false}`, {type: 'pin', target: TARGET, on: false}],
	])('the JSON line %s is accepted', (line, expected) => {
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
		`{"type":"post","text":"x","replyTo":"${ID}0000000000000000"}`,
		'{"type":"post","text":"x","replyTo":7}',
		'{"type":"withdraw"}',
		`{"type":"withdraw","target":"${'AB'.repeat(32)}:2"}`,
		`{"type":"withdraw","target":"${'ab'.repeat(32)}:0"}`,
		`{"type":"mark","target":"${ID}"}`,
		`{"type":"mark","target":"${ID}","word":"x","on":1}`,
		`{"type":"correct","target":"${ID}"}`,
		`{"type":"pin","target":"${ID}","on":"yes"}`,
	])('the JSON line %s is rejected with an example of a valid line', line => {
		expect(parseJsonInput(line)).toMatchObject({type: 'invalid', text: expect.stringContaining('{"type":"post"')});
	});
});

test('a JSON line with a message, answer or correction that begins with a whisper command is an error', () => {
	const chatNode = createFakeChatNode();
	const context = {chatNode, self: chatNode.self, ignored: [], numbers: createMessageNumbers(), now: chatNode.at};
	const run = (line: object) => executeJsonLine(JSON.stringify(line), context, createJsonReportFormatter());
	const refused = {error: {code: 'bad-command', text: expect.stringContaining('begins with a command that whispers')}};
	for (const line of [
		{type: 'post', text: '/msg Bob secret'},
		{type: 'post', text: ' /r secret', replyTo: ID},
		{type: 'correct', target: ID, text: '/W Bob secret'},
	])
		expect(run(line)).toEqual(refused);
	expect([chatNode.posted, chatNode.calls]).toEqual([[], []]);
	expect(run({type: 'post', text: 'public'})).toHaveProperty('seq');
});
