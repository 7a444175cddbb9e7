/** The slash commands: names, forms and one line each, for the parser, completion, inline help and the help overlay. */
export type CommandName =
	| 'help'
	| 'name'
	| 'me'
	| 'who'
	| 'peer'
	| 'search'
	| 'goto'
	| 'mark'
	| 'unread'
	| 'mention'
	| 'ignore'
	| 'unignore'
	| 'bell'
	| 'copy'
	| 'peers'
	| 'times'
	| 'net'
	| 'export'
	| 'log'
	| 'doctor'
	| 'quit';

/** What stands behind the name: completed and checked accordingly. */
export type Argument =
	| 'none'
	| 'text'
	| 'optional-text'
	| 'person'
	| 'optional-person'
	| 'choice'
	| 'target'
	| 'optional-filter';

export interface CommandRow {
	readonly name: CommandName;
	readonly argument: Argument;
	/** Behind the name, as the help writes it. */
	readonly usage: string;
	readonly description: string;
	readonly choices?: readonly string[];
}

export const commandRows: readonly CommandRow[] = [
	{name: 'help', argument: 'none', usage: '', description: 'keys and commands'},
	{name: 'name', argument: 'text', usage: 'NAME', description: 'change your name'},
	{name: 'me', argument: 'text', usage: 'ACTION', description: 'say what you do'},
	{name: 'who', argument: 'none', usage: '', description: 'list who is here'},
	{
		name: 'peer',
		argument: 'target',
		usage: 'HOST[:PORT]',
		description: 'connect where broadcast does not reach; -HOST: no more',
	},
	{name: 'search', argument: 'text', usage: 'TEXT', description: 'find in the timeline'},
	{name: 'goto', argument: 'text', usage: 'TIME', description: 'go to 14:05, 2026-11-22 14:05 or -10m'},
	{name: 'mark', argument: 'none', usage: '', description: 'all read up to here'},
	{name: 'unread', argument: 'none', usage: '', description: 'go to the first unread'},
	{
		name: 'mention',
		argument: 'choice',
		usage: 'prev|next',
		description: 'go to a mention of you',
		choices: ['prev', 'next'],
	},
	{
		name: 'ignore',
		argument: 'optional-person',
		usage: '[NAME]',
		description: 'hide a person; without a name: list the hidden',
	},
	{name: 'unignore', argument: 'person', usage: 'NAME', description: 'show a person again'},
	{
		name: 'bell',
		argument: 'choice',
		usage: 'mentions|all|off',
		description: 'when to ring',
		choices: ['mentions', 'all', 'off'],
	},
	{name: 'copy', argument: 'none', usage: '', description: 'plain view to select and copy from'},
	{
		name: 'peers',
		argument: 'optional-filter',
		usage: '[NAME|all]',
		description: 'peers pane on or off; NAME: show only theirs',
	},
	{name: 'times', argument: 'none', usage: '', description: 'timestamps: minutes, seconds, none'},
	{name: 'net', argument: 'none', usage: '', description: 'what the network does'},
	{name: 'export', argument: 'text', usage: 'FILE', description: 'write the timeline to a file (.txt, .md, .jsonl)'},
	{name: 'log', argument: 'none', usage: '', description: 'where the log lies and how to replay it'},
	{name: 'doctor', argument: 'none', usage: '', description: 'what works on this network and what does not'},
	{name: 'quit', argument: 'none', usage: '', description: 'leave'},
];

export function findCommandRow(name: string): CommandRow | undefined {
	return commandRows.find(row => row.name === name);
}

/** `/name NAME` */
export function commandUsage(row: CommandRow): string {
	return row.usage ? `/${row.name} ${row.usage}` : `/${row.name}`;
}
