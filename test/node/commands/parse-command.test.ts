import {describe, expect, test} from 'vitest';
import {commandRows, commandUsage} from '../../../source/node/commands/command-table.js';
import {findCompletion} from '../../../source/node/commands/completions.js';
import {parseCommand, parsePerson, quoteName} from '../../../source/node/commands/parse-command.js';

const command = (made: object) => ({type: 'command', command: made});

describe('commands', () => {
	test.each<[string, object]>([
		['/quit', {type: 'quit'}],
		['/QUIT', {type: 'quit'}],
		['/name Bob Lee', {type: 'name', name: 'Bob Lee'}],
		['/name "Bob Lee"', {type: 'name', name: 'Bob Lee'}],
		['/me waves\nboth hands', {type: 'me', text: 'waves\nboth hands'}],
		['/peer 192.168.1.7', {type: 'peer', host: '192.168.1.7', port: 47474, isPortAssumed: true}],
		['/peer carol.local:50123', {type: 'peer', host: 'carol.local', port: 50123}],
		['/peer [fe80::1%eth0]:9', {type: 'peer', host: 'fe80::1%eth0', port: 9}],
		['/peer fe80::1', {type: 'peer', host: 'fe80::1', port: 47474, isPortAssumed: true}],
		['/peer -carol.local', {type: 'drop-peer', host: 'carol.local'}],
		['/peer -[fe80::1]:9', {type: 'drop-peer', host: 'fe80::1', port: 9}],
		['/search two words ', {type: 'search', text: 'two words'}],
		['/mention NEXT', {type: 'mention', direction: 'next'}],
		['/ignore', {type: 'ignore'}],
		['/verify Bob', {type: 'verify', person: {name: 'Bob'}}],
		['/verify Bob Lee 01234', {type: 'verify', person: {name: 'Bob Lee'}, digits: '01234'}],
		['/verify "Agent 00007"', {type: 'verify', person: {name: 'Agent 00007'}}],
		['/verify Bob#a1b2 12345', {type: 'verify', person: {name: 'Bob', fingerprint: 'a1b2'}, digits: '12345'}],
		['/unverify @Bob', {type: 'unverify', person: {name: 'Bob'}}],
		['/ignore "Bob Lee"#a1b2c3d4', {type: 'ignore', person: {name: 'Bob Lee', fingerprint: 'a1b2c3d4'}}],
		['/bell off', {type: 'bell', mode: 'off'}],
		['/peers', {type: 'peers'}],
		['/peers all', {type: 'peers', person: 'all'}],
		['/reply 3 yes\nI do', {type: 'reply', message: 3, text: 'yes\nI do'}],
		['/reply #12 5 of 7', {type: 'reply', message: 12, text: '5 of 7'}],
		['/reply LAST yes', {type: 'reply', message: 'last', text: 'yes'}],
		['/correct 2 new text', {type: 'correct', message: 2, text: 'new text'}],
		['/react 2 :tada:', {type: 'react', message: 2, word: ':tada:'}],
		['/withdraw last', {type: 'withdraw', message: 'last'}],
		['/pin 1', {type: 'pin', message: 1}],
		['/unpin 1', {type: 'unpin', message: 1}],
		['/thread 1', {type: 'thread', message: 1}],
		['/export out.md', {type: 'export', file: 'out.md'}],
	])('the line %j is parsed as the expected command', (text, made) => {
		expect(parseCommand(text)).toEqual(command(made));
	});

	test.each([
		['/name', 'Usage: /name NAME'],
		['/quit now', '/quit takes no arguments.'],
		['/bell loud', 'Unknown value "loud". Usage: /bell mentions|all|off'],
		['/peer a b', 'Not a host name or address. Usage: /peer HOST[:PORT]'],
		['/peer host:0', 'The port must be from 1 to 65535, not 0. Usage: /peer HOST[:PORT]'],
		['/peer host:99999', 'The port must be from 1 to 65535, not 99999. Usage: /peer HOST[:PORT]'],
		['/peer --host', 'Not a host name or address. Usage: /peer HOST[:PORT]'],
		['/quti', 'Unknown command /quti. Did you mean /quit?'],
		['/', 'See /help.'],
		[
			'/reply yes I do',
			'Not a message: "yes I do". N is a number that /messages shows, or the word last. Usage: /reply N TEXT',
		],
		['/reply 3', 'Usage: /reply N TEXT'],
		['/reply 0 yes', 'Not a message: "0 yes".'],
		['/reply 3rd time', 'Not a message: "3rd time".'],
		['/withdraw 3 now', 'Usage: /withdraw N'],
		['/edit', 'Did you mean /correct N TEXT?'],
		['/xyz', 'Unknown command /xyz. See /help.'],
		['/nmae Bob', 'Did you mean /name NAME?'],
		['/exit', 'Did you mean /quit?'],
		['/nick Bob', 'Did you mean /name NAME?'],
		['/constructor', 'See /help.'],
	])('the command %j gives an error that contains %j', (text, expected) => {
		const result = parseCommand(text);
		expect(result.type).toBe('error');
		expect(result).toMatchObject({text: expect.stringContaining(expected)});
	});

	test('a command starts with exactly one slash; other text is a message', () => {
		expect(parseCommand('a /quit')).toEqual({type: 'text', text: 'a /quit'});
		expect(parseCommand('//quit')).toEqual({type: 'text', text: '/quit'});
		expect(parseCommand(' /quit')).toEqual({type: 'text', text: ' /quit'});
	});

	test('every command of the table is parsed with an argument of its kind', () => {
		const examples: Record<string, string> = {
			text: 'x',
			person: 'Bob',
			'optional-person': '',
			'optional-filter': '',
			'optional-text': '',
			target: 'host',
			whisper: 'Bob hello',
			message: '1',
			'message-text': '1 x',
			none: '',
		};
		const types: Record<string, string> = {msg: 'whisper', w: 'whisper', r: 'whisper-back'};
		for (const row of commandRows) {
			const argument = row.choices?.[0] ?? examples[row.argument];
			expect(parseCommand(`/${row.name} ${argument}`.trim()), commandUsage(row)).toMatchObject({
				type: 'command',
				command: {type: types[row.name] ?? row.name},
			});
		}
	});

	test('a whisper command is split into the person and the text, which keeps its spaces and lines', () => {
		const whisper = (name: string, text: string, fingerprint?: string) => ({
			type: 'command',
			command: {type: 'whisper', person: {name, ...(fingerprint && {fingerprint})}, text},
		});
		expect(parseCommand('/msg Bob hi  there\nyou')).toEqual(whisper('Bob', 'hi  there\nyou'));
		expect(parseCommand('/W "Bob Lee" hi')).toEqual(whisper('Bob Lee', 'hi'));
		expect(parseCommand('/msg "Bob Lee"#a1b2c3d4 hi')).toEqual(whisper('Bob Lee', 'hi', 'a1b2c3d4'));
		expect(parseCommand('/msg @Bob#a1b2c3d4 hi')).toEqual(whisper('Bob', 'hi', 'a1b2c3d4'));
		for (const typed of ['/msg', '/msg Bob', '/msg "Bob hi', '/r', ' /msg Bob hi', '\n/r hi'])
			expect(parseCommand(typed), typed).toMatchObject({type: 'error'});
		expect(parseCommand('//msg Bob hi')).toEqual({type: 'text', text: '/msg Bob hi'});
	});

	test('commands accept a name that `quoteName` has quoted, and `@NAME#fingerprint`', () => {
		for (const name of ['Bob', 'Bob Lee', '日本']) expect(parsePerson(quoteName(name))).toEqual({name});
		expect(parsePerson('@Bob#ABCD1234')).toEqual({name: 'Bob', fingerprint: 'abcd1234'});
	});
});

