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
	readonly form: string;
	readonly does: string;
	readonly choices?: readonly string[];
}

export const commandRows: readonly CommandRow[] = [
	{name: 'help', argument: 'none', form: '', does: 'keys and commands'},
	{name: 'name', argument: 'text', form: 'NAME', does: 'change your name'},
	{name: 'me', argument: 'text', form: 'ACTION', does: 'say what you do'},
	{name: 'who', argument: 'none', form: '', does: 'list who is here'},
	{
		name: 'peer',
		argument: 'target',
		form: 'HOST[:PORT]',
		does: 'connect where broadcast does not reach; -HOST: no more',
	},
	{name: 'search', argument: 'text', form: 'TEXT', does: 'find in the timeline'},
	{name: 'goto', argument: 'text', form: 'TIME', does: 'go to 14:05, 2026-11-22 14:05 or -10m'},
	{name: 'mark', argument: 'none', form: '', does: 'all read up to here'},
	{name: 'unread', argument: 'none', form: '', does: 'go to the first unread'},
	{name: 'mention', argument: 'choice', form: 'prev|next', does: 'go to a mention of you', choices: ['prev', 'next']},
	{name: 'ignore', argument: 'optional-person', form: '[NAME]', does: 'hide a person; without a name: list the hidden'},
	{name: 'unignore', argument: 'person', form: 'NAME', does: 'show a person again'},
	{
		name: 'bell',
		argument: 'choice',
		form: 'mentions|all|off',
		does: 'when to ring',
		choices: ['mentions', 'all', 'off'],
	},
	{name: 'copy', argument: 'none', form: '', does: 'plain view to select and copy from'},
	{
		name: 'peers',
		argument: 'optional-filter',
		form: '[NAME|all]',
		does: 'peers pane on or off; NAME: show only theirs',
	},
	{name: 'times', argument: 'none', form: '', does: 'timestamps: minutes, seconds, none'},
	{name: 'net', argument: 'none', form: '', does: 'what the network does'},
	{name: 'export', argument: 'text', form: 'FILE', does: 'write the timeline to a file (.txt, .md, .jsonl)'},
	{name: 'log', argument: 'none', form: '', does: 'where the log lies and how to replay it'},
	{name: 'doctor', argument: 'none', form: '', does: 'what works on this network and what does not'},
	{name: 'quit', argument: 'none', form: '', does: 'leave'},
];

export function findCommandRow(name: string): CommandRow | undefined {
	return commandRows.find(row => row.name === name);
}

/** `/name NAME` */
export function commandForm(row: CommandRow): string {
	return row.form ? `/${row.name} ${row.form}` : `/${row.name}`;
}
