/**
 * Table of all command-line options. The parser, `--help`, the readers of the environment and of config.json, and the
 * readme are all derived from it.
 */

import {DEFAULT_PORT, DEFAULT_ROOM} from '../../core/defaults.js';

export const commandNames = [
	'chat',
	'replay',
	'export',
	'logs',
	'send',
	'invite',
	'fetch',
	'doctor',
	'keep',
	'attach',
	'demo',
	'inspect',
	'completion',
] as const;
export type CommandName = (typeof commandNames)[number];

export interface OptionSpec {
	/** Long name, without `--`. Setting a switch named `no-…` turns something off. */
	readonly long: string;
	/** One letter, without `-`. */
	readonly short?: string;
	/** `text`: one value; `list`: repeatable; `switch`: no value. */
	readonly kind: 'text' | 'list' | 'switch';
	/** Whether the value is a number, so that config.json may contain it without quotes. */
	readonly numeric?: true;
	/** Name of the value in the help, for example `PORT`. */
	readonly placeholder?: string;
	readonly help: string;
	/** Default as the help shows it. The actual default value is in check-options.ts. */
	readonly defaultText?: string;
	/**
	 * Name of the environment variable; `false`: there is none. By default it is `P2PCHAT_` and the long name, for
	 * example P2PCHAT_NO_LOG.
	 */
	readonly environment?: string | false;
	/** Environment variable that other programs use too. It sets this switch only if no other source does. */
	readonly sharedVariable?: string;
	/** Whether config.json may contain the option. */
	readonly config?: true;
	/** Commands that accept the option. `chat` is the command that runs if none is named. */
	readonly commands: readonly CommandName[];
}

const networkCommands: readonly CommandName[] = ['chat', 'send', 'invite', 'fetch', 'doctor', 'keep'];
const allCommands = commandNames;

