import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {quoteShellArgument} from '../../source/core/shell-argument.js';
import {inviteCommand, replayCommand} from '../../source/node/cli-hints.js';

const self = {room: 'lan', hasSecret: false, udpPort: 47_474, addresses: ['192.168.1.5']};

describe('a printed command', () => {
	test('a printed command that invites a person joins the room of this node', () => {
		expect(inviteCommand(self)).toBe('npx p2pchat-ink --name NAME');
		expect(inviteCommand({...self, room: 'crew', udpPort: 48_151})).toBe(
			'npx p2pchat-ink --name NAME --room crew --port 48151',
		);
		expect(inviteCommand({...self, room: 'our crew', hasSecret: true, addresses: ['127.0.0.1']})).toBe(
			'npx p2pchat-ink --name NAME --room "our crew" --ask-secret --interface lo',
		);
		expect(inviteCommand({...self, room: '-x'})).toContain('--room="-x"');
	});

	test('a printed replay command starts this program on this computer', () => {
		expect(replayCommand({programCommand: 'p2pchat-ink'}, '/home/carol/lan.p2plog')).toBe(
			'p2pchat-ink replay /home/carol/lan.p2plog',
		);
	});

	test.each([
		'plain',
		'two words',
		"it's",
		'$HOME',
		'a"b',
		'`id`',
		'C:\\Users\\Carol Lee\\x.p2plog',
		'ein Ö',
		'!x',
		'-x',
		'',
	])('a printed command passes the argument %j unchanged through a shell', word => {
		if (word.includes('\\')) return expect(quoteShellArgument(word)).toBe('"C:\\Users\\Carol Lee\\x.p2plog"');
		const echoed = execFileSync('sh', [
			'-c',
			`printf %s ${quoteShellArgument(word)}`.replace('%s', "'<%s>'"),
		]).toString();
		expect(echoed).toBe(`<${word}>`);
	});
});
