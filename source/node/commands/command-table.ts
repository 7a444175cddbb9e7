/** Table of the slash commands. The parser, the completion, the hint at the input and the help overlay use it. */
export type CommandName =
	| 'help'
	| 'name'
	| 'me'
	| 'msg'
	| 'w'
	| 'r'
	| 'who'
	| 'peer'
	| 'search'
	| 'goto'
	| 'mark'
	| 'unread'
	| 'mention'
	| 'ignore'
	| 'unignore'
	| 'verify'
	| 'unverify'
	| 'bell'
	| 'messages'
	| 'reply'
	| 'react'
	| 'correct'
	| 'withdraw'
	| 'thread'
	| 'pin'
	| 'unpin'
	| 'pins'
	| 'share'
	| 'fetch'
	| 'cancel'
	| 'files'
	| 'copy'
	| 'peers'
	| 'times'
	| 'addresses'
	| 'net'
	| 'invite'
	| 'export'
	| 'log'
	| 'doctor'
	| 'quit';

/** Kind of the argument. It determines how the argument is checked and completed. */
export type Argument =
	| 'none'
	| 'text'
	| 'optional-text'
	/** The path of a file, optionally followed by a text. */
	| 'path'
	| 'person'
	| 'optional-person'
	/** A person, followed by a text. */
	| 'whisper'
	/** A message: its number in a list, or `last` for the newest one. */
	| 'message'
	/** A message, followed by a text. */
	| 'message-text'
	| 'choice'
	| 'target'
	| 'optional-filter';

export interface CommandRow {
	readonly name: CommandName;
	readonly argument: Argument;
	/** Form of the argument as the help shows it, for example `NAME`. Empty if the command has no argument. */
	readonly usage: string;
	readonly description: string;
	readonly choices?: readonly string[];
}

export const commandRows: readonly CommandRow[] = [
	{name: 'help', argument: 'none', usage: '', description: 'show keys and commands'},
	{name: 'name', argument: 'text', usage: 'NAME', description: 'change your name'},
	{name: 'me', argument: 'text', usage: 'ACTION', description: 'send an action: /me waves'},
	{name: 'msg', argument: 'whisper', usage: 'NAME TEXT', description: 'whisper: send a text to one person only'},
	{name: 'w', argument: 'whisper', usage: 'NAME TEXT', description: 'the same as /msg'},
	{name: 'r', argument: 'text', usage: 'TEXT', description: 'whisper to the person who whispered to you last'},
	{name: 'who', argument: 'none', usage: '', description: 'list the people in the room'},
	{
		name: 'peer',
		argument: 'target',
		usage: 'HOST[:PORT]',
		description: 'connect to a node that discovery does not find; -HOST: stop dialling it',
	},
	{name: 'search', argument: 'text', usage: 'TEXT', description: 'search the timeline'},
	{name: 'goto', argument: 'text', usage: 'TIME', description: 'go to a time: 14:05, 2026-11-22 14:05 or -10m'},
	{name: 'mark', argument: 'none', usage: '', description: 'mark all messages as read'},
	{name: 'unread', argument: 'none', usage: '', description: 'go to the first unread message'},
	{
		name: 'mention',
		argument: 'choice',
		usage: 'prev|next',
		description: 'go to the previous or next mention of you',
		choices: ['prev', 'next'],
	},
	{
		name: 'ignore',
		argument: 'optional-person',
		usage: '[NAME]',
		description: 'hide a person; without NAME: list hidden people',
	},
	{name: 'unignore', argument: 'person', usage: 'NAME', description: 'show a hidden person again'},
	{
		name: 'verify',
		argument: 'person',
		usage: 'NAME [DIGITS]',
		description: 'compare the safety number of a person; DIGITS: its last five digits, to confirm it',
	},
	{name: 'unverify', argument: 'person', usage: 'NAME', description: 'remove a verification'},
	{
		name: 'bell',
		argument: 'choice',
		usage: 'mentions|all|off',
		description: 'set when the bell rings',
		choices: ['mentions', 'all', 'off'],
	},
	{name: 'messages', argument: 'none', usage: '', description: 'list the newest messages with their numbers'},
	{
		name: 'reply',
		argument: 'message-text',
		usage: 'N TEXT',
		description: 'answer message N; last: the newest one of somebody else',
	},
	{
		name: 'react',
		argument: 'message-text',
		usage: 'N EMOJI',
		description: 'react to message N, for example with :tada: (the same once more removes it)',
	},
	{
		name: 'correct',
		argument: 'message-text',
		usage: 'N TEXT',
		description: 'replace the text of your message N; last: your newest one',
	},
	{
		name: 'withdraw',
		argument: 'message',
		usage: 'N',
		description: 'hide your message N for everybody; it is not erased',
	},
	{name: 'thread', argument: 'message', usage: 'N', description: 'show message N with all answers'},
	{name: 'pin', argument: 'message', usage: 'N', description: 'pin message N for everybody'},
	{name: 'unpin', argument: 'message', usage: 'N', description: 'unpin message N for everybody'},
	{name: 'pins', argument: 'none', usage: '', description: 'list the pinned messages'},
	{
		name: 'share',
		argument: 'path',
		usage: 'FILE [NOTE]',
		description: 'offer a file to everybody in the room; quotes around FILE if its path has spaces',
	},
	{
		name: 'fetch',
		argument: 'optional-text',
		usage: '[FILE]',
		description: 'save a shared file, by name or id; without FILE: the newest one',
	},
	{name: 'cancel', argument: 'optional-text', usage: '[FILE]', description: 'cancel the fetch of a file'},
	{name: 'files', argument: 'none', usage: '', description: 'list the shared files and their transfers'},
	{name: 'copy', argument: 'none', usage: '', description: 'show plain text to select and copy'},
	{
		name: 'peers',
		argument: 'optional-filter',
		usage: '[NAME|all]',
		description: 'show or hide the peers pane; NAME: filter the timeline',
	},
	{name: 'times', argument: 'none', usage: '', description: 'switch timestamps: minutes, seconds, none'},
	{name: 'addresses', argument: 'none', usage: '', description: 'show or hide the addresses of messages'},
	{name: 'net', argument: 'none', usage: '', description: 'show the state of the network'},
	{
		name: 'invite',
		argument: 'optional-text',
		usage: '[off|kick N]',
		description: 'let people with a phone read along over HTTP, and pass this program on; off: stop this',
	},
	{
		name: 'export',
		argument: 'text',
		usage: 'FILE',
		description: 'write the timeline to a file (.txt, .md, .html, .jsonl)',
	},
	{name: 'log', argument: 'none', usage: '', description: 'show where the log is and how to replay it'},
	{name: 'doctor', argument: 'none', usage: '', description: 'check this network for problems'},
	{name: 'quit', argument: 'none', usage: '', description: 'leave the room'},
];

export function findCommandRow(name: string): CommandRow | undefined {
	return commandRows.find(row => row.name === name);
}

/** Command with the form of its argument, for example `/name NAME`. */
export function commandUsage(row: CommandRow): string {
	return row.usage ? `/${row.name} ${row.usage}` : `/${row.name}`;
}
