/** Every option, once: `--help`, the check after meow, the environment, config.json and the readme read this table (hence its length). */

export const commandNames = ['chat', 'replay', 'export', 'logs', 'send', 'doctor', 'demo'] as const;
export type CommandName = (typeof commandNames)[number];

export interface OptionSpec {
	/** After `--`. `no-…` is meant for switches that turn something off. */
	readonly long: string;
	readonly short?: string;
	/** `text`: one value; `list`: repeatable; `switch`: no value. */
	readonly kind: 'text' | 'list' | 'switch';
	/** Placeholder of the value in the help. */
	readonly value?: string;
	readonly help: string;
	/** As shown; the real one stands in check-options.ts. */
	readonly standard?: string;
	/** Its variable; `false`: none. P2PCHAT_ and the long name where left out. */
	readonly environment?: string | false;
	/** A variable of other programs that turns it on where nothing else speaks. */
	readonly foreign?: string;
	/** Whether config.json may hold it. */
	readonly config?: true;
	/** Commands that take it; chat is the one without a word. */
	readonly commands: readonly CommandName[];
}

const networkCommands: readonly CommandName[] = ['chat', 'send', 'doctor'];
const allCommands = commandNames;

export const optionTable = {
	name: {
		long: 'name',
		short: 'n',
		kind: 'text',
		value: 'NAME',
		help: 'the name the others see',
		standard: 'config, else your user name',
		config: true,
		commands: [...networkCommands, 'demo'],
	},
	room: {
		long: 'room',
		short: 'r',
		kind: 'text',
		value: 'ROOM',
		help: 'the room to be in',
		standard: 'lan',
		config: true,
		commands: networkCommands,
	},
	askSecret: {
		long: 'ask-secret',
		kind: 'switch',
		help: 'ask for the secret of the room; typed, not shown',
		environment: false,
		commands: networkCommands,
	},
	secretFile: {
		long: 'secret-file',
		kind: 'text',
		value: 'FILE',
		help: 'read the secret of the room from a file; or set P2PCHAT_SECRET',
		standard: 'no secret',
		commands: networkCommands,
	},
	port: {
		long: 'port',
		short: 'p',
		kind: 'text',
		value: 'PORT',
		help: 'UDP port of discovery, the same for all in a room',
		standard: '47474',
		config: true,
		commands: networkCommands,
	},
	tcpPort: {
		long: 'tcp-port',
		kind: 'text',
		value: 'PORT',
		help: 'TCP port to listen on',
		standard: 'any free one',
		config: true,
		commands: networkCommands,
	},
	interface: {
		long: 'interface',
		short: 'i',
		kind: 'list',
		value: 'NAME',
		help: 'use only this interface or address; may be repeated; lo: this computer alone',
		standard: 'all that are up',
		config: true,
		commands: networkCommands,
	},
	peer: {
		long: 'peer',
		kind: 'list',
		value: 'HOST[:PORT]',
		help: 'also connect to this peer (TCP port); may be repeated',
		standard: 'remembered ones',
		config: true,
		commands: networkCommands,
	},
	log: {
		long: 'log',
		kind: 'text',
		value: 'FILE',
		help: 'reopen this log file and go on in it',
		standard: 'a new one',
		config: true,
		commands: ['chat'],
	},
	noLog: {long: 'no-log', kind: 'switch', help: 'keep nothing on disk', config: true, commands: ['chat']},
	json: {
		long: 'json',
		kind: 'switch',
		help: 'JSON lines in and out instead of the full screen',
		config: true,
		commands: ['chat', 'doctor', 'demo'],
	},
	plain: {
		long: 'plain',
		kind: 'switch',
		help: 'plain lines in and out instead of the full screen',
		config: true,
		commands: ['chat', 'replay', 'demo'],
	},
	screenReader: {
		long: 'screen-reader',
		kind: 'switch',
		help: 'lines that are only ever appended, with a line prompt',
		foreign: 'INK_SCREEN_READER',
		config: true,
		commands: ['chat', 'demo'],
	},
	stay: {long: 'stay', kind: 'switch', help: 'do not leave when standard input ends', config: true, commands: ['chat']},
	wait: {
		long: 'wait',
		kind: 'text',
		value: 'SECONDS',
		help: 'before leaving, how long to wait until a peer has what was said',
		standard: '5',
		config: true,
		commands: ['chat', 'send'],
	},
	dataDir: {
		long: 'data-dir',
		kind: 'text',
		value: 'FOLDER',
		help: 'where logs, identity and config.json live',
		standard: 'the data folder of the system',
		environment: 'P2PCHAT_HOME',
		commands: allCommands,
	},
	bell: {
		long: 'bell',
		kind: 'text',
		value: 'mentions|all|off',
		help: 'when to ring and notify',
		standard: 'mentions',
		config: true,
		commands: ['chat', 'demo'],
	},
	mono: {
		long: 'mono',
		kind: 'switch',
		help: 'no colour',
		foreign: 'NO_COLOR',
		config: true,
		commands: ['chat', 'replay', 'demo'],
	},
	noIdentity: {
		long: 'no-identity',
		kind: 'switch',
		help: 'leave out the durable identity',
		config: true,
		commands: networkCommands,
	},
	debug: {
		long: 'debug',
		kind: 'text',
		value: 'FILE',
		help: 'write what happens inside to a file, secrets left out',
		commands: allCommands,
	},
	author: {
		long: 'author',
		kind: 'text',
		value: 'NAME',
		help: 'only events of this name, NAME#fingerprint or peer id',
		environment: false,
		commands: ['replay', 'export'],
	},
	grep: {
		long: 'grep',
		kind: 'text',
		value: 'TEXT',
		help: 'only messages that hold this text, upper and lower case alike',
		environment: false,
		commands: ['replay', 'export'],
	},
	from: {
		long: 'from',
		kind: 'text',
		value: 'TIME',
		help: 'only events from this time on: 14:05, 2026-11-22, "2026-11-22 14:05"',
		environment: false,
		commands: ['replay', 'export'],
	},
	to: {
		long: 'to',
		kind: 'text',
		value: 'TIME',
		help: 'only events before this time',
		environment: false,
		commands: ['replay', 'export'],
	},
	format: {
		long: 'format',
		kind: 'text',
		value: 'text|markdown|jsonl',
		help: 'form of the export',
		standard: 'text',
		environment: false,
		commands: ['export'],
	},
	verify: {
		long: 'verify',
		kind: 'switch',
		help: 'check signatures and chains instead: which feeds hold, and how far',
		environment: false,
		commands: ['export'],
	},
	at: {
		long: 'at',
		kind: 'text',
		value: 'TIME',
		help: 'start the replay at this time',
		environment: false,
		commands: ['replay'],
	},
	speed: {
		long: 'speed',
		kind: 'text',
		value: 'NUMBER|max',
		help: 'speed of the replay, 0.25 to 16',
		standard: '1',
		environment: false,
		commands: ['replay'],
	},
	help: {long: 'help', short: 'h', kind: 'switch', help: 'show this', environment: false, commands: allCommands},
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

/** The environment twin of an option, if it has one. */
export function environmentName(spec: OptionSpec): string | undefined {
	if (spec.environment === false) return undefined;
	return spec.environment ?? `P2PCHAT_${spec.long.toUpperCase().replaceAll('-', '_')}`;
}

/** In what order, and under which titles, the help and the readme tell the options: each stands in one group. */

export interface OptionGroup {
	readonly title: string;
	readonly keys: readonly OptionKey[];
}

export const optionGroups: readonly OptionGroup[] = [
	{title: 'You and the room', keys: ['name', 'room', 'askSecret', 'secretFile', 'noIdentity']},
	{title: 'Network', keys: ['port', 'tcpPort', 'interface', 'peer']},
	{title: 'Files', keys: ['dataDir', 'log', 'noLog', 'debug']},
	{title: 'Screen', keys: ['bell', 'mono', 'screenReader']},
	{title: 'Lines for scripts', keys: ['json', 'plain', 'stay', 'wait']},
	{title: 'Replay and export', keys: ['author', 'grep', 'from', 'to']},
	{title: 'Replay', keys: ['at', 'speed']},
	{title: 'Export', keys: ['format', 'verify']},
	{title: 'Help', keys: ['help', 'version']},
];