export const optionTable = {
	name: {
		long: 'name',
		short: 'n',
		kind: 'text',
		placeholder: 'NAME',
		help: 'your name, as other people see it',
		defaultText: 'your user name',
		config: true,
		commands: [...networkCommands, 'demo'],
	},
	room: {
		long: 'room',
		short: 'r',
		kind: 'text',
		placeholder: 'ROOM',
		help: 'room to join',
		defaultText: DEFAULT_ROOM,
		config: true,
		commands: [...networkCommands, 'attach'],
	},
	askSecret: {
		long: 'ask-secret',
		kind: 'switch',
		help: 'ask for the secret of the room; typing is hidden',
		environment: false,
		commands: networkCommands,
	},
	secretFile: {
		long: 'secret-file',
		kind: 'text',
		placeholder: 'FILE',
		help: 'read the secret of the room from a file, instead of P2PCHAT_SECRET',
		defaultText: 'no secret',
		commands: networkCommands,
	},
	port: {
		long: 'port',
		numeric: true,
		short: 'p',
		kind: 'text',
		placeholder: 'PORT',
		help: 'UDP port for discovery; must be the same for everyone in a room',
		defaultText: String(DEFAULT_PORT),
		config: true,
		commands: networkCommands,
	},
	tcpPort: {
		long: 'tcp-port',
		numeric: true,
		kind: 'text',
		placeholder: 'PORT',
		help: 'TCP port to listen on',
		defaultText: 'any free port',
		config: true,
		commands: networkCommands,
	},
	interface: {
		long: 'interface',
		short: 'i',
		kind: 'list',
		placeholder: 'NAME',
		help: 'use only this network interface or address; may be repeated; lo: this computer only',
		defaultText: 'all interfaces that are up',
		config: true,
		commands: networkCommands,
	},
	peer: {
		long: 'peer',
		kind: 'list',
		placeholder: 'HOST[:PORT]',
		help: 'also connect to this peer (TCP port); may be repeated',
		defaultText: 'peers of earlier launches',
		config: true,
		commands: networkCommands,
	},
	log: {
		long: 'log',
		kind: 'text',
		placeholder: 'FILE',
		help: 'reopen this log file and continue it',
		defaultText: 'a new file',
		config: true,
		commands: ['chat', 'invite', 'keep'],
	},
	noLog: {long: 'no-log', kind: 'switch', help: 'write nothing to disk', config: true, commands: ['chat', 'invite']},
	json: {
		long: 'json',
		kind: 'switch',
		help: 'read and write JSON lines instead of showing the full screen',
		config: true,
		commands: ['chat', 'invite', 'logs', 'doctor', 'demo'],
	},
	plain: {
		long: 'plain',
		kind: 'switch',
		help: 'read and write plain lines instead of showing the full screen',
		config: true,
		commands: ['chat', 'invite', 'replay', 'demo'],
	},
	screenReader: {
		long: 'screen-reader',
		kind: 'switch',
		help: 'append-only lines and a line prompt, for screen readers',
		sharedVariable: 'INK_SCREEN_READER',
		config: true,
		commands: ['chat', 'attach', 'demo'],
	},
	stay: {long: 'stay', kind: 'switch', help: 'keep running when standard input ends', config: true, commands: ['chat']},
	wait: {
		long: 'wait',
		numeric: true,
		kind: 'text',
		placeholder: 'SECONDS',
		help: 'before leaving, wait at most this long until a peer has received all messages; for files: at most this long without progress',
		defaultText: '5; send --file: 300; fetch: 30',
		config: true,
		commands: ['chat', 'send', 'fetch'],
	},
	file: {
		long: 'file',
		kind: 'list',
		placeholder: 'FILE',
		help: 'share this file until somebody has all of it; may be repeated; -: standard input',
		environment: false,
		commands: ['send'],
	},
	as: {
		long: 'as',
		kind: 'text',
		placeholder: 'NAME',
		help: 'name of the file that is read from standard input (--file -)',
		environment: false,
		commands: ['send'],
	},
	output: {
		long: 'output',
		short: 'o',
		kind: 'text',
		placeholder: 'FOLDER',
		help: 'save the file in this folder; -: write it to standard output',
		defaultText: 'the folder of --download-dir',
		environment: false,
		commands: ['fetch'],
	},
	downloadDir: {
		long: 'download-dir',
		kind: 'text',
		placeholder: 'FOLDER',
		help: 'folder for fetched files',
		defaultText: 'the download folder of the system',
		config: true,
		commands: ['chat', 'fetch', 'keep'],
	},
	serve: {
		long: 'serve',
		kind: 'text',
		placeholder: 'on|off',
		help: 'off: share no files, and pass fetched files on to nobody',
		defaultText: 'on',
		config: true,
		commands: ['chat', 'fetch', 'keep'],
	},
	inSecretRoom: {
		long: 'in-secret-room',
		kind: 'switch',
		help: 'invite: open the window for guests although the room has a secret',
		environment: false,
		commands: ['invite'],
	},
	dataDir: {
		long: 'data-dir',
		kind: 'text',
		placeholder: 'FOLDER',
		help: 'folder for logs, identity and config.json',
		defaultText: 'the data folder of the system',
		environment: 'P2PCHAT_HOME',
		commands: allCommands,
	},
	bell: {
		long: 'bell',
		kind: 'text',
		placeholder: 'mentions|all|off',
		help: 'when to ring the bell and notify',
		defaultText: 'mentions',
		config: true,
		commands: ['chat', 'attach', 'demo'],
	},
	mono: {
		long: 'mono',
		kind: 'switch',
		help: 'no colours',
		sharedVariable: 'NO_COLOR',
		config: true,
		commands: ['chat', 'replay', 'attach', 'demo'],
	},
	theme: {
		long: 'theme',
		kind: 'text',
		placeholder: 'auto|dark|light',
		help: 'colours of names for a dark or a light terminal; auto: as the terminal reports its background (OSC 11 or COLORFGBG), otherwise dark',
		defaultText: 'auto',
		config: true,
		commands: ['chat', 'replay', 'attach', 'demo'],
	},
	refuseWhispers: {
		long: 'refuse-whispers',
		kind: 'switch',
		help: 'neither accept nor send whispers',
		config: true,
		commands: ['chat', 'keep'],
	},
	noIdentity: {
		long: 'no-identity',
		kind: 'switch',
		help: 'do not use your durable identity, which stays the same across launches',
		config: true,
		commands: networkCommands,
	},
	debug: {
		long: 'debug',
		kind: 'text',
		placeholder: 'FILE',
		help: 'write debug messages to a file, without secrets',
		commands: allCommands,
	},
	author: {
		long: 'author',
		kind: 'text',
		placeholder: 'NAME',
		help: 'only events of this author: name, NAME#fingerprint or peer id',
		environment: false,
		commands: ['replay', 'export', 'fetch'],
	},
	grep: {
		long: 'grep',
		kind: 'text',
		placeholder: 'TEXT',
		help: 'only messages that contain this text, ignoring case',
		environment: false,
		commands: ['replay', 'export'],
	},
	from: {
		long: 'from',
		kind: 'text',
		placeholder: 'TIME',
		help: 'only events from this time on: 14:05, 2026-11-22, "2026-11-22 14:05", -10m',
		environment: false,
		commands: ['replay', 'export'],
	},
	to: {
		long: 'to',
		kind: 'text',
		placeholder: 'TIME',
		help: 'only events before this time',
		environment: false,
		commands: ['replay', 'export'],
	},
	format: {
		long: 'format',
		kind: 'text',
		placeholder: 'text|markdown|jsonl|html',
		help: 'format of the export',
		defaultText: 'text',
		environment: false,
		commands: ['export'],
	},
	withAddresses: {
		long: 'with-addresses',
		kind: 'switch',
		help: 'markdown, html: also show addresses and notices; html: also fingerprints',
		environment: false,
		commands: ['export'],
	},
	verify: {
		long: 'verify',
		kind: 'switch',
		help: 'check signatures and hash chains, and print how far each feed is valid',
		environment: false,
		commands: ['export'],
	},
	whispers: {
		long: 'whispers',
		kind: 'switch',
		help: 'include whispers, which are left out otherwise',
		environment: false,
		commands: ['replay', 'export'],
	},
	prune: {
		long: 'prune',
		kind: 'text',
		placeholder: 'DURATION',
		help: 'delete logs that have not changed for this long: 90d, 12w',
		environment: false,
		commands: ['logs'],
	},
	at: {
		long: 'at',
		kind: 'text',
		placeholder: 'TIME',
		help: 'start the replay at this time',
		environment: false,
		commands: ['replay'],
	},
	speed: {
		long: 'speed',
		kind: 'text',
		placeholder: 'NUMBER|max',
		help: 'replay speed, 0.25 to 16',
		defaultText: '1',
		environment: false,
		commands: ['replay'],
	},
	hook: {
		long: 'hook',
		kind: 'text',
		placeholder: 'COMMAND',
		help: 'hand each new event to a shell command, as a JSON line on its standard input',
		environment: false,
		commands: ['chat', 'keep'],
	},
	printUnit: {
		long: 'print-unit',
		kind: 'switch',
		help: 'print a systemd unit that runs the keeper, and exit',
		environment: false,
		commands: ['keep'],
	},
	help: {long: 'help', short: 'h', kind: 'switch', help: 'show this help', environment: false, commands: allCommands},
	version: {
		long: 'version',
		short: 'v',
		kind: 'switch',
		help: 'show the version',
		environment: false,
		commands: allCommands,
	},
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionKey = keyof typeof optionTable;

/** The environment variable that sets an option, or undefined if there is none. */
export function environmentName(spec: OptionSpec): string | undefined {
	if (spec.environment === false) return undefined;
	return spec.environment ?? `P2PCHAT_${spec.long.toUpperCase().replaceAll('-', '_')}`;
}

export function listOptionSpecs(): (readonly [OptionKey, OptionSpec])[] {
	return Object.keys(optionTable)
		.filter(isOptionKey)
		.map(key => [key, optionTable[key]]);
}

function isOptionKey(key: string): key is OptionKey {
	return Object.hasOwn(optionTable, key);
}

interface OptionGroup {
	readonly title: string;
	readonly keys: readonly OptionKey[];
}

/** Groups in which the help and the readme list the options. Every option is in exactly one group. */
export const optionGroups: readonly OptionGroup[] = [
	{title: 'You and the room', keys: ['name', 'room', 'askSecret', 'secretFile', 'noIdentity', 'refuseWhispers']},
	{title: 'Network', keys: ['port', 'tcpPort', 'interface', 'peer']},
	{title: 'Files', keys: ['dataDir', 'log', 'noLog', 'downloadDir', 'serve', 'debug']},
	{title: 'Send and fetch', keys: ['file', 'as', 'output']},
	{title: 'Screen', keys: ['bell', 'mono', 'theme', 'screenReader']},
	{title: 'Scripts', keys: ['json', 'plain', 'stay', 'wait', 'hook']},
	{title: 'Replay and export', keys: ['author', 'grep', 'from', 'to', 'whispers']},
	{title: 'Replay', keys: ['at', 'speed']},
	{title: 'Export', keys: ['format', 'withAddresses', 'verify']},
	{title: 'Logs', keys: ['prune']},
	{title: 'Keeper', keys: ['printUnit']},
	{title: 'Invitation', keys: ['inSecretRoom']},
	{title: 'Help', keys: ['help', 'version']},
];
