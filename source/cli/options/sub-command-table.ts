/** Table of the sub-commands. The parser, `--help`, the shell completion and the man page are derived from it. */
import {type CommandName, commandNames} from './option-table.js';

export interface SubCommandSpec {
	/** The arguments in the usage line, for example `[FILE]`. Empty: the command takes none. */
	readonly operands: string;
	readonly maxOperands: number;
	/**
	 * What shell completion offers for an argument. `logs`: saved logs and other files. `files`: files. An array: its
	 * words.
	 */
	readonly completes?: 'logs' | 'files' | readonly string[];
	/** One phrase for the list of commands, without a capital letter and a full stop. */
	readonly summary: string;
	/** Whole sentences for the help of the command and the man page. */
	readonly description: string;
	/** Arguments and options of an example call, which the help and the man page show after the name of the command. */
	readonly example: string;
}

export const subCommandTable: Readonly<Record<CommandName, SubCommandSpec>> = {
	chat: {
		operands: '',
		maxOperands: 0,
		summary: 'chat',
		description:
			'Finds everybody in the room on the local network, connects to them and opens the screen. Without a terminal it reads and writes plain lines.',
		example: '--name Carol',
	},
	replay: {
		operands: '[FILE]',
		maxOperands: 1,
		completes: 'logs',
		summary: 'review a saved log',
		description: 'Opens a saved log. Without FILE it offers the saved logs. Without a terminal it prints plain lines.',
		example: '--grep deploy',
	},
	export: {
		operands: '[FILE]',
		maxOperands: 1,
		completes: 'logs',
		summary: 'print a saved log as text, markdown, JSON lines or an HTML page',
		description:
			'Prints a saved log to standard output. Without FILE it prints the newest log. The format html is one file for a browser, without addresses and fingerprints.',
		example: '--format markdown --from 2026-11-22',
	},
	logs: {
		operands: '',
		maxOperands: 0,
		summary: 'list saved logs',
		description:
			'Lists the saved logs, newest first. With --prune it deletes the logs that have not changed for the given time, and prints their paths. A log in use is never deleted.',
		example: '--prune 90d',
	},
	send: {
		operands: 'TEXT…',
		maxOperands: Number.POSITIVE_INFINITY,
		summary: 'send one message or share files (-: read the message from standard input)',
		description:
			'Joins the room, sends one message, and leaves as soon as one peer has the message. With --file it shares files instead, with the text as a note if there is one. It then leaves as soon as one peer has fetched all files. Exits with 1 if no peer has the message or the files within --wait.',
		example: '"build is green" --name Bot',
	},
	invite: {
		operands: '',
		maxOperands: 0,
		summary: 'join and let people with a phone read along over HTTP',
		description:
			'Joins the room, and opens a read-only page of the room for browsers in this network. It prints the link of the page with a QR code, and how to pass this program on. The page closes with Ctrl+C, or after 12 hours. Everybody in the room gets a notice.',
		example: '--name Carol',
	},
	fetch: {
		operands: '[NAME]',
		maxOperands: 1,
		summary: 'fetch a file that somebody shared',
		description:
			'Joins the room, and fetches the newest shared file with this name or id to the folder for downloads. Without NAME it fetches the newest file. With --output - it writes the file to standard output. Exits with 1 if nobody offers the file within --wait.',
		example: 'backup.tar --output -',
	},
	doctor: {
		operands: '',
		maxOperands: 0,
		summary: 'check whether this network lets peers find each other',
		description: 'Tests the network in both directions, and prints what is wrong and what to do.',
		example: '--room crew --ask-secret',
	},
	keep: {
		operands: '',
		maxOperands: 0,
		summary: 'run without a screen, to keep the history of a room',
		description:
			'Runs a node without a screen (a keeper) until a signal ends it. People who come back get the history from the keeper, even if nobody else is there. After its own restart, the keeper still has the history of a room with a secret, but not of a room without one.',
		example: '--room crew --secret-file ~/crew-secret',
	},
	attach: {
		operands: '',
		maxOperands: 0,
		summary: 'open the screen on the keeper of a room',
		description:
			'Opens the screen on a keeper that runs on this computer. Closing the screen does not end the keeper. Several screens can be open at once. An unsent draft is kept for the next screen.',
		example: '--room crew',
	},
	demo: {
		operands: '',
		maxOperands: 0,
		summary: 'try the program in a simulated room on this computer',
		description: 'Opens a room of real nodes on this computer that chat and answer. It leaves no files behind.',
		example: '--name Carol',
	},
	inspect: {
		operands: 'FILE',
		maxOperands: 1,
		completes: 'logs',
		summary: 'print the records of a log, or captured messages, line by line',
		description:
			'Prints each record of a log, or each message of a file with captured frames, with its offset, length and fields. FILE is - for standard input. Damaged parts are printed with their position, and the exit code is then 1. Signatures are not checked: see export --verify.',
		example: 'lan.p2plog',
	},
	completion: {
		operands: 'SHELL',
		maxOperands: 1,
		completes: ['bash', 'zsh', 'fish'],
		summary: 'print a completion script for bash, zsh or fish',
		description: 'Prints a script that completes commands, options and their values in a shell.',
		example: 'bash',
	},
};

/** Usage line of a command, for example `p2pchat-ink replay [FILE] [options]`. */
export function subCommandUsage(name: CommandName): string {
	const {operands} = subCommandTable[name];
	return ['p2pchat-ink', ...(name === 'chat' ? [] : [name]), ...(operands === '' ? [] : [operands]), '[options]'].join(
		' ',
	);
}

/** The commands that the user names: all except `chat`. */
export const namedCommands = commandNames.filter(name => name !== 'chat');