describe('completion', () => {
	const names = ['Bob', 'Bobby', 'Ann Lee'];
	const propose = (text: string) => findCompletion(text, text.length, names)?.candidates;

	test.each<[string, string[] | undefined]>([
		['bo', ['Bob: ', 'Bobby: ']],
		['hey bo', ['Bob ', 'Bobby ']],
		['@bo', ['@Bob ', '@Bobby ']],
		['@', ['@Bob ', '@Bobby ', '@Ann Lee ', '@all ']],
		['hi @', ['@Bob ', '@Bobby ', '@Ann Lee ', '@all ']],
		['@a', ['@Ann Lee ', '@all ']],
		['/verify ', ['Bob', 'Bobby', '"Ann Lee"']],
		['', undefined],
		['zz', undefined],
		['/me', ['/me ', '/mention ', '/messages ']],
		['/bell ', ['mentions', 'all', 'off']],
		['/ignore an', ['"Ann Lee"']],
		['ship it :tad', ['🎉 ']],
		['ship it :tada:', ['🎉 ']],
		['/react 3 :hea', ['❤️ ', '😍 ']],
		['at 10:30', undefined],
		[':', undefined],
		['/ignore "an', ['"Ann Lee"']],
		['/peers bobb', ['Bobby']],
		['/msg bobb', ['Bobby ']],
		['/w "an', ['"Ann Lee" ']],
		['/msg Bob ask @an', ['@Ann Lee ']],
		['/msg Bob done :tad', ['🎉 ']],
	])('the completion of %j offers %j', (text, candidates) => {
		expect(propose(text)).toEqual(candidates);
	});
});
