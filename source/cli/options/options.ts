/** Validated settings of one run. parse-options.ts reads them from the command line, the environment and config.json. */

import type {HostAddress} from '../../network/ip-address.js';
import type {TimePoint} from '../../node/parse-time.js';
import type {CommandName, OptionKey} from './option-table.js';

export type BellMode = 'mentions' | 'all' | 'off';
export type ThemeChoice = 'auto' | 'dark' | 'light';
export type ExportFormat = 'text' | 'markdown' | 'jsonl' | 'html';

/** Source of the room secret. The parser only names the source; read-secret.ts reads the secret from it. */
export type SecretSource =
	| {readonly type: 'ask'}
	| {readonly type: 'file'; readonly path: string}
	/**
	 * The value of P2PCHAT_SECRET, or of the option `secret` of the API. `sourceName`: name of the source in error
	 * messages.
	 */
	| {readonly type: 'environment'; readonly secret: string; readonly sourceName?: string};

export interface Options {
	readonly command: CommandName;
	/** Arguments after the command, for example FILE or the words of the text of `send`. */
	readonly operands: readonly string[];
	/** Where each option was set, as error messages name it: `--port`, `P2PCHAT_PORT` or `"port" in config.json`. */
	readonly sourceNames: Readonly<Partial<Record<OptionKey, string>>>;
	readonly name?: string;
	readonly room: string;
	readonly secret?: SecretSource;
	/** UDP port of discovery. */
	readonly port: number;
	/** TCP port to listen on; 0: any free port. */
	readonly tcpPort: number;
	/** Names or addresses of network interfaces; empty: all interfaces that are up. */
	readonly interfaces: readonly string[];
	readonly peers: readonly HostAddress[];
	readonly log: {readonly type: 'new'} | {readonly type: 'file'; readonly path: string} | {readonly type: 'none'};
	/**
	 * If undefined, the terminal decides: the chat uses the full screen where the terminal supports it, otherwise plain
	 * lines.
	 */
	readonly mode?: 'json' | 'plain' | 'screen-reader';
	readonly stay: boolean;
	readonly waitMs: number;
	/** Files to share: paths, or `-` for standard input. */
	readonly files: readonly string[];
	/** Name under which the file from standard input is shared. */
	readonly fileName?: string;
	/** Folder for the fetched file, or `-` for standard output. */
	readonly output?: string;
	/** Folder for fetched files. If undefined, the download folder of the platform is used. */
	readonly downloadDir?: string;
	/** Whether this node sends files to others: those that the user shares, and those that it has fetched. */
	readonly servesFiles: boolean;
	/** If undefined, the data folder of the platform is used. */
	readonly dataDir?: string;
	readonly bell: BellMode;
	readonly mono: boolean;
	readonly theme: ThemeChoice;
	/** Whether the node uses the durable identity of the user, which stays the same across launches. */
	readonly identity: boolean;
	/** Whether this node accepts and sends whispers. */
	readonly takesWhispers: boolean;
	/** Path of the debug log. */
	readonly debug?: string;
	readonly filter: EventFilter;
	readonly format: ExportFormat;
	/** Whether the window for guests (a page of the room over HTTP) may also show a room with a secret. */
	readonly inSecretRoom: boolean;
	readonly verify: boolean;
	/** Whether an export contains addresses and notices and, in HTML, fingerprints. */
	readonly withAddresses: boolean;
	/** Whether exports and printed replays contain whispers. */
	readonly whispers: boolean;
	/** `logs` deletes the logs that have not changed for this long, in milliseconds. */
	readonly pruneMs?: number;
	readonly at?: TimePoint;
	/** Replay speed as a factor; infinity: as fast as possible. */
	readonly speed: number;
	/** Shell command that gets each live event. */
	readonly hook?: string;
	/** `keep` prints a systemd unit and exits. */
	readonly printUnit?: true;
	readonly help: boolean;
	readonly version: boolean;
}

/** Filters of replay and export. An event is shown if it passes all filters that are set. */
export interface EventFilter {
	readonly author?: string;
	readonly grep?: string;
	/** Earliest time, inclusive. */
	readonly from?: TimePoint;
	/** Latest time, exclusive. */
	readonly to?: TimePoint;
}
