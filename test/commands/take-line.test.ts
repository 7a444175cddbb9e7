import {describe, expect, test} from 'vitest';
import {takePlainLine} from '../../source/commands/take-line.js';
import {commandRows} from '../../source/session/command/command-table.js';
import {createFakeSession} from '../helpers/fake-session.js';

function take(text: string, atTerminal = true) {
	const session = createFakeSession();
	const bob = session.join('Bob', '10.0.0.2');
	session.say(bob, 'the needle');
	const result = takePlainLine(text, {session, self: session.self, ignored: [], now: session.at}, atTerminal);
	return {...result, posted: session.posted.map(({text}) => text)};
}

describe('a plain line', () => {
	test('from a pipe is said as it stands, slash or not', () => {
		expect(take('/who', false)).toMatchObject({posted: ['/who']});
	});

	test('at a terminal is a command behind a slash, and /help lists those that work there', () => {
		const {answer = [], complaint} = take('/help');
		expect(complaint).toBe(undefined);
		const listed = answer.flatMap(line => /^\/(\w+)/.exec(line)?.[1] ?? []);
		expect(listed).toContain('who');
		for (const {name, choices} of commandRows) {
			const argument =
				{search: 'x', goto: '-1m', mention: choices?.[0], name: 'Cat', me: 'waves'}[name as 'me'] ?? 'Bob';
			const bare = ['help', 'who', 'net', 'log', 'doctor', 'quit', 'mark', 'unread', 'copy', 'times'].includes(name);
			const result = take(bare ? `/${name}` : `/${name} ${choices?.[0] ?? argument}`);
			expect([name, result.complaint?.code === 'needs-screen']).toEqual([name, !listed.includes(name)]);
		}
	});

	test('at a terminal finds what was said, and tells what the network does', () => {
		expect(take('/search needle').answer?.join()).toContain('Bob: the needle');
		expect(take('/net').answer?.join()).toContain('Networks of this computer');
	});
});
